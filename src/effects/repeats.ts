import { hash } from 'node:crypto';
import type { ApiRequest } from '../kubernetes/client.ts';

interface Sent {
  readonly digest: string;
  /** Milliseconds of a clock that is never set. */
  readonly at: number;
  /** How often in a row the same request was sent. */
  readonly times: number;
  /** Whether it was a creation, and we have deleted since what it made. */
  readonly isUndone: boolean;
}

const firstMs = 250;
const longestMs = 300_000;
/** What we delete ourselves we are asked to make again by whoever made us delete it. */
export const longestOfUndoneMs = 1_000;
/** A row ends where nobody has asked for so long, beyond twice the pause: what is undone now and then is not a fight. */
const rowMs = 10_000;

/**
 * Spots a write that is asked for again though the server took it: somebody else undoes it, or the server does not
 * keep what we write. Then each turn waits twice as long as the one before: no fight, and no loop.
 */
export class Repeats {
  readonly #sent = new Map<string, Sent>();
  readonly #now: () => number;

  /** @param monotonic milliseconds of a clock that is never set. */
  constructor(monotonic: () => number) {
    this.#now = monotonic;
  }

  /** Milliseconds to wait before this request may be sent; 0 for one that is not a repetition. */
  delayOf(id: string, request: ApiRequest): number {
    const last = this.#sent.get(slotOf(id, request));
    if (last === undefined || last.digest !== digestOf(request)) return 0;
    return Math.max(0, last.at + pauseAfter(last) - this.#now());
  }

  noteSent(id: string, request: ApiRequest): void {
    const now = this.#now();
    if (request.method === 'DELETE') this.#noteDeleted(id);
    const slot = slotOf(id, request);
    const last = this.#sent.get(slot);
    const digest = digestOf(request);
    const isRepeated = last !== undefined && last.digest === digest && now < endOfRow(last);
    const times = isRepeated ? last.times + 1 : 1;
    this.#sent.delete(slot);
    this.#sent.set(slot, { digest, at: now, times, isUndone: false });
    this.#forget(now);
  }

  #noteDeleted(id: string): void {
    const slot = createdSlot(id);
    const creation = this.#sent.get(slot);
    if (creation !== undefined) this.#sent.set(slot, { ...creation, isUndone: true });
  }

  /** Those whose row has ended; the oldest are found at the beginning. */
  #forget(now: number): void {
    for (const [id, last] of this.#sent) {
      if (now < endOfRow(last)) return;
      this.#sent.delete(id);
    }
  }
}

function pauseAfter({ times, isUndone }: Sent): number {
  return Math.min(firstMs * 2 ** times, isUndone ? longestOfUndoneMs : longestMs);
}

function endOfRow(last: Sent): number {
  return last.at + rowMs + 2 * pauseAfter(last);
}

/** Creations are counted apart, as between two of them somebody has deleted what the first one made. */
function slotOf(id: string, { method }: ApiRequest): string {
  return method === 'POST' ? createdSlot(id) : id;
}

function createdSlot(id: string): string {
  return `${id} created`;
}

/** The fields of a request that tell of the state that it was decided on; a quote within a value is escaped. */
const ofState = /"(?:resourceVersion|lastTransitionTime)":"[^"]*"/g;

/** Of what the request says, without the state that it was decided on. */
export function digestOf({ method, path, body }: ApiRequest): string {
  return hash('sha1', JSON.stringify([method, path, body]).replace(ofState, ''), 'base64');
}
