import { type Failure, failureOf } from './failure.ts';

export type WatchEvent =
  | {
      readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
      readonly object: unknown;
      readonly resourceVersion: string | undefined;
    }
  | {
      readonly type: 'BOOKMARK';
      readonly resourceVersion: string | undefined;
      readonly annotations: Readonly<Record<string, string>>;
    }
  | { readonly type: 'ERROR'; readonly failure: Failure };

interface RawEvent {
  readonly type?: unknown;
  readonly object?: {
    readonly code?: number;
    readonly metadata?: { readonly resourceVersion?: string; readonly annotations?: Record<string, string> };
  };
}

/** @throws SyntaxError where the line is no JSON: the stream was cut. */
export function parseWatchEvent(line: string): WatchEvent {
  const { type, object } = (JSON.parse(line) ?? {}) as RawEvent;
  const resourceVersion = object?.metadata?.resourceVersion;
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object, resourceVersion };
    case 'BOOKMARK':
      return { type, resourceVersion, annotations: object?.metadata?.annotations ?? {} };
    default:
      return { type: 'ERROR', failure: failureOf(object?.code ?? 500, object, undefined) };
  }
}
