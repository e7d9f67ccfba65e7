import { hash } from 'node:crypto';
import type { ApiRequest } from '../kubernetes/client.ts';

interface Sent {
  readonly digest: string;
  /** Milliseconds of a clock that is never set. */
  readonly at: number;
  /** How often in a row the same request was sent. */
  readonly times: number;
}

const firstMs = 250;
const longestMs = 300_000;
const forgottenAfterMs = 600_000;

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
    const wait = Math.min(firstMs * 2 ** last.times, longestMs);
    return Math.max(0, last.at + wait - this.#now());
  }

  /** @returns how often in a row it was sent. */
  noteSent(id: string, request: ApiRequest): number {
    const now = this.#now();
    const slot = slotOf(id, request);
    const last = this.#sent.get(slot);
    const digest = digestOf(request);
    const isRepeated = last !== undefined && last.digest === digest && now - last.at < forgottenAfterMs;
    const times = isRepeated ? last.times + 1 : 1;
    this.#sent.delete(slot);
    this.#sent.set(slot, { digest, at: now, times });
    this.#forget(now);
    return times;
  }

  #forget(now: number): void {
    for (const [id, { at }] of this.#sent) {
      if (now - at < forgottenAfterMs) return;
      this.#sent.delete(id);
    }
  }
}

/** Creations are counted apart: what somebody deletes each time that we make it is the same repetition, whoever deletes. */
function slotOf(id: string, { method }: ApiRequest): string {
  return method === 'POST' ? `${id} created` : id;
}

/** The fields of a request that tell of the state that it was decided on; a quote within a value is escaped. */
const ofState = /"(?:resourceVersion|lastTransitionTime)":"[^"]*"/g;

/** Of what the request says, without the state that it was decided on. */
export function digestOf({ method, path, body }: ApiRequest): string {
  return hash('sha1', JSON.stringify([method, path, body]).replace(ofState, ''), 'base64');
}
