import type { AnyMachineSnapshot, StateValue } from 'xstate';
import type { ActorEntry } from '../../../actors/actor-entry.ts';
import type { Witnesses } from '../../../actors/explain.ts';
import { type ActorKey, Feed, type FeedLimits, feedLimits, type Sink } from '../feed.ts';
import {
  actorMessage,
  type Births,
  eventMessage,
  type StatelyMessage,
  type Subject,
  shownSnapshot,
  snapshotMessage,
} from './messages.ts';

export interface StatelySources {
  readonly actors: () => Witnesses['actors'];
  readonly keys: () => Iterable<ActorKey>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly births: Births;
}

/** A WebSocket, which can ask whether somebody is there. */
export interface StatelySink extends Sink {
  /** @returns false while the last one is not answered, or the socket wants no more. */
  ping(): boolean;
}

export const statelyLimits: FeedLimits = { ...feedLimits, rowsPerFrame: 20, waitingLog: 1_000 };

/** An actor right after an event. A snapshot of XState is never changed: keeping it costs no copy. */
interface Moment {
  readonly key: ActorKey;
  readonly session: string;
  readonly at: number;
  readonly event: string;
  readonly snapshot: AnyMachineSnapshot;
}

/** The last that the client was told of an actor. */
interface Known {
  readonly session: string;
  readonly value: StateValue;
}

/**
 * What one Stately inspector has not been told yet: each event with the snapshot after it, in their order. Of what is
 * cut for a slow one, the actors that it was about are told as they are then.
 */
export class StatelyFeed extends Feed<StatelySink> {
  readonly #sources: StatelySources;
  readonly #known = new Map<ActorKey, Known>();
  #moments: Moment[] = [];
  #messages = 0;

  constructor(sink: StatelySink, sources: StatelySources, limits: FeedLimits = statelyLimits) {
    super(sink, limits);
    this.#sources = sources;
  }

  override get depth(): number {
    return super.depth + this.#moments.length;
  }

  override noteEvent(key: ActorKey): void {
    const entry = this.#sources.actors().entries.get(key);
    if (entry === undefined) return;
    this.#moments.push(this.#momentOf(entry));
    const excess = this.#moments.length - this.limits.waitingLog;
    if (excess > 0) this.mark(this.#moments.splice(0, excess).map((moment) => moment.key));
  }

  /** Each event was noted at once. */
  take(): void {}

  protected everyone(): Iterable<ActorKey> {
    return new Set([...this.#known.keys(), ...this.#sources.keys()]);
  }

  protected sendBeat(): boolean {
    return this.sink.ping();
  }

  protected sendActors(keys: readonly ActorKey[]): void {
    const told = new Set(keys);
    // Who is told as he is now needs none of what led there.
    this.#moments = this.#moments.filter(({ key }) => !told.has(key));
    for (const key of keys) this.#sendActor(key);
  }

  protected sendLog(): void {
    while (!this.isFull) {
      const moment = this.#moments.shift();
      if (moment === undefined) return;
      this.#meet(moment, this.#sources.births.of(moment.key).snapshot);
      this.#sendMoment(moment);
    }
  }

  #sendActor(key: ActorKey): void {
    const entry = this.#sources.actors().entries.get(key);
    if (entry === undefined) {
      this.#sendStop(key);
      return;
    }
    const moment = this.#momentOf(entry);
    if (this.#known.get(key)?.session === moment.session) this.#sendMoment(moment);
    else this.#meet(moment, shownSnapshot(moment.snapshot));
  }

  #momentOf({ key, uid, mailbox, snapshot }: ActorEntry): Moment {
    const event = mailbox.entries().at(-1)?.event ?? '';
    // An object that takes another's name is another actor; one that goes on after a restart is the same.
    return { key, session: `${key}#${uid}`, at: this.#sources.now(), event, snapshot };
  }

  /** Introduces an actor that the client does not know. */
  #meet({ key, session, at, snapshot: { value } }: Moment, snapshot: ReturnType<typeof shownSnapshot>): void {
    if (this.#known.get(key)?.session === session) return;
    this.#sendStop(key);
    this.#say(actorMessage(this.#subject({ key, session, at }), this.#sources.births.of(key).definition, snapshot));
    this.#known.set(key, { session, value });
  }

  #sendMoment(moment: Moment): void {
    const { key, session, event, snapshot } = moment;
    this.#say(eventMessage(this.#subject(moment), event));
    this.#say(snapshotMessage(this.#subject(moment), event, shownSnapshot(snapshot)));
    if (snapshot.status === 'active') this.#known.set(key, { session, value: snapshot.value });
    else this.#known.delete(key);
  }

  /** An actor that is no more, and said so by no final state. */
  #sendStop(key: ActorKey): void {
    const known = this.#known.get(key);
    if (known === undefined) return;
    const { session, value } = known;
    const subject = this.#subject({ key, session, at: this.#sources.now() });
    this.#say(snapshotMessage(subject, 'xstate.stop', { status: 'stopped', value }));
    this.#known.delete(key);
  }

  #subject({ key, session, at }: Omit<Subject, 'number'>): Subject {
    this.#messages += 1;
    return { key, session, at, number: this.#messages };
  }

  #say(message: StatelyMessage): void {
    this.write(JSON.stringify(message));
  }
}
