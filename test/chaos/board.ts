import type { ApiRequest } from '../../src/kubernetes/client.ts';

/** Faults that hit one request of a controller. */
export const requestFaults = [
  'killed before a write',
  'killed after a write',
  'connection reset',
  'request delayed',
  'answer lost',
  'conflict 409',
  'too many requests 429',
  'server error 500',
  'unavailable 503',
] as const;

export type RequestFault = (typeof requestFaults)[number];

export interface Armed {
  readonly kind: RequestFault;
  /** Name of the controller whose request it hits. */
  readonly target: string;
  /** 0 up to, not including, 1: how long, how many, and so on. */
  readonly amount: number;
}

const onWritesOnly: readonly RequestFault[] = [
  'killed before a write',
  'killed after a write',
  'answer lost',
  'conflict 409',
];

/** Faults that wait for the next request that they can hit. */
export class FaultBoard {
  readonly #armed: Armed[] = [];
  readonly #onStrike: (kind: RequestFault) => void;
  /** Paths of lists that are to be answered with what was there so many milliseconds ago. */
  readonly #stale = new Map<string, number>();

  constructor(onStrike: (kind: RequestFault) => void) {
    this.#onStrike = onStrike;
  }

  arm(fault: Armed): void {
    this.#armed.push(fault);
  }

  clear(): void {
    this.#armed.length = 0;
    this.#stale.clear();
  }

  /** The fault that hits this request; it is used up. */
  take(target: string, request: ApiRequest): Armed | undefined {
    const at = this.#armed.findIndex((armed) => armed.target === target && canHit(armed, request));
    const [armed] = at < 0 ? [] : this.#armed.splice(at, 1);
    if (armed !== undefined) this.#onStrike(armed.kind);
    return armed;
  }

  makeStale(target: string, collection: string, ms: number): void {
    this.#stale.set(`${target} ${collection}`, ms);
  }

  /** How old the answer to a list must be, in milliseconds; once. */
  takeStale(target: string, collection: string): number | undefined {
    const key = `${target} ${collection}`;
    const ms = this.#stale.get(key);
    this.#stale.delete(key);
    return ms;
  }
}

/** The renewals of a lease would use up most faults: some faults are for them, most are not. */
function canHit({ kind, amount }: Armed, { method, path }: ApiRequest): boolean {
  const isForLeases = amount > 0.85;
  if (path.includes('/leases') !== isForLeases) return false;
  return method !== 'GET' || !onWritesOnly.includes(kind);
}
