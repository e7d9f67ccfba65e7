import type { ActorState } from '../objects/states.ts';

/** One event that an actor handled, and where that left it. */
export interface MailboxEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly event: string;
  readonly state: ActorState;
  /** How often in a row the same event left it in the same state. */
  readonly times: number;
}

const kept = 16;

/** The last events of one actor, always kept: what explains its state costs next to nothing. */
export class Mailbox {
  #entries: MailboxEntry[] = [];
  #since = 0;

  note(at: number, event: string, state: ActorState): void {
    const last = this.#entries.at(-1);
    if (last?.state !== state) this.#since = at;
    if (last !== undefined && last.event === event && last.state === state) {
      this.#entries[this.#entries.length - 1] = { ...last, times: last.times + 1 };
      return;
    }
    if (this.#entries.length === kept) this.#entries.shift();
    this.#entries.push({ at, event, state, times: 1 });
  }

  /** When the state that the actor is in was entered, in milliseconds since the epoch; 0 before the first event. */
  get since(): number {
    return this.#since;
  }

  entries(): readonly MailboxEntry[] {
    return this.#entries;
  }
}
