import { badRequest } from '../failure.ts';
import { type JsonObject, stringOf } from '../json.ts';

const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/;

/**
 * Checks a time that Go's MicroTime reads: it has six digits after the second, no more and no fewer (the three of
 * JavaScript's toISOString are a 400), or is absent.
 */
export function checkMicroTime(kind: string, container: JsonObject, field: string): void {
  const text = stringOf(container[field]);
  if (text === '') {
    if (container[field] !== undefined) container[field] = null;
    return;
  }
  if (MICRO_TIME.test(text)) return;
  throw badRequest(
    `${kind} in version "v1" cannot be handled as a ${kind}: parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05.000000Z07:00": cannot parse`,
  );
}
