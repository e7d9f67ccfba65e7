import type { Happening, Regarding } from '../gateway/happening.ts';
import { partsOf } from '../gateway/keys.ts';
import { labelValue } from '../gateway/names.ts';
import type { ApiRequest } from '../kubernetes/client.ts';
import { groupPath, kinds } from '../kubernetes/kinds.ts';
import type { Kind } from '../objects/keys.ts';

/** Who tells. */
export interface EventReporter {
  readonly controllerName: string;
  /** Name of this process. */
  readonly instance: string;
  readonly versionOf: (kind: Kind) => string;
}

/** What happened, so many times; times in milliseconds since the epoch. */
export interface Occurrences {
  readonly happening: Happening;
  /** Of the Event. */
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

const longestNote = 1_024;
const longestInstance = 128;

/** An Event of `events.k8s.io/v1`. */
export function eventCreation({ happening, name, first }: Occurrences, reporter: EventReporter): ApiRequest {
  const { type, reason, action, note, regarding, related } = happening;
  const namespace = namespaceOf(regarding);
  const { controllerName, instance } = reporter;
  const body = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace, name },
    eventTime: microTime(first),
    reportingController: qualifiedName(controllerName),
    reportingInstance: instance.slice(0, longestInstance),
    type,
    reason,
    action,
    note: clipped(note),
    regarding: reference(regarding, reporter),
    ...(related && { related: reference(related, reporter) }),
  };
  return { method: 'POST', path: pathOf(namespace), body };
}

/** Brings the count of an Event up to date. */
export function eventIncrement({ happening, name, count, last }: Occurrences): ApiRequest {
  const path = `${pathOf(namespaceOf(happening.regarding))}/${name}`;
  const body = { series: { count, lastObservedTime: microTime(last) } };
  return { method: 'PATCH', path, contentType: 'application/merge-patch+json', body };
}

function reference({ key, uid }: Regarding, { versionOf }: EventReporter): Readonly<Record<string, string>> {
  const { kind, namespace, name } = partsOf(key);
  const apiVersion = groupPath(kinds[kind].group, versionOf(kind)).replace(/^\/apis?\//, '');
  return { apiVersion, kind, name, uid, ...(namespace !== '' && { namespace }) };
}

/** Events about objects without a namespace live in `default`. */
function namespaceOf({ key }: Regarding): string {
  return partsOf(key).namespace || 'default';
}

function pathOf(namespace: string): string {
  return `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
}

/** `metav1.MicroTime`. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace(/Z$/, '000Z');
}

/** A controllerName may have more in its path than a qualified name. */
function qualifiedName(controllerName: string): string {
  const slash = controllerName.indexOf('/');
  return `${controllerName.slice(0, slash)}/${labelValue(controllerName.slice(slash + 1))}`;
}

/** The API counts bytes. */
function clipped(note: string): string {
  const bytes = Buffer.from(note);
  if (bytes.length <= longestNote) return note;
  return `${bytes
    .subarray(0, longestNote - 6)
    .toString()
    .replace(/\uFFFD+$/, '')}...`;
}
