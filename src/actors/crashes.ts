import { isEqual } from '../gateway/equal.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';

/**
 * Which actors have crashed, and on which facts. One that crashes is made anew at once; one that crashes again on the
 * same facts waits until its object, or what that depends on, changes.
 */
export class Crashes {
  readonly #facts = new Map<ObjectKey<ActorKind>, unknown>();

  get keys(): readonly ObjectKey<ActorKind>[] {
    return [...this.#facts.keys()];
  }

  /** @returns whether to try again at once. */
  note(key: ObjectKey<ActorKind>, facts: unknown): boolean {
    const isAgain = this.#facts.has(key) && isEqual(this.#facts.get(key), facts);
    this.#facts.set(key, facts);
    return !isAgain;
  }

  forget(key: ObjectKey<ActorKind>): void {
    this.#facts.delete(key);
  }
}
