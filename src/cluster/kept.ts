import { isEqual } from '../gateway/equal.ts';
import type { FollowedObject } from '../objects/view.ts';

/**
 * A newer version of an object, with those parts of the last one that are the same in it: most writes change a status
 * alone. Who still holds the last one holds little then, and what is compared later is the same at once.
 */
export function keptIn(before: FollowedObject | undefined, now: FollowedObject): FollowedObject {
  if (before === undefined) return now;
  return sharing(before, { ...now, metadata: sharing(before.metadata, now.metadata) });
}

/** The newer one, with those fields of the other that are the same in it. */
function sharing<T extends object>(before: T, now: T): T {
  const shared = { ...now };
  for (const field in now) if (isEqual(before[field], now[field])) shared[field] = before[field];
  return shared;
}
