import type { ObjectMeta } from './kubernetes.ts';

/** A `networking.k8s.io/v1` IPAddress: an entry of the ledger of addresses in use. Its name is the address. */
export interface IPAddress {
  readonly kind: 'IPAddress';
  readonly metadata: ObjectMeta;
  readonly parentRef: {
    readonly group: string;
    readonly resource: string;
    readonly namespace: string;
    readonly name: string;
  };
}
