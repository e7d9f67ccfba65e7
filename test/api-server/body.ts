import { parse } from 'yaml';
import { badRequest } from './failure.ts';
import { at, type Json, stringOf } from './json.ts';
import { decodeProtobuf, PROTOBUF } from './protobuf.ts';
import type { ApiRequest } from './request.ts';

const parsed = new WeakMap<Buffer, Json>();

function parseNow({ body, contentType }: ApiRequest): Json {
  if (contentType === PROTOBUF) return decodeProtobuf(body);
  const text = body.toString('utf8');
  try {
    const value: unknown = contentType.endsWith('yaml') ? parse(text) : JSON.parse(text);
    return value as Json;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw badRequest(`couldn't get version/kind; json parse error: ${why}`);
  }
}

/** What a request carries, parsed once. */
export function parseBody(request: ApiRequest): Json {
  const known = parsed.get(request.body) ?? parseNow(request);
  parsed.set(request.body, known);
  return known;
}

/** The name in the body of a creation, as the audit log has it; empty where it cannot be read. */
export function nameInBody(request: ApiRequest): string {
  try {
    return stringOf(at(parseBody(request), 'metadata', 'name'));
  } catch {
    return '';
  }
}
