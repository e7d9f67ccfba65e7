import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gatewayMachine } from '../../machines/gateway.ts';
import { questionsOf } from '../../src/actors/questions.ts';
import { chartOf, statesOf } from '../../src/charts/chart.ts';
import { portOf } from '../../src/observability/http.ts';
import type { PoolPage } from '../../src/observability/inspector/pool.ts';
import type { ActorDetail } from '../../src/observability/inspector/rows.ts';
import { gateway, route, service } from '../integration/objects.ts';
import type { TestController } from '../support/controller.ts';
import { together, useServer } from '../support/fixture.ts';
import { eventually } from '../support/server.ts';
import { assertTellsNoSecret, createSecrets, token } from './secrets.ts';
import { openStream } from './stream.ts';

const inspect = ['-inspect', '127.0.0.1:0'];
const pageFolder = join(import.meta.dirname, '..', '..', 'src', 'observability', 'inspector', 'page');

function baseOf({ controller }: TestController): string {
  assert.ok(controller.servers.inspect);
  return `http://127.0.0.1:${portOf(controller.servers.inspect)}`;
}

async function detailOf(controller: TestController, key: string): Promise<ActorDetail> {
  const { status, body } = await controller.page('inspect', `/api/actor?key=${encodeURIComponent(key)}`);
  assert.equal(status, 200, body);
  return JSON.parse(body) as ActorDetail;
}

