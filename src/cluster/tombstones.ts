import { isNewer } from './versions.ts';

const most = 20_000;

/**
 * uids of objects that are gone. A uid never comes back, so a late event or answer about one can be told from a new
 * object of the same name. What is followed by its labels does come back: with a newer version, when it has them again.
 */
export class Tombstones {
  readonly #versions = new Map<string, string | undefined>();

  /** @param version from which on the object counts as there again; `undefined`: never. */
  add(uid: string, version: string | undefined): void {
    if (uid === '') return;
    this.#versions.set(uid, version);
    if (this.#versions.size <= most) return;
    const [oldest] = this.#versions.keys();
    if (oldest !== undefined) this.#versions.delete(oldest);
  }

  /** Whether an object of this uid and version is gone. */
  covers(uid: string, version: string): boolean {
    const since = this.#versions.get(uid);
    return this.#versions.has(uid) && (since === undefined || isNewer(since, version));
  }

  /** It was read after it seemed to be gone. */
  lift(uid: string): void {
    this.#versions.delete(uid);
  }
}
