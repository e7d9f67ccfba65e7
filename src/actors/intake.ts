import type { Cluster } from '../cluster/cluster.ts';
import { kindOf, partsOf } from '../gateway/keys.ts';
import type { ApiResult } from '../kubernetes/client.ts';
import type { IPAddress } from '../objects/ip-address.ts';
import type { ObjectKey } from '../objects/keys.ts';
import { decode } from '../watch/decode.ts';

export interface IntakeOptions {
  readonly cluster: Cluster;
  /** Entries of the ledger that are not ours are taken apart from the cluster's state. */
  readonly strangers: {
    take(entry: IPAddress): boolean;
    forget(address: string): boolean;
    readLater(address: string): void;
  };
  readonly read: (key: ObjectKey) => Promise<ApiResult>;
}

/** Takes what the server answered into the cluster at once, before its watch event comes. */
export class Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  fold(key: ObjectKey, body: unknown): void {
    const { cluster, strangers } = this.#options;
    if (cluster.isKnown(key, body)) return;
    const decoded = decode(kindOf(key), body);
    if (decoded === undefined) return;
    if ('rejection' in decoded) cluster.reject(decoded.rejection);
    else if (decoded.object.kind !== 'IPAddress' || !strangers.take(decoded.object)) cluster.apply(decoded.object);
  }

  /** The object of this uid is not there any more. */
  forget(key: ObjectKey, uid: string): void {
    if (key.startsWith('IPAddress/') && this.#options.strangers.forget(partsOf(key).name)) return;
    this.#options.cluster.remove(key, uid);
  }

  /** Reads an object that no watch tells of. */
  async readAgain(key: ObjectKey): Promise<void> {
    const result = await this.#options.read(key);
    if ('body' in result) this.fold(key, result.body);
    else if (result.failure.kind === 'absent') this.forget(key, '');
    else this.#options.strangers.readLater(partsOf(key).name);
  }
}