describe('The inspector', together, () => {
  const { fixture } = useServer();

  test('is not there without its flag', async (t) => {
    const f = await fixture(t);
    const { controller } = await f.run();
    assert.equal(controller.servers.inspect, undefined);
  });

  test('serves every file of its page, under a policy that allows no inline script or style', async (t) => {
    const f = await fixture(t);
    const controller = await f.run(...inspect);
    for (const name of ['', ...readdirSync(pageFolder)]) {
      const response = await fetch(`${baseOf(controller)}/${name}`);
      assert.equal(response.status, 200, name);
      const policy = response.headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /unsafe|\*|data:|http/);
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(response.headers.get('cache-control'), 'no-store');
    }
    const html = readFileSync(join(pageFolder, 'index.html'), 'utf8');
    assert.doesNotMatch(html, /\sstyle=|\son\w+=|<script(?![^>]*src=)|https?:/);
  });

  test('serves nothing else', async (t) => {
    const f = await fixture(t);
    const controller = await f.run(...inspect);
    const others = ['/nothing', '/../inspector.ts', '/%2e%2e/inspector.ts', '/page/index.html', '/charts/Nothing.svg'];
    for (const path of [...others, '/metrics', '/api/actor?key=Gateway/no/no', '/api/actor', '/constructor']) {
      assert.equal((await controller.page('inspect', path)).status, 404, path);
    }
  });

  test('refuses writes, foreign hosts and foreign origins on every path', async (t) => {
    const f = await fixture(t);
    const controller = await f.run(...inspect);
    for (const path of ['/', '/events', '/api/pool', '/charts/Gateway.svg']) {
      assert.equal(await statusOf(controller, path, { method: 'POST' }), 405);
      assert.equal(await statusOf(controller, path, { headers: { host: 'evil.example' } }), 421);
      assert.equal(await statusOf(controller, path, { headers: { origin: 'http://evil.example' } }), 403);
    }
  });

  test('with a token shows nothing to who does not know it', async (t) => {
    const f = await fixture(t);
    const controller = await f.run(...inspect, '-inspect-token', 'open sesame');
    for (const path of ['/', '/app.js', '/events', '/api/pool']) {
      assert.equal((await controller.page('inspect', path)).status, 401);
    }
    const login = await fetch(`${baseOf(controller)}/?token=open+sesame`, { redirect: 'manual' });
    assert.equal(login.status, 303);
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
    assert.equal((await fetch(`${baseOf(controller)}/api/pool`, { headers: { cookie } })).status, 200);
  });

  test('tells where a Gateway stands in the words of its conditions, with the guard that holds it', async (t) => {
    const f = await fixture(t, { pool: { 'range-global': '' } });
    await f.create(gateway(f, 'gw'));
    const controller = await f.run(...inspect);
    // An address that goes free elsewhere on the server has it look again: it is between two looks that it stands still.
    const detail = await eventually(async () => {
      const now = await detailOf(controller, `Gateway/${f.namespace}/gw`);
      return now.depth === 0 && now;
    });
    assert.equal(detail.state, 'Pending.PoolExhausted');
    assert.equal(detail.chart, 'Gateway');
    const programmed = detail.explanation.conditions.find(({ type }) => type === 'Programmed');
    assert.equal(detail.explanation.cause, programmed?.message);
    assert.equal(detail.questions.find(({ answer }) => answer === 'holds')?.guard, 'isPoolExhausted');
    assert.equal(detail.events.at(-1)?.state, 'Pending.PoolExhausted');
    assert.ok(detail.since > 0 && detail.depth === 0);
  });

  test('asks the same questions as the charts: the one that holds leads to the state of each actor', async (t) => {
    const f = await fixture(t);
    await f.create(
      gateway(f, 'gw'),
      gateway(f, 'http', { listeners: [{ name: 'tcp', port: 80, protocol: 'HTTP' }] }),
      gateway(f, 'classless', { className: `${f.className}-missing` }),
      route(f, 'made', { selector: ['app', 'web'] }),
      route(f, 'lost', { selector: ['app', 'web'], parentRefs: [{ name: 'gw', sectionName: 'nowhere' }] }),
      route(f, 'backendless', { behaviour: 'duplicate', backendRefs: [{ name: 'none', port: 80 }] }),
    );
    const { controller } = await f.run(...inspect);
    const entries = [...controller.actors.entries.values()];
    assert.ok(entries.length >= 7);
    for (const entry of entries) {
      const holding = questionsOf(entry).filter(({ answer }) => answer === 'holds');
      assert.deepEqual([entry.key, holding.map(({ target }) => target)], [entry.key, [entry.state]]);
    }
  });

  test('draws each chart with every state of the machine, and no style of its own', async (t) => {
    const f = await fixture(t);
    const controller = await f.run(...inspect);
    const { status, body } = await controller.page('inspect', '/charts/Gateway.svg');
    assert.equal(status, 200);
    for (const { path } of statesOf(chartOf(gatewayMachine))) assert.ok(body.includes(`data-state="${path}"`), path);
    assert.doesNotMatch(body, /<style|style=|<script|<!--|xlink/);
  });

  test('maps the pool: who has which address, what is static, and what others use', async (t) => {
    const f = await fixture(t, { pool: { 'range-global': '10.77.0.0-10.77.0.9', 'exclude-global': '10.77.0.5' } });
    await f.create(
      gateway(f, 'a-given'),
      gateway(f, 'b-named', { addresses: [{ type: 'IPAddress', value: '10.77.0.7' }] }),
      gateway(f, 'c-outside', { addresses: [{ type: 'IPAddress', value: '10.78.0.1' }] }),
      service(f, 'foreign', { spec: { type: 'LoadBalancer', loadBalancerIP: '10.77.0.3' } }),
    );
    const controller = await f.run(...inspect);
    const { map } = JSON.parse((await controller.page('inspect', '/api/pool')).body) as PoolPage;
    const runs = map.scopes[0]?.entries[0]?.runs.map(({ from, use, who }) => [from, use, who ?? '']);
    assert.deepEqual(runs, [
      ['10.77.0.0', 'used', `Gateway ${f.namespace}/a-given`],
      ['10.77.0.1', 'free', ''],
      ['10.77.0.3', 'conflict', `Service ${f.namespace}/foreign`],
      ['10.77.0.4', 'free', ''],
      ['10.77.0.5', 'excluded', ''],
      ['10.77.0.6', 'free', ''],
      ['10.77.0.7', 'static', `Gateway ${f.namespace}/b-named`],
      ['10.77.0.8', 'free', ''],
    ]);
    assert.deepEqual(
      map.outside.map(({ address }) => address),
      ['10.78.0.1'],
    );
  });

  test('streams all actors, then each change, and the transitions between', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'first'));
    const controller = await f.run(...inspect);
    const stream = await openStream(t, `${baseOf(controller)}/events`);
    const states = (name: string): string[] =>
      stream.rows().flatMap(([key, state]) => (key === `Gateway/${f.namespace}/${name}` ? [state] : []));
    await eventually(async () => states('first').includes('ServiceReady.NothingToAnnounce'));
    await f.create(gateway(f, 'second'));
    await eventually(async () => states('second').includes('ServiceReady.NothingToAnnounce'));
    const moves = stream.log().filter(([, key]) => key === `Gateway/${f.namespace}/second`);
    assert.equal(moves[0]?.[3], 'Pending.Starting');
    assert.equal(moves.at(-1)?.[4], 'ServiceReady.NothingToAnnounce');
    await f.delete('Gateway', 'second');
    await eventually(async () => stream.gone().includes(`Gateway/${f.namespace}/second`));
  });

  test('ends its streams when the controller stops', async (t) => {
    const f = await fixture(t);
    const controller = await f.run(...inspect);
    const stream = await openStream(t, `${baseOf(controller)}/events`);
    await controller.stop();
    await stream.ended;
  });

  test('shows no Secret, no ConfigMap of others, no token and no kubeconfig', async (t) => {
    const f = await fixture(t);
    await createSecrets(f);
    const controller = await f.run(...inspect, '-inspect-token', token);
    const headers = { authorization: `Bearer ${token}` };
    const stream = await openStream(t, `${baseOf(controller)}/events`, headers);
    await eventually(async () => stream.rows().length >= 3);
    const keys = [...controller.controller.actors.entries.keys()].map((key) => `/api/actor?key=${key}`);
    const pages = ['/', '/api/pool', '/charts/Gateway.svg', ...keys];
    const bodies = pages.map(async (path) => (await fetch(baseOf(controller) + path, { headers })).text());
    const all = [stream.text(), ...(await Promise.all(bodies))].join('\n');
    assert.ok(all.includes(`${f.namespace}/gw`));
    assertTellsNoSecret(all);
  });

  test('shows a standby by actors that only look, and the running ones when it leads', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    const election = ['-leader-elect', '-leader-election-namespace', f.namespace];
    const leader = await f.start(...election);
    await eventually(
      async () => (await leader.page('metrics', `/debug/actors/Gateway/${f.namespace}/gw`)).status === 200,
    );
    await eventually(async () => leader.controller.isAtRest());
    const standby = await f.start(...election, ...inspect);
    const gatewayState = async (): Promise<string> => {
      const { status, body } = await standby.page('inspect', `/api/actor?key=Gateway/${f.namespace}/gw`);
      return status === 200 ? (JSON.parse(body) as ActorDetail).state : '';
    };
    const since = (await f.writes()).length;
    await eventually(async () => (await gatewayState()) === 'ServiceReady.NothingToAnnounce');
    assert.equal(standby.controller.actors.entries.size, 0, 'its own actors do not run');
    assert.equal((await standby.page('metrics', `/debug/actors/Gateway/${f.namespace}/gw`)).status, 503);
    const stream = await openStream(t, `${baseOf(standby)}/events`);
    await eventually(async () => stream.status()?.role === 'standby');
    assert.deepEqual(await f.quietWrites(since), [], 'who only looks writes nothing');
    await leader.stop();
    await eventually(async () => stream.status()?.role === 'leading');
    await eventually(async () => standby.controller.actors.entries.size > 0);
    assert.equal(await gatewayState(), 'ServiceReady.NothingToAnnounce');
  });
});

