import type { ObjectKey } from '../objects/keys.ts';
import type { FollowedObject } from '../objects/view.ts';
import { keyOf } from './keys.ts';

/** Something that a person who looks at an object wants to know: what an Event says. */
export interface Happening {
  readonly type: 'Normal' | 'Warning';
  /** In one word, as in the conditions where it stands there too. */
  readonly reason: string;
  /** What the controller did, or would do, in one word. */
  readonly action: string;
  readonly note: string;
  readonly regarding: Regarding;
  readonly related?: Regarding;
  /** Told once for each text, also by a controller that starts anew; absent: whenever it happens. */
  readonly once?: string;
}

export interface Regarding {
  readonly key: ObjectKey;
  readonly uid: string;
}

export function regardingOf(object: FollowedObject): Regarding {
  return { key: keyOf(object), uid: object.metadata.uid };
}
