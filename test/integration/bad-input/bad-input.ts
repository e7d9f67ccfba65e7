import type { Fixture, FixtureOptions } from '../../support/fixture.ts';
import type { Manifest } from '../../support/objects.ts';

export type ExplainedKind = 'GatewayClass' | 'Gateway' | 'ListenerSet' | 'TCPRoute' | 'UDPRoute';

/** What a user gets wrong, and what `explain` has to say of it in its first line. */
export interface BadInput {
  readonly name: string;
  readonly kind: ExplainedKind;
  /** Of the object that is explained: `bad` if left out. */
  readonly object?: (f: Fixture) => string;
  readonly state: string;
  /** What is wrong, with what, and where it helps what to do. */
  readonly cause: (f: Fixture) => RegExp;
  readonly given?: (f: Fixture) => readonly Manifest[];
  readonly fixture?: FixtureOptions;
  /** Of the controller, and of `explain`. */
  readonly flags?: readonly string[];
  /** Done before the controller starts, beside `given`. */
  readonly before?: (f: Fixture) => Promise<void>;
  /** Done when the controller rests; then it is waited for again. */
  readonly after?: (f: Fixture) => Promise<void>;
  /** How an API server may refuse it; then there is nothing to explain. */
  readonly refusal?: RegExp;
  /** Whether the controller does not rest: what it tells is waited for. */
  readonly isTriedAgain?: boolean;
  /** Whether it is served all the same, in part or until something changes: exit code 0. */
  readonly isReady?: boolean;
}

export function configMap(f: Fixture, name: string, data: Readonly<Record<string, string>>): Manifest {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: f.namespace }, data };
}

/** `spec.infrastructure` of a Gateway that names a ConfigMap of parameters. */
export function withParameters(name: string, kind = 'ConfigMap', group = ''): object {
  return { spec: { infrastructure: { parametersRef: { group, kind, name } } } };
}

/** Text that stands in a regular expression for itself. */
export function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
