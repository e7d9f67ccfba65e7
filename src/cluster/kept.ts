import { sharing } from '../gateway/equal.ts';
import type { FollowedObject } from '../objects/view.ts';

/**
 * A newer version of an object, with those parts of the last one that are the same in it: most writes change a status
 * alone. Who still holds the last one holds little then.
 */
export function keptIn(before: FollowedObject | undefined, now: FollowedObject): FollowedObject {
  if (before === undefined) return now;
  return sharing(before, { ...now, metadata: sharing(before.metadata, now.metadata) });
}
