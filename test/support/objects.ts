/** What the test client gives and takes. */

export type Value = null | boolean | number | string | readonly Value[] | Fields;
export interface Fields {
  readonly [name: string]: Value | undefined;
}

export interface TestMetadata extends Fields {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
}

/** An object as the server returned it. */
export interface TestObject extends Fields {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: TestMetadata;
}

export interface TestList {
  readonly kind: string;
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly TestObject[];
}

/** Names a kind, and an object where `name` is given. */
export interface Target {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** An object to be written. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name?: string;
    readonly generateName?: string;
    readonly namespace?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

function text(value: Value | undefined): string {
  return typeof value === 'string' ? value : '';
}

export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly body: Fields;

  constructor(code: number, body: Fields) {
    super(`${code} ${text(body.message)}`);
    this.code = code;
    this.reason = text(body.reason);
    this.body = body;
  }
}

/** Follows names and indexes into a value; undefined where the way ends. */
export function at(value: Value | undefined, ...path: readonly (string | number)[]): Value | undefined {
  let current: Value | undefined = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Readonly<Record<string | number, Value | undefined>>)[step];
  }
  return current;
}

/** The text at the end of a way into a value; empty where there is none. */
export function textAt(value: Value | undefined, ...path: readonly (string | number)[]): string {
  return text(at(value, ...path));
}
