import { type AnyStateMachine, initialTransition, type StateValue } from 'xstate';
import { machineOf } from '../../../actors/descriptions.ts';
import { kindOf } from '../../../gateway/keys.ts';
import type { ActorKey } from '../feed.ts';
import { sanitise } from '../sanitise.ts';

/** Of the package `@statelyai/inspect`, whose protocol this is; a receiver passes over what says no version. */
const version = '0.7.2';

/** What the protocol says of a snapshot. */
export interface ShownSnapshot {
  readonly status: string;
  readonly value?: StateValue;
  readonly context?: unknown;
}

export interface ActorMessage extends Envelope {
  readonly type: '@xstate.actor';
  readonly name: string;
  readonly parentId: undefined;
  /** The configuration of its machine, as JSON. */
  readonly definition: string;
  readonly snapshot: ShownSnapshot;
}

export interface EventMessage extends Envelope {
  readonly type: '@xstate.event';
  readonly sourceId: undefined;
  readonly event: { readonly type: string };
}

export interface SnapshotMessage extends Envelope {
  readonly type: '@xstate.snapshot';
  readonly event: { readonly type: string };
  readonly snapshot: ShownSnapshot;
}

/** One message of the protocol. */
export type StatelyMessage = ActorMessage | EventMessage | SnapshotMessage;

interface Envelope {
  /** All our actors are roots. */
  readonly rootId: string;
  readonly sessionId: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: string;
  readonly id: string;
  readonly _version: string;
}

/** Whom a message is about, and where it stands among those of one connection. */
export interface Subject {
  readonly key: ActorKey;
  readonly session: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly number: number;
}

/** An actor comes into being, or is there already. */
export function actorMessage(subject: Subject, definition: string, snapshot: ShownSnapshot): ActorMessage {
  const type = '@xstate.actor';
  return { type, ...envelope(subject), name: subject.key, parentId: undefined, definition, snapshot };
}

/** An actor was sent an event. */
export function eventMessage(subject: Subject, event: string): EventMessage {
  return { type: '@xstate.event', ...envelope(subject), sourceId: undefined, event: { type: event } };
}

/** What an event has made of an actor. */
export function snapshotMessage(subject: Subject, event: string, snapshot: ShownSnapshot): SnapshotMessage {
  return { type: '@xstate.snapshot', ...envelope(subject), event: { type: event }, snapshot };
}

function envelope({ session, at, number }: Subject): Envelope {
  return { rootId: session, sessionId: session, createdAt: `${at}`, id: `${number}`, _version: version };
}

/** A snapshot as anybody may see it who may see the page. */
export function shownSnapshot(snapshot: Required<ShownSnapshot>): ShownSnapshot {
  const { status, value, context } = snapshot;
  return { status, value, context: sanitise(context) };
}

/** What all actors of a kind have in common. */
export interface Birth {
  readonly definition: string;
  /** In its first state; what its context is then, the first event tells at once. */
  readonly snapshot: ShownSnapshot;
}

/** Finds what the actors of a kind have in common, and makes it once for each machine. */
export class Births {
  readonly #made = new Map<AnyStateMachine, Birth>();

  of(key: ActorKey): Birth {
    const machine = machineOf(kindOf(key));
    const birth = this.#made.get(machine) ?? birthOf(machine);
    this.#made.set(machine, birth);
    return birth;
  }
}

function birthOf(machine: AnyStateMachine): Birth {
  const [{ status, value }] = initialTransition(machine, { key: '', uid: '' });
  return { definition: definitionOf(machine), snapshot: { status, value } };
}

/** As `@statelyai/inspect` makes it: functions are told by their names. */
function definitionOf({ config }: AnyStateMachine): string {
  return JSON.stringify(config, (_name, value: unknown) =>
    typeof value === 'function' ? { type: value.name } : value,
  );
}
