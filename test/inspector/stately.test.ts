import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { ClientOptions } from 'ws';
import { parseConfig } from '../../src/config.ts';
import { UsageError } from '../../src/flags.ts';
import { portOf } from '../../src/observability/http.ts';
import { gateway } from '../integration/objects.ts';
import { spawnController, type TestController } from '../support/controller.ts';
import { together, useServer } from '../support/fixture.ts';
import { eventually } from '../support/server.ts';
import { assertTellsNoSecret, createSecrets, secretAnnotations, token } from './secrets.ts';
import { attach, attached, receive, statesOf } from './stately-client.ts';

const inspect = ['-inspect', '127.0.0.1:0'];
const stately = [...inspect, '-inspect-stately'];
const pageFolder = join(import.meta.dirname, '..', '..', 'src', 'observability', 'inspector', 'stately', 'page');

function baseOf({ controller }: TestController): string {
  assert.ok(controller.servers.inspect);
  return `127.0.0.1:${portOf(controller.servers.inspect)}`;
}

describe('The bridge to the Stately inspector', together, () => {
  const { fixture } = useServer();

  test('is not there without its flag', async (t) => {
    const f = await fixture(t);
    const controller = await f.run(...inspect);
    for (const path of ['/stately', '/stately/relay.js']) {
      assert.equal((await controller.page('inspect', path)).status, 404);
    }
    assert.equal(await attach(t, `ws://${baseOf(controller)}/stately`), '404 not found\n');
  });

  test('has a page, and none but that page may hold a frame: of the Stately inspector', async (t) => {
    const f = await fixture(t);
    const controller = await f.run(...stately);
    const policyOf = async (path: string): Promise<string> => {
      const response = await fetch(`http://${baseOf(controller)}${path}`);
      assert.equal(response.status, 200, path);
      return response.headers.get('content-security-policy') ?? '';
    };
    const plain = await policyOf('/');
    for (const path of ['/stately', ...readdirSync(pageFolder).map((name) => `/stately/${name}`)]) {
      assert.equal(await policyOf(path), `${plain}; frame-src https://stately.ai`);
    }
    const html = readFileSync(join(pageFolder, 'index.html'), 'utf8');
    assert.doesNotMatch(html, /\sstyle=|\son\w+=|<script(?![^>]*src=)|(src|href)="https?:/);
    for (const path of ['/stately/', '/stately/../bridge.ts', '/stately/%2e%2e/bridge.ts', '/stately/nothing.js']) {
      assert.equal((await fetch(`http://${baseOf(controller)}${path}`)).status, 404, path);
    }
  });

  test('shows a Gateway on its way from Pending to ServiceReady, and to its end', async (t) => {
    const f = await fixture(t, { pool: { 'range-global': '' } });
    await f.create(gateway(f, 'gw'));
    const controller = await f.run(...stately);
    const events = receive(`ws://${baseOf(controller)}/stately`);
    const states = (): readonly string[] => statesOf(events, `Gateway/${f.namespace}/gw#`);
    await eventually(async () => states().length > 0);
    assert.deepEqual(states(), ['{"Pending":"PoolExhausted"}']);
    const actor = events.find((event) => event.type === '@xstate.actor' && event.name === `Gateway/${f.namespace}/gw`);
    assert.ok(actor?.type === '@xstate.actor');
    assert.equal((JSON.parse(actor.definition ?? '') as { id: string }).id, 'Gateway');
    await f.setPool({ 'range-global': `${f.address(0)}-${f.address(9)}` });
    await eventually(async () => states().at(-1) === '{"ServiceReady":"NothingToAnnounce"}');
    assert.ok(states().includes('{"Pending":"RecordingAddress"}'), 'each state on the way');
    const granted = events.findIndex(
      (event) => event.type === '@xstate.event' && event.event.type === 'AddressGranted',
    );
    const [event, after] = events.slice(granted, granted + 2);
    assert.ok(event !== undefined && after?.type === '@xstate.snapshot');
    assert.deepEqual([after.event.type, after.sessionId], ['AddressGranted', event.sessionId]);
    await f.delete('Gateway', 'gw');
    await eventually(async () => states().at(-1) === '"Released"');
    assert.ok(events.every(({ _version }) => typeof _version === 'string'));
  });

  test('shows a standby by actors that only look, and goes on when it leads', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    const election = ['-leader-elect', '-leader-election-namespace', f.namespace];
    const leader = await f.start(...election);
    await eventually(async () => leader.controller.isAtRest() && leader.controller.actors.entries.size > 0);
    const standby = await f.start(...election, ...stately);
    const events = receive(`ws://${baseOf(standby)}/stately`);
    const states = (): readonly string[] => statesOf(events, `Gateway/${f.namespace}/gw#`);
    await eventually(async () => states().at(-1) === '{"ServiceReady":"NothingToAnnounce"}');
    assert.equal(standby.controller.actors.entries.size, 0, 'its own actors do not run');
    await leader.stop();
    await eventually(async () => standby.controller.actors.entries.size > 0);
    await f.create(gateway(f, 'next'));
    await eventually(async () =>
      statesOf(events, `Gateway/${f.namespace}/next#`).includes('{"ServiceReady":"NothingToAnnounce"}'),
    );
    const sessions = new Set(
      events.map(({ sessionId }) => sessionId).filter((id) => id.includes(`${f.namespace}/gw#`)),
    );
    assert.equal(sessions.size, 1, 'it is the same actor');
  });

  test('lets in whom the page lets in, and refuses all others', async (t) => {
    const f = await fixture(t);
    const controller = await f.run(...stately, '-inspect-token', 'open sesame');
    const base = baseOf(controller);
    const url = `ws://${base}/stately`;
    const authorization = 'Bearer open sesame';
    const login = await fetch(`http://${base}/?token=open+sesame`, { redirect: 'manual' });
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
    await attached(t, `${url}?token=open+sesame`);
    await attached(t, url, { headers: { cookie }, origin: `http://${base}` });
    await attached(t, url, { headers: { authorization } });
    const refusals: readonly (readonly [string, string, ClientOptions])[] = [
      ['401', url, {}],
      ['401', `${url}?token=sesame`, {}],
      ['401', url, { headers: { authorization: 'Bearer sesame' } }],
      ['403', `${url}?token=open+sesame`, { origin: 'https://evil.example' }],
      ['403', url, { headers: { cookie }, origin: 'https://stately.ai' }],
      ['403', url, { headers: { cookie }, origin: 'null' }],
      ['403', url, { headers: { cookie, 'sec-fetch-site': 'cross-site' } }],
      ['421', url, { headers: { authorization, host: 'evil.example' } }],
      ['404', `ws://${base}/events`, { headers: { authorization } }],
      ['404', `ws://${base}/`, { headers: { authorization } }],
    ];
    for (const [status, address, options] of refusals) {
      const answer = await attach(t, address, options);
      assert.equal(
        typeof answer === 'string' ? answer.slice(0, 3) : 'in',
        status,
        `${address} ${JSON.stringify(options)}`,
      );
    }
    await attached(t, url, { headers: { authorization } });
    const fifth = await attach(t, url, { headers: { authorization } });
    assert.equal(fifth, '503 4 Stately inspectors are attached already\n');
  });

  test('answers who would rather have another protocol as if he had not said so', async (t) => {
    const f = await fixture(t);
    const controller = await f.run(...stately);
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': '' };
    const [response] = (await once(get(`http://${baseOf(controller)}/api/pool`, { headers }), 'response')) as [
      IncomingMessage,
    ];
    response.resume();
    assert.equal(response.statusCode, 200);
  });

  test('listens to nobody, and one who says too much is alone with it', async (t) => {
    const f = await fixture(t);
    const controller = await f.run(...stately);
    const url = `ws://${baseOf(controller)}/stately`;
    const [quiet, chatty, loud] = [await attached(t, url), await attached(t, url), await attached(t, url)];
    const since = (await f.writes()).length;
    chatty.send(JSON.stringify({ type: '@xstate.event', event: { type: 'Observed' } }));
    loud.send('x'.repeat(2_000));
    const [code] = (await once(loud, 'close')) as [number];
    assert.ok(code === 1009 || code === 1006, `${code}`);
    for (const client of [quiet, chatty]) {
      client.ping();
      await once(client, 'pong');
    }
    assert.deepEqual(await f.quietWrites(since), []);
  });

  test('tells no Secret, no ConfigMap of others and no token', async (t) => {
    const f = await fixture(t);
    await createSecrets(f);
    const controller = await f.run(...stately, '-inspect-token', token);
    const events = receive(`ws://${baseOf(controller)}/stately?token=${token}`);
    await f.create(gateway(f, 'later', { annotations: secretAnnotations }));
    await eventually(async () =>
      statesOf(events, `Gateway/${f.namespace}/later#`).some((state) => /Ready/.test(state)),
    );
    assert.ok(statesOf(events, `TCPRoute/${f.namespace}/made#`).length > 0);
    assertTellsNoSecret(JSON.stringify(events));
  });

  test('keeps nothing alive when the controller ends', async (t) => {
    const f = await fixture(t);
    const flags = [...f.flags, '-kubeconfig', f.server.controllerKubeconfigPath, ...stately];
    const addresses = ['-metrics-bind-address', '0', '-health-probe-bind-address', '0'];
    const child = spawnController([...flags, ...addresses]);
    t.after(() => child.kill('SIGKILL'));
    await child.logged('inspector');
    const [, port] = /"url":"http:\/\/127\.0\.0\.1:(\d+)\/"/.exec(child.stderr) ?? [];
    const client = await attached(t, `ws://127.0.0.1:${port}/stately`);
    client.pause();
    assert.equal(await child.kill('SIGTERM'), 0);
  });
});

describe('The flag -inspect-stately', () => {
  test('needs -inspect, and is off by default', () => {
    assert.equal(parseConfig(inspect).inspectStately, false);
    assert.equal(parseConfig(stately).inspectStately, true);
    const isClear = (error: unknown): boolean =>
      error instanceof UsageError && /add -inspect ADDRESS/.test(error.message);
    assert.throws(() => parseConfig(['-inspect-stately']), isClear);
  });
});
