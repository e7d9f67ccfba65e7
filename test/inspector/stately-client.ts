import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';
import { type ClientOptions, WebSocket } from 'ws';

/** What the vendor's own receiver makes of what it is sent. */
export function receive(server: string): StatelyInspectionEvent[] {
  const events: StatelyInspectionEvent[] = [];
  createWebSocketReceiver({ server }).subscribe((event) => events.push(event));
  return events;
}

/** The states of an actor, as they were told. */
export function statesOf(events: readonly StatelyInspectionEvent[], session: string): readonly string[] {
  return events
    .filter(({ sessionId }) => sessionId.startsWith(session))
    .flatMap((event) => ('snapshot' in event ? [JSON.stringify((event.snapshot as { value?: unknown }).value)] : []));
}

/** Attaches. @returns the client when it is in; else the status and the words of the refusal. */
export async function attach(t: TestContext, url: string, options: ClientOptions = {}): Promise<WebSocket | string> {
  const client = new WebSocket(url, options);
  t.after(() => client.terminate());
  return new Promise((resolve, reject) => {
    client.once('open', () => resolve(client)).once('error', reject);
    client.once('unexpected-response', (_request, response) => {
      response.setEncoding('utf8').once('data', (words: string) => resolve(`${response.statusCode} ${words}`));
    });
  });
}

export async function attached(t: TestContext, url: string, options: ClientOptions = {}): Promise<WebSocket> {
  const client = await attach(t, url, options);
  assert.ok(client instanceof WebSocket, 'attached');
  return client;
}
