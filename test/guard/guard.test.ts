import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { groupPath, kinds } from '../../src/kubernetes/kinds.ts';
import type { Controller } from '../../src/main.ts';
import { sourcesOf } from '../../src/watch/sources.ts';
import { useMemory } from '../integration/memory/memory.ts';
import { gateway, route } from '../integration/objects.ts';
import type { Fixture } from '../support/fixture.ts';
import type { Manifest } from '../support/objects.ts';

/**
 * What the controller costs, counted and never timed: a change that doubles one of these fails here, on any machine.
 * Where a figure becomes smaller, make it smaller here too.
 */
const pairs = 40;

/** Bytes of the JSON text of what is kept of a settled object, at most. */
const kept = { GatewayClass: 1_050, Gateway: 2_300, TCPRoute: 1_200, Service: 1_400, IPAddress: 650 } as const;

function pair(f: Fixture, index: number): readonly Manifest[] {
  const name = `n${index}`;
  return [
    gateway(f, name, { listeners: [{ name: 'tcp', port: 8080 }] }),
    route(f, name, { selector: ['app', name], parentRefs: [{ name }], backendRefs: [{ name, port: 80 }] }),
  ];
}

function allPairs(f: Fixture): readonly Manifest[] {
  return Array.from({ length: pairs }, (_, index) => pair(f, index)).flat();
}

/** Writes since then, by verb and resource. */
async function writesSince(f: Fixture, since: number): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { verb, resource } of (await f.writes()).slice(since)) {
    counts[`${verb} ${resource}`] = (counts[`${verb} ${resource}`] ?? 0) + 1;
  }
  return counts;
}

/** How often actors have looked at the cluster, as far as their mailboxes remember. */
function looks({ actors }: Controller): number {
  let sum = 0;
  for (const { mailbox } of actors.entries.values()) {
    for (const { event, times } of mailbox.entries()) if (event === 'Observed') sum += times;
  }
  return sum;
}

