/**
 * Who has an address that no Gateway holds in the allocator:
 * - `gateway`: a Gateway that has it in the ledger;
 * - `quarantined`: nobody any more, it is given up;
 * - `other`: somebody who is not us.
 */
export interface Taker {
  readonly use: 'gateway' | 'quarantined' | 'other';
  /** In words, e.g. `Service shop/web`. */
  readonly who: string;
}
