import { type AnyActorRef, type AnyMachineSnapshot, type AnyStateMachine, createActor } from 'xstate';
import type { Failures } from '../gateway/failures.ts';
import type { ResultEvent } from '../objects/facts.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';
import type { ActorState } from '../objects/states.ts';
import type { AddressRefusal } from '../objects/verdicts.ts';
import { Mailbox } from './mailbox.ts';

/** What all charts keep in their context, as far as others read it. */
interface ReadableContext<Facts> {
  readonly facts?: Facts;
  readonly refused?: { readonly refusal: AddressRefusal } | undefined;
  readonly failures: Failures;
}

export interface ActorOptions<Facts> {
  readonly key: ObjectKey<ActorKind>;
  /** Of the object; empty for one that was never seen. */
  readonly uid: string;
  readonly machine: AnyStateMachine;
  /** Its parent. */
  readonly root: AnyActorRef;
  /** Finds today's facts. */
  readonly look: () => Facts;
  /** What was found before it was made: its first look need not find it again. */
  readonly facts: Facts;
  readonly onError: (error: unknown) => void;
}

/** One object's actor with its mailbox. */
export class ActorEntry<Facts = unknown> {
  readonly key: ObjectKey<ActorKind>;
  readonly uid: string;
  readonly mailbox = new Mailbox();
  readonly #look: () => Facts;
  #found: Facts | undefined;
  readonly #actor;
  #named: { readonly value: unknown; readonly state: ActorState };

  constructor({ key, uid, machine, root, look, facts, onError }: ActorOptions<Facts>) {
    this.key = key;
    this.uid = uid;
    this.#look = look;
    this.#found = facts;
    this.#actor = createActor(machine, { input: { key, uid }, parent: root });
    this.#actor.subscribe({ error: onError });
    this.#actor.start();
    const { value } = this.#actor.getSnapshot();
    this.#named = { value, state: nameOfState(value) };
  }

  /** What XState holds of it at this moment; never changed, so that it may be kept. */
  get snapshot(): AnyMachineSnapshot {
    return this.#actor.getSnapshot();
  }

  /** The state as `Parent.Child`: asked for several times between two transitions. */
  get state(): ActorState {
    const { value } = this.#actor.getSnapshot();
    if (value !== this.#named.value) this.#named = { value, state: nameOfState(value) };
    return this.#named.state;
  }

  /** Whether it has reached a final state; one that crashed is not finished. */
  get isFinished(): boolean {
    return this.#actor.getSnapshot().status === 'done';
  }

  get hasCrashed(): boolean {
    return this.#actor.getSnapshot().status === 'error';
  }

  get context(): ReadableContext<Facts> {
    return this.#actor.getSnapshot().context as ReadableContext<Facts>;
  }

  /** Hands today's facts over, as the one event of this turn. @returns the facts. */
  observe(): Facts {
    const facts = this.#found ?? this.#look();
    this.#found = undefined;
    this.#actor.send({ type: 'Observed', facts });
    return facts;
  }

  deliver(event: ResultEvent): void {
    this.#actor.send(event);
  }

  /** Only roots can be told to stop by XState's `stop`; a child is by this event. */
  stop(): void {
    this.#actor.send({ type: 'xstate.stop' });
  }
}

/** A text made of two is another one each time: mailboxes keep sixteen. */
const substates = new Map<string, ActorState>();

function nameOfState(value: unknown): ActorState {
  if (typeof value === 'string') return value as ActorState;
  const [[parent, child] = ['', '']] = Object.entries(value as Readonly<Record<string, string>>);
  const text = `${parent}.${child}`;
  const known = substates.get(text);
  if (known !== undefined) return known;
  substates.set(text, text as ActorState);
  return text as ActorState;
}