describe('what it costs', { concurrency: 1 }, () => {
  test('a backlog of pairs takes five writes each: ledger, pin, both statuses, Service', async (t) => {
    const { f } = await useMemory(t);
    await f.create(...allPairs(f));
    const { controller } = await f.run();
    assert.deepEqual(await writesSince(f, 0), {
      'patch gatewayclasses': 1,
      'patch gatewayclasses/status': 1,
      'create ipaddresses': pairs,
      'patch gateways': pairs,
      'patch gateways/status': pairs,
      'create services': pairs,
      'patch tcproutes/status': pairs,
    });
    assert.ok(looks(controller) <= 15 * pairs, `${looks(controller)} looks for ${2 * pairs} objects`);
  });

  test('a pair that comes to a running controller takes one more at most', async (t) => {
    const { f } = await useMemory(t);
    await f.run();
    const since = (await f.writes()).length;
    await f.create(...allPairs(f));
    await f.settle();
    const counts = await writesSince(f, since);
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    assert.ok(total <= 6 * pairs, JSON.stringify(counts));
    assert.equal(counts['create services'], pairs);
    assert.equal(counts['patch tcproutes/status'], pairs);
  });

  test('a Gateway of many routes is told of them by one status, and every route looks a few times', async (t) => {
    const { f } = await useMemory(t);
    const many = 200;
    const routes = Array.from({ length: many }, (_, index) => route(f, `r${String(index).padStart(3, '0')}`));
    await f.create(gateway(f, 'gw'), ...routes);
    const { controller } = await f.run();
    const counts = await writesSince(f, 0);
    assert.equal(counts['patch tcproutes/status'], many);
    assert.ok((counts['patch gateways/status'] ?? 0) <= 2, JSON.stringify(counts));
    assert.ok(looks(controller) <= 8 * many, `${looks(controller)} looks for ${many} routes`);
  });

  test('routes that come in bursts take one status of their Gateway each burst', async (t) => {
    const { f } = await useMemory(t);
    await f.create(gateway(f, 'gw'));
    await f.run();
    const since = (await f.writes()).length;
    const bursts = 6;
    for (let burst = 0; burst < bursts; burst += 1) {
      const routes = Array.from({ length: 10 }, (_, index) => route(f, `b${burst}-${index}`));
      await Promise.all(routes.map((manifest) => f.client.create(manifest)));
      await f.settle();
    }
    const counts = await writesSince(f, since);
    assert.ok((counts['patch gateways/status'] ?? 0) <= 2 * bursts, JSON.stringify(counts));
  });

  test('a status that is as its actor wants it has nobody look again, another one only this route', async (t) => {
    const { f } = await useMemory(t);
    const routes = Array.from({ length: 50 }, (_, index) => route(f, `r${String(index).padStart(2, '0')}`));
    await f.create(gateway(f, 'gw'), ...routes);
    const { controller } = await f.run();
    const parents = [
      {
        parentRef: { name: 'other' },
        controllerName: 'somebody.else/controller',
        conditions: [
          { type: 'Accepted', status: 'True', reason: 'A', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
        ],
      },
    ];
    const { status } = await f.get<{ status: { parents: object[] } }>('TCPRoute', 'r07');
    const atRest = looks(controller);
    await f.patch('TCPRoute', 'r07', { status: { parents: [...status.parents, ...parents] } }, 'status');
    await f.settle();
    assert.equal(looks(controller), atRest, 'an entry of somebody else concerns nobody');
    await f.patch('TCPRoute', 'r07', { status: { parents } }, 'status');
    await f.settle();
    assert.equal(looks(controller), atRest + 1, 'the route looks once, and what it writes then concerns nobody');
    const mended = await f.get<{ status: { parents: object[] } }>('TCPRoute', 'r07');
    assert.equal(mended.status.parents.length, 2);
  });

  test('an address in the spec of a Gateway has none of its routes look again', async (t) => {
    const { f } = await useMemory(t);
    await f.create(...pair(f, 0));
    const { controller } = await f.run();
    const looksOf = (kind: string): number => {
      const entries = [...controller.actors.entries].filter(([key]) => key.startsWith(`${kind}/`));
      return entries.flatMap(([, { mailbox }]) => mailbox.entries()).reduce((sum, { times }) => sum + times, 0);
    };
    const before = { gateway: looksOf('Gateway'), route: looksOf('TCPRoute') };
    await f.patch('Gateway', 'n0', { spec: { addresses: null } });
    await f.settle();
    assert.ok(looksOf('Gateway') > before.gateway, 'the Gateway looks');
    assert.equal(looksOf('TCPRoute'), before.route);
  });

  test('a burst of edits costs each object one look a turn, not one an edit', async (t) => {
    const { f } = await useMemory(t);
    await f.create(...pair(f, 0), ...pair(f, 1));
    const { controller } = await f.run();
    const { cluster } = controller;
    const before = looks(controller);
    const known = cluster.get(`Gateway/${f.namespace}/n0`) ?? assert.fail('there is no Gateway');
    // As a burst comes: all in one chunk of a watch, before the next turn.
    for (let edit = 0; edit < 1_000; edit += 1) {
      const metadata = { ...known.metadata, resourceVersion: `${10 ** 9 + edit}`, labels: { edit: `${edit}` } };
      cluster.apply({ ...known, metadata });
    }
    while (!controller.actors.isIdle) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(looks(controller) - before <= 2, `${looks(controller) - before} looks for 1,000 edits`);
  });

  test('the start takes one watch a collection, one read of each API group, and no list', async (t) => {
    const { f } = await useMemory(t);
    await f.create(...pair(f, 0));
    const running = await f.run();
    const { body } = await running.page('metrics', '/metrics');
    const sources = sourcesOf({ name: 'ipam', namespaces: [f.namespace] });
    const groups = new Set(sources.map(({ kind }) => groupPath(kinds[kind].group, kinds[kind].versions[0] ?? '')));
    const gets = Number(/rest_client_requests_total\{method="GET",code="200"\} (\d+)/.exec(body)?.[1]);
    assert.equal(gets, sources.length + groups.size);
    assert.doesNotMatch(body, /rest_client_requests_total\{method="GET",code="(?!200)/);
  });

  test('the process loads none of the generated models of client-node', () => {
    const count = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
      process.on('exit', () => process.stderr.write(JSON.stringify(loaded)));`;
    const { stderr } = spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(count)}`, 'src/cli/index.ts', 'version'],
      { encoding: 'utf8' },
    );
    const loaded = JSON.parse(stderr) as readonly string[];
    assert.ok(loaded.some((url) => url.endsWith('/client-node/dist/config.js')));
    assert.deepEqual(
      loaded.filter((url) => url.includes('/client-node/dist/gen/models/')),
      [],
    );
  });

  test('of each object only what decisions need is kept', async (t) => {
    const { f } = await useMemory(t);
    const [withoutLabels, made] = pair(f, 0);
    assert.ok(withoutLabels && made);
    const applied = 'x'.repeat(10_000);
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': applied };
    const metadata = { ...withoutLabels.metadata, annotations, managedFields: [] };
    await f.create({ ...withoutLabels, metadata }, made);
    const { controller } = await f.run();
    for (const [kind, most] of Object.entries(kept)) {
      const [key] = controller.cluster.keysOf(kind as keyof typeof kept);
      const bytes = JSON.stringify(key && controller.cluster.get(key)).length;
      assert.ok(bytes <= most, `${kind}: ${bytes} bytes are kept`);
    }
  });
});
