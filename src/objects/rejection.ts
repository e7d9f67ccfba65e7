import type { Kind } from './keys.ts';

/** An object that is there and cannot be decoded, with all that could still be read of it. */
export interface Rejection {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** The first field that is wrong, and how. */
  readonly message: string;
  /** What looks like its addresses: they must not be handed out to others. */
  readonly addresses: readonly string[];
  /** What looks like its `spec.gatewayClassName`: that class is in use. */
  readonly gatewayClass?: string | undefined;
}
