import type { Cause } from './failure.ts';
import type { ApiObject } from './json.ts';
import type { Schema } from './schema.ts';

/**
 * What the server does with one kind beyond the common rules. Objects given as `next` are not stored yet and may be
 * changed; `previous` may not. Every part may throw a Failure.
 */
export interface Strategy {
  /** All fields beside metadata, for kinds whose unknown fields are pruned. */
  readonly schema?: Schema;
  /** Fills in defaults, on decoding. */
  readonly setDefaults?: (next: ApiObject) => void;
  /** Completes a new object: what the server allocates. */
  readonly prepareCreate?: (next: ApiObject) => void;
  readonly prepareUpdate?: (next: ApiObject, previous: ApiObject) => void;
  readonly prepareStatus?: (next: ApiObject, previous: ApiObject) => void;
  readonly validate?: (next: ApiObject, previous: ApiObject | undefined) => readonly Cause[];
  readonly validateStatus?: (next: ApiObject, previous: ApiObject) => readonly Cause[];
  /** Called when the object is stored: keeps what `prepare` allocated, frees what the previous one had. */
  readonly commit?: (next: ApiObject | undefined, previous: ApiObject | undefined) => void;
}
