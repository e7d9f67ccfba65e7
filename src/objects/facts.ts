import type { ObjectKey, RouteKind } from './keys.ts';
import type { Verdict } from './kubernetes.ts';
import type { AddressRefusal, AddressRequest, ClassStanding, ListenerVerdict, ParentVerdict } from './verdicts.ts';

/** Whether the object is there: `unreadable` is there but could not be decoded. */
export type Presence = 'present' | 'gone' | 'unreadable';

/** How far a Service is: written as planned or not, and whether the announcer has put the address on it. */
export interface ServiceFacts {
  readonly key: ObjectKey<'Service'>;
  /** Whether the Service, and the EndpointSlices that are ours, are as they should be. */
  readonly isInStep: boolean;
  /** EndpointSlices of ours that are to be written; only a Gateway's actor looks for them. */
  readonly slices: readonly ObjectKey<'EndpointSlice'>[];
  /** `unknown` where EndpointSlices cannot be read. */
  readonly endpoints: 'ready' | 'none' | 'unknown';
  /** `other`: the ingress carries addresses, but not all of the Gateway's. */
  readonly ingress: 'carried' | 'none' | 'other';
  /** Which addresses it carries instead, where they are others. */
  readonly otherAddress?: string | undefined;
  /** Why the API server refused the last write of it, until one succeeds or is due again. */
  readonly refusal?: string | undefined;
}

export interface GatewayClassFacts {
  readonly presence: Presence;
  readonly standing: ClassStanding;
  readonly accepted?: Verdict | undefined;
  /** What its release of the Gateway API is to us; absent where that cannot be known. */
  readonly supportedVersion?: Verdict | undefined;
  /** Whether our finalizer is to be put on it, or taken off. */
  readonly isFinalizerDue: boolean;
  /** Whether somebody has deleted it, and finalizers hold it. */
  readonly isTerminating: boolean;
}

export interface GatewayFacts {
  readonly presence: Presence;
  readonly standing: ClassStanding;
  readonly className: string;
  /** What it asks the pool for, or why it cannot. */
  readonly request: AddressRequest | { readonly kind: 'unsupported'; readonly verdict: Verdict };
  readonly held: readonly string[];
  /** Held addresses that came from the pool, which an edit has left outside of it since. */
  readonly outside: readonly string[];
  /** How what it keeps is not of the families that are set for it. */
  readonly unmetFamilies?: string | undefined;
  /** Whether the held addresses stand in the ledger (without one: on the Gateway), so that a restart finds them. */
  readonly isRecorded: boolean;
  /** Whether the ledger says that another has an address which we took for its own, or that it has others. */
  readonly isLost: boolean;
  /** Whether `spec.addresses` is still to be written. */
  readonly isPinDue: boolean;
  /** Whether its spec or labels carry marks of ours. */
  readonly isMarked: boolean;
  /** Whether marks tell of other addresses than its user has written into the spec by now. */
  readonly isMarkStale: boolean;
  readonly poolRevision: number;
  readonly accepted: Verdict;
  /** Its own, and those of its ListenerSets. */
  readonly listeners: readonly ListenerVerdict[];
  /** Those that are accepted. */
  readonly attachedListenerSets: number;
  /** By id of the listener; a listener whose routes cannot be read now is not in it. */
  readonly attachedRoutes: Readonly<Record<string, number>>;
  /** Services that its served routes want. */
  readonly services: readonly ServiceFacts[];
  /** Services of its own that it wants no more. */
  readonly leftovers: readonly ObjectKey<'Service'>[];
  /** EndpointSlices that somebody else put on its own Service. */
  readonly strangersSlices: readonly string[];
  /** What of its infrastructure and options does not get onto its Services, and why. */
  readonly notes: readonly string[];
  /** Services of ours that carry its addresses. */
  readonly carriers: readonly ObjectKey<'Service'>[];
}

export interface ListenerSetFacts {
  readonly presence: Presence;
  /** `absent`: its Gateway is not there; else that of the Gateway's class. */
  readonly standing: ClassStanding | 'absent';
  readonly gateway: ObjectKey<'Gateway'> | undefined;
  /** Whether it can be told yet if its Gateway is accepted: its parameters have been read. */
  readonly isGatewayJudged: boolean;
  readonly accepted: Verdict;
  /** By `Programmed` of its Gateway, as it stands there; `Unknown` where it does not yet. */
  readonly programmed: Verdict;
  readonly listeners: readonly ListenerVerdict[];
  /** As for a Gateway. */
  readonly attachedRoutes: Readonly<Record<string, number>>;
}

export interface RouteFacts {
  readonly presence: Presence;
  readonly parents: readonly ParentVerdict[];
  /** The first parent that accepts it, or why none does. */
  readonly accepted: Verdict | undefined;
  readonly resolvedRefs: Verdict;
  /** Addresses of its Gateway, once they are recorded there. */
  readonly addresses: readonly string[];
  /** Whether its Gateway has an address that is not recorded yet. */
  readonly isAddressComing: boolean;
  readonly olders: readonly ObjectKey<RouteKind>[];
  /** Services that it has a part in: one for each Gateway. */
  readonly services: readonly ServiceFacts[];
  /** Whether some of its backends serve, though not all are resolved. */
  readonly isPartlyServed: boolean;
  /** What is not as the route asks for, although it is served. */
  readonly notes: readonly string[];
  /** Backends that no address of its Gateways can reach, and why. */
  readonly unreached: readonly string[];
  /** Why nothing may be decided over its Service now. */
  readonly withheld?: string | undefined;
  /** Services of ours that name this route and that it has no part in any more. */
  readonly leftovers: readonly ObjectKey<'Service'>[];
  /** Whether one of our entries stands in its status. */
  readonly hasStatus: boolean;
}

/** Results that effects send back to an actor; never coalesced. */
export type ResultEvent =
  | { readonly type: 'AddressGranted'; readonly addresses: readonly string[] }
  | { readonly type: 'AddressRefused'; readonly refusal: AddressRefusal; readonly revision: number }
  /** `isKept` is false where the server took the write, and the object is what it was before. */
  | { readonly type: 'Written'; readonly what: string; readonly isKept: boolean }
  | { readonly type: 'WriteFailed'; readonly what: string; readonly message: string }
  | { readonly type: 'RetryDue'; readonly what: string };

/** A Gateway's claim on the address pool. */
export interface AddressClaim {
  readonly gateway: ObjectKey<'Gateway'>;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly creationTimestamp: string;
  readonly request: AddressRequest;
}
