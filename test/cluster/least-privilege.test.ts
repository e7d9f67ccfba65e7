import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { ApiClient, ApiRequest } from '../../src/kubernetes/client.ts';
import { connect as connectController } from '../../src/kubernetes/connect.ts';
import { endpointSlice, gateway, route, service } from '../integration/objects.ts';
import { startTestController, type TestController } from '../support/controller.ts';
import { type Fixture, useServer } from '../support/fixture.ts';
import { grant } from '../support/rights.ts';
import { eventually, type Manifest } from '../support/server.ts';
import { type Account, type Rule, shippedRules } from '../support/shipped-rules.ts';
import { connect } from './api-client.ts';
import { kubeconfigFor } from './deployed.ts';

/** One verb on one resource, of a rule. */
interface Right {
  readonly rule: Rule;
  readonly resource: string;
  readonly verb: string;
}

const rules = shippedRules();
const rights = rules.flatMap((rule) =>
  rule.resources.flatMap((resource) => rule.verbs.map((verb): Right => ({ rule, resource, verb }))),
);

/** How long the controller is given to rest after each step. Where a right is missing it may never. */
const restMs = 3_000;

/** The rules without one right. */
function without({ rule, resource, verb }: Right): readonly Rule[] {
  return rules.flatMap((other) => {
    if (other !== rule) return [other];
    const rest = { ...rule, resources: rule.resources.filter((name) => name !== resource) };
    const less = { ...rule, resources: [resource], verbs: rule.verbs.filter((name) => name !== verb) };
    return [rest, less].filter(({ resources, verbs }) => resources.length > 0 && verbs.length > 0);
  });
}

/**
 * A client that makes the controller go the ways that it seldom goes: the first change of each object comes too late
 * (so that it must be read again), and where `canStream` is not there a watch sends no initial state (so that it must
 * be listed).
 */
function trouble(inner: ApiClient, { canStream }: { readonly canStream: boolean }): ApiClient {
  const late = new Set<string>();
  const isLate = ({ method, path }: ApiRequest): boolean => {
    if ((method !== 'PATCH' && method !== 'DELETE') || late.has(path)) return false;
    late.add(path);
    return true;
  };
  return {
    request: async (request) => {
      if (isLate(request)) return { failure: { kind: 'conflict', code: 409, message: 'it came too late' } };
      return inner.request(request);
    },
    watch: async (path, signal) => {
      const isStreaming = path.includes('sendInitialEvents');
      if (isStreaming && !canStream) return { failure: { kind: 'refused', code: 400, message: 'cannot stream' } };
      return inner.watch(path, signal);
    },
    close: () => inner.close(),
  };
}

/** An account with these rights, and a kubeconfig for it. */
async function makeAccount(t: TestContext, f: Fixture, granted: readonly Rule[]): Promise<string> {
  const account: Account = { namespace: f.namespace, name: 'restricted' };
  await f.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...account } });
  const name = `${f.namespace}-restricted`;
  const admin = await connect(f.server.kubeconfigPath);
  t.after(async () => {
    for (const kind of ['clusterroles', 'clusterrolebindings']) {
      await admin.request('DELETE', `/apis/rbac.authorization.k8s.io/v1/${kind}/${name}`);
    }
    await admin.close();
  });
  await grant(f.client, account, { kind: 'ClusterRole', name, rules: granted });
  return await kubeconfigFor(t, account, f.server.kubeconfigPath);
}

/** A ListenerSet of Gateway `gw`. */
function listenerSet(f: Fixture, name: string): Manifest {
  return {
    apiVersion: f.apiVersionOf('ListenerSet'),
    kind: 'ListenerSet',
    metadata: { name, namespace: f.namespace },
    spec: { parentRef: { name: 'gw' }, listeners: [{ name: 'more', port: 9090, protocol: 'TCP' }] },
  };
}

const listeners = [
  { name: 'made', port: 8080 },
  { name: 'copy', port: 8081 },
  { name: 'own', port: 8082 },
  { name: 'whole', port: 8083 },
  { name: 'udp', port: 5353, protocol: 'UDP' },
];

