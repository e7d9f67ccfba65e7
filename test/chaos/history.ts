import { createHash } from 'node:crypto';
import type { ApiObject } from '../api-server/json.ts';

/** One change that the server made, and who asked for it. */
export interface Entry {
  /** Milliseconds since the epoch, by the server's clock. */
  readonly at: number;
  readonly version: number;
  /** When its request was sent, where that took a while. */
  readonly sentAt?: number;
  /** `system` for the garbage collector and the like. */
  readonly author: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly kind: string;
  /** `Kind/namespace/name`. */
  readonly key: string;
  readonly before: ApiObject | undefined;
  /** `undefined` where the object is gone. */
  readonly after: ApiObject | undefined;
}

/** Authors whose writes are the controller's. */
export function isController(author: string): boolean {
  return author.startsWith('controller');
}

/** A digest of a whole history; equal for equal histories. A lease names its holder by a random id: that is left out. */
export function digest(history: readonly Entry[]): string {
  const hash = createHash('sha1');
  for (const { at, version, author, type, key, after } of history) {
    hash.update(JSON.stringify([at, version, author, type, key, key.startsWith('Lease/') ? null : after]));
  }
  return hash.digest('hex');
}
