import type { Listener, ParentReference, RouteGroupKind } from './gateway-api.ts';
import type { ObjectKey, ParentKind } from './keys.ts';
import type { Verdict } from './kubernetes.ts';
import type { IPFamily } from './service.ts';

/**
 * - `accepted`: ours and usable;
 * - `refused`: ours, with parameters that we cannot use;
 * - `missing`: not there, or not readable: wait for it;
 * - `foreign`: another controller's.
 */
export type ClassStanding = 'accepted' | 'refused' | 'missing' | 'foreign';

/** What one listener is worth, whatever its routes. */
export interface ListenerVerdict {
  /** Tells it apart among all listeners of its Gateway, whose names may be equal across ListenerSets. */
  readonly id: string;
  /** Where it stands. */
  readonly source: ObjectKey<ParentKind>;
  readonly listener: Listener;
  readonly accepted: Verdict;
  readonly conflicted: Verdict;
  readonly resolvedRefs: Verdict;
  readonly supportedKinds: readonly RouteGroupKind[];
}

/** What one parentRef comes to; `waiting` where its Gateway is there but may or may not be ours. */
export interface ParentVerdict {
  readonly ref: ParentReference;
  readonly parent: ObjectKey<ParentKind>;
  /** The parent, or the Gateway of the ListenerSet; `undefined` where that is not known. */
  readonly gateway: ObjectKey<'Gateway'> | undefined;
  readonly standing: 'ours' | 'waiting' | 'absent' | 'foreign';
  readonly accepted?: Verdict;
}

/**
 * What a Gateway asks the pool for:
 * - `fixed`: exactly these, inside the pool or not: they stand in the spec;
 * - `kept`: these, inside the pool or not, where they are free, else any: the Gateway had them before;
 * - `preferred`: these where they are free and in the pool, else any;
 * - `any`: the next free one of the pool.
 */
export type AddressRequest =
  | {
      readonly kind: 'fixed';
      readonly addresses: readonly string[];
      /** Only what the pool has for this namespace may be named. */
      readonly isPoolOnly?: boolean;
      /** Of each of these families one of the pool beside them, if it can be one that the Gateway had before. */
      readonly more?: { readonly families: Families; readonly had: readonly string[] };
    }
  | {
      readonly kind: 'kept' | 'preferred';
      readonly addresses: readonly string[];
      readonly families?: Families;
      /** Only its status tells of them, which may be another controller's word: they are had where nobody uses them. */
      readonly isHearsay?: boolean;
    }
  | { readonly kind: 'any'; readonly families?: Families };

/** One address of each; absent: the next free one, of whatever family the pool has there. */
export type Families = readonly IPFamily[];

export interface AddressRefusal {
  readonly reason: 'AddressNotUsable' | 'AddressNotAssigned';
  readonly message: string;
}

/** What a ListenerSet is worth by itself, whatever its Gateway is worth. */
export interface ListenerSetVerdict {
  readonly accepted: Verdict;
  /** Whether its listeners are merged into those of the Gateway. */
  readonly isAllowed: boolean;
}
