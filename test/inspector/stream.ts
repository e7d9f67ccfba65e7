import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { LogEntry } from '../../src/observability/inspector/feed.ts';
import type { Row } from '../../src/observability/inspector/page-feed.ts';

interface Frame {
  readonly event: string;
  readonly data: unknown;
}

/** A stream of the inspector, and what it has sent so far. */
export interface Stream {
  rows(): readonly Row[];
  gone(): readonly string[];
  log(): readonly LogEntry[];
  status(): { readonly role?: string } | undefined;
  text(): string;
  /** Resolves when the server ends it. */
  readonly ended: Promise<void>;
}

/** Opens a stream that is closed at the end of the test. */
export async function openStream(
  t: TestContext,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Stream> {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const response = await fetch(url, { headers, signal: stop.signal });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  let text = '';
  const ended = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk as Uint8Array, { stream: true });
  })().catch(() => {});
  const frames = (event: string): Frame[] =>
    [...text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)]
      .map(([, name = '', data = '']) => ({ event: name, data: JSON.parse(data) as unknown }))
      .filter((frame) => frame.event === event);
  return {
    rows: () => frames('rows').flatMap(({ data }) => (data as { rows: Row[] }).rows),
    gone: () => frames('rows').flatMap(({ data }) => (data as { gone: string[] }).gone),
    log: () => frames('log').flatMap(({ data }) => (data as { entries: LogEntry[] }).entries),
    status: () => frames('status').at(-1)?.data as { role?: string } | undefined,
    text: () => text,
    ended,
  };
}
