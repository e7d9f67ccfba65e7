import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseConfig } from '../../src/config.ts';
import { spawnController } from '../support/controller.ts';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import { eventually } from '../support/server.ts';
import { addressOf, gateway } from './objects.ts';

function flags(f: Fixture): readonly string[] {
  return ['-leader-elect', '-leader-election-namespace', f.namespace];
}

interface Lease {
  readonly spec?: { readonly holderIdentity?: string };
}

async function holders(f: Fixture): Promise<readonly string[]> {
  const { items } = await f.client.list({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    namespace: f.namespace,
  });
  return items.map((item) => (item as unknown as Lease).spec?.holderIdentity ?? '');
}

describe('Leader election', together, () => {
  const { fixture } = useServer();

  const skip = process.env.TEST_CLUSTER_KUBECONFIG ? 'the Role that is shipped names one Lease only' : false;
  test('of two installations in one namespace is by two leases', { skip }, async (t) => {
    const f = await fixture(t);
    await f.run(...flags(f));
    const other = await f.start(...flags(f), '-leader-election-id', 'other.example.com');
    await eventually(async () => (await holders(f)).filter((holder) => holder !== '').length === 2);
    await eventually(async () => (await other.page('health', '/readyz')).status === 200);
    assert.match(
      (await other.page('metrics', '/metrics')).body,
      /^leader_election_master_status{name="other\.example\.com"} 1$/m,
    );
  });

  test('lets one of two write; when it stops, the other takes over at once and adopts everything', async (t) => {
    const f = await fixture(t);
    const first = await f.start(...flags(f));
    await f.create(gateway(f, 'gw'));
    await eventually(async () => (await addressOf(f, 'gw')) === f.address(0));
    const [leader] = await holders(f);
    assert.ok(leader, 'the lease names its holder');
    const second = await f.start(...flags(f));
    await eventually(async () => second.controller.cluster.get(`Gateway/${f.namespace}/gw`) !== undefined);
    await f.create(gateway(f, 'more'));
    await eventually(async () => (await addressOf(f, 'more')) === f.address(1));
    assert.deepEqual(await holders(f), [leader]);

    const before = [await f.get('Gateway', 'gw'), await f.get('Gateway', 'more')];
    const since = (await f.writes()).length;
    await first.stop();
    await eventually(async () => ![leader, ''].includes((await holders(f))[0] ?? ''));
    await f.create(gateway(f, 'third'));
    await eventually(async () => (await addressOf(f, 'third')) === f.address(2));
    assert.deepEqual([await f.get('Gateway', 'gw'), await f.get('Gateway', 'more')], before);
    const touched = (await f.quietWrites(since)).filter((write) => / (gw|more)$/.test(write));
    assert.deepEqual(touched, [], 'what already holds is not written again');
  });

  test('outside a Pod without a namespace: one line, exit 2', async (t) => {
    const f = await fixture(t);
    const addresses = ['-metrics-bind-address', '0', '-health-probe-bind-address', '0'];
    const child = spawnController([...addresses, '-kubeconfig', f.server.controllerKubeconfigPath, '--leader-elect']);
    t.after(() => child.kill('SIGKILL'));
    assert.equal(await child.end, 2);
    assert.match(child.stderr, /^[^\n]*-leader-election-namespace[^\n]*\n$/);
  });

  test('-leader-elect=false is no election', () => {
    assert.equal(parseConfig(['-leader-elect=false']).serviceBehaviour, 'auto');
  });
});
