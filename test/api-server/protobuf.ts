import { unsupportedMediaType } from './failure.ts';
import { isObject, type JsonObject, stringOf } from './json.ts';

/**
 * Bodies in Kubernetes' protobuf, which `kubectl create` sends for built-in kinds. Only the kinds and fields named here
 * are known; any other kind is 415, as if the server had no protobuf.
 */
type Field = readonly [name: string, type: 'text' | 'bytes' | 'flag' | 'texts' | 'map' | 'byteMap' | Message];
interface Message {
  readonly [number: number]: Field;
}

const METADATA: Message = {
  1: ['name', 'text'],
  2: ['generateName', 'text'],
  3: ['namespace', 'text'],
  5: ['uid', 'text'],
  6: ['resourceVersion', 'text'],
  11: ['labels', 'map'],
  12: ['annotations', 'map'],
  14: ['finalizers', 'texts'],
};

const MESSAGES: Readonly<Record<string, Message>> = {
  Namespace: { 1: ['metadata', METADATA] },
  ConfigMap: { 1: ['metadata', METADATA], 2: ['data', 'map'], 3: ['binaryData', 'byteMap'], 4: ['immutable', 'flag'] },
  Secret: {
    1: ['metadata', METADATA],
    2: ['data', 'byteMap'],
    3: ['type', 'text'],
    4: ['stringData', 'map'],
    5: ['immutable', 'flag'],
  },
  ServiceAccount: { 1: ['metadata', METADATA] },
};

const ENTRY: Message = { 1: ['key', 'text'], 2: ['value', 'text'] };
const BYTE_ENTRY: Message = { 1: ['key', 'text'], 2: ['value', 'bytes'] };
const TYPE: Message = { 1: ['apiVersion', 'text'], 2: ['kind', 'text'] };
const UNKNOWN: Message = { 1: ['type', TYPE], 2: ['raw', 'bytes'] };

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const MAGIC = Buffer.from('k8s\0');

const FIXED_LENGTHS: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.#at] ?? 0;
      this.#at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  bytes(length: number): Buffer {
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

function set(target: JsonObject, [name, type]: Field, bytes: Buffer): void {
  if (type === 'text') target[name] = bytes.toString('utf8');
  else if (type === 'bytes') target[name] = bytes.toString('base64');
  else if (type === 'texts')
    target[name] = [...(Array.isArray(target[name]) ? target[name] : []), bytes.toString('utf8')];
  else if (type === 'map' || type === 'byteMap') {
    const { key, value } = message(bytes, type === 'map' ? ENTRY : BYTE_ENTRY);
    target[name] = { ...(isObject(target[name]) ? target[name] : {}), [stringOf(key)]: value ?? '' };
  } else if (type !== 'flag') target[name] = message(bytes, type);
}

function readField(reader: Reader, described: Message, result: JsonObject): void {
  const tag = reader.varint();
  const field = described[tag >>> 3];
  const wire = tag & 7;
  if (wire === 0) {
    const value = reader.varint();
    if (field?.[1] === 'flag') result[field[0]] = value === 1;
    return;
  }
  const content = reader.bytes(FIXED_LENGTHS[wire] ?? reader.varint());
  if (field) set(result, field, content);
}

/** Reads one message; fields that are not described are skipped. */
function message(bytes: Buffer, described: Message): JsonObject {
  const reader = new Reader(bytes);
  const result: JsonObject = {};
  while (!reader.done) readField(reader, described, result);
  return result;
}

/** The object in a protobuf body. */
export function decodeProtobuf(body: Buffer): JsonObject {
  const { type, raw } = message(body.subarray(MAGIC.length), UNKNOWN);
  const { apiVersion, kind } = isObject(type) ? type : {};
  const described = typeof kind === 'string' && apiVersion === 'v1' ? MESSAGES[kind] : undefined;
  if (!described || !body.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw unsupportedMediaType(['application/json', 'application/yaml']);
  }
  return { apiVersion, kind, ...message(Buffer.from(stringOf(raw), 'base64'), described) };
}