describe('The metrics port', together, () => {
  const { fixture } = useServer();

  test('tells of one actor at /debug/actors/, without its context', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    const controller = await f.run();
    const { status, body } = await controller.page('metrics', `/debug/actors/Gateway/${f.namespace}/gw`);
    assert.equal(status, 200);
    const { events, ...report } = JSON.parse(body) as Record<string, unknown> & { events: { state: string }[] };
    assert.deepEqual(Object.keys(report).sort(), ['depth', 'description', 'guard', 'key', 'since', 'state']);
    assert.equal(report.guard, 'else');
    assert.equal(events.at(-1)?.state, report.state);
    assert.equal((await controller.page('metrics', `/debug/actors/GatewayClass//${f.className}`)).status, 200);
    for (const path of ['/debug/actors/', '/debug/actors/Gateway/no/such', '/debug/actors/%E0%A4%A']) {
      assert.equal((await controller.page('metrics', path)).status, 404, path);
    }
  });
});

/** `fetch` lets nobody set the Host. */
function statusOf(
  { controller }: TestController,
  path: string,
  options: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> },
): Promise<number | undefined> {
  assert.ok(controller.servers.inspect);
  const port = portOf(controller.servers.inspect);
  return new Promise((resolve, reject) => {
    const call = httpRequest({ host: '127.0.0.1', port, path, agent: false, ...options }, (response) => {
      response.resume();
      response.once('close', () => resolve(response.statusCode));
    });
    call.once('error', reject).end();
  });
}
