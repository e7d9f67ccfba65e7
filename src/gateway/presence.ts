import type { Presence } from '../objects/facts.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { World } from './graph.ts';

/** Whether an object is there, as far as is known. */
export function presenceOf(key: ObjectKey, object: unknown, world: World): Presence {
  if (world.view.unreadable(key) !== undefined) return 'unreadable';
  return object === undefined ? 'gone' : 'present';
}
