import { isEqual } from '../gateway/equal.ts';
import type { FollowedObject } from '../objects/view.ts';

/**
 * A newer version of an object, with those parts of the last one that are the same in it: most writes change a status
 * alone. Who still holds the last one holds little then, and what is compared later is the same at once.
 */
export function keptIn(before: FollowedObject | undefined, now: FollowedObject): FollowedObject {
  if (before === undefined) return now;
  const labels = same(before.metadata.labels, now.metadata.labels);
  const annotations = same(before.metadata.annotations, now.metadata.annotations);
  const kept = { ...now, metadata: { ...now.metadata, labels, annotations } };
  return 'spec' in before && 'spec' in kept && isEqual(before.spec, kept.spec)
    ? ({ ...kept, spec: before.spec } as FollowedObject)
    : kept;
}

function same<T>(before: T, now: T): T {
  return isEqual(before, now) ? before : now;
}