/**
 * A little life in which every right is needed: a new rule that this does not need fails its test until a step is
 * added here.
 */
const life: readonly ((f: Fixture) => Promise<void>)[] = [
  async (f) => {
    const spec = { allowedListeners: { namespaces: { from: 'Same' } } };
    await f.create(gateway(f, 'gw', { listeners, spec }), listenerSet(f, 'set'), service(f, 'web'), service(f, 'api'));
    await f.create(endpointSlice(f, 'web'));
    await f.create(
      route(f, 'made', {
        selector: ['app', 'made'],
        parentRefs: [{ name: 'gw', sectionName: 'made' }],
        backendRefs: [{ name: 'made', port: 80 }],
      }),
      route(f, 'copied', { behaviour: 'duplicate', parentRefs: [{ name: 'gw', sectionName: 'copy' }] }),
      route(f, 'updated', {
        behaviour: 'update',
        parentRefs: [{ name: 'gw', sectionName: 'own' }],
        backendRefs: [{ name: 'api', port: 80 }],
      }),
      route(f, 'whole', { behaviour: 'aggregate', parentRefs: [{ name: 'gw', sectionName: 'whole' }] }),
      route(f, 'dns', { kind: 'UDPRoute', selector: ['app', 'dns'], backendRefs: [{ name: 'dns', port: 53 }] }),
    );
  },
  (f) =>
    f.patch('EndpointSlice', 'web-slice', { endpoints: [{ addresses: ['192.0.2.2'], conditions: { ready: true } }] }),
  (f) => f.patch('EndpointSlice', 'web-slice', { endpoints: [] }),
  // The same happens twice: the second time is counted in the Event of the first.
  (f) => f.delete('Service', 'web'),
  (f) => f.create(service(f, 'web')),
  (f) => f.delete('Service', 'web'),
  (f) => f.delete('TCPRoute', 'made'),
  (f) => f.delete('Gateway', 'gw'),
];

async function live(f: Fixture, controller: TestController, isDone: () => boolean): Promise<void> {
  for (const step of life) {
    if (isDone()) return;
    await step(f);
    const since = performance.now();
    await eventually(async () => isDone() || performance.now() - since > restMs || (await isStill(f, controller)));
  }
}

/** Whether all that was to be written is written: asked twice, as the watch may tell of the step a little later. */
async function isStill(f: Fixture, { controller }: TestController): Promise<boolean> {
  const before = await f.writes();
  return controller.isAtRest() && before.length > 0 && (await f.quietWrites(0, 300)).length === before.length;
}

async function startRestricted(t: TestContext, f: Fixture, right: Right): Promise<TestController> {
  const kubeconfigPath = await makeAccount(t, f, without(right));
  const client = connectController({ kubeconfig: kubeconfigPath, userAgent: 'gateway-api-controller', now: Date.now });
  const controller = await startTestController({
    kubeconfigPath,
    client: trouble(client, { canStream: right.verb !== 'list' }),
    flags: [...f.flags, '-announcer=none', '-leader-elect', '-leader-election-namespace', f.namespace],
  });
  t.after(() => controller.stop());
  return controller;
}

describe('Without one of the rights that are shipped', { concurrency: 3 }, () => {
  const { fixture } = useServer();

  for (const right of rights) {
    const [group = ''] = right.rule.apiGroups;
    test(`${right.verb} ${right.resource}: the log says so`, async (t) => {
      const f = await fixture(t);
      await f.setPool({ 'cidr-global': f.range, quarantine: '1s' });
      const controller = await startRestricted(t, f, right);
      const words = `cannot ${right.verb} resource "${right.resource}" in API group "${group}"`;
      const isSaid = (): boolean =>
        controller.log.some((line) => JSON.stringify(line).includes(JSON.stringify(words).slice(1, -1)));
      await live(f, controller, isSaid);
      await eventually(async () => isSaid(), 10_000).catch(() => {
        assert.fail(`nothing asked for it: the rule is spare, or ${import.meta.filename} lacks a step that needs it`);
      });
    });
  }
});
