const most = 20_000;

/**
 * uids of objects that are gone. A uid never comes back, so a late event or answer about one can be told from a new
 * object of the same name.
 */
export class Tombstones {
  readonly #uids = new Set<string>();

  add(uid: string): void {
    if (uid === '') return;
    this.#uids.add(uid);
    if (this.#uids.size <= most) return;
    const [oldest] = this.#uids;
    if (oldest !== undefined) this.#uids.delete(oldest);
  }

  has(uid: string): boolean {
    return this.#uids.has(uid);
  }
}
