import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestController } from '../support/controller.ts';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import { eventually } from '../support/server.ts';
import { gateway, route, service } from './objects.ts';

/** The series of /metrics and their values, without those of Node.js. */
async function scrape(controller: TestController): Promise<ReadonlyMap<string, number>> {
  const { body } = await controller.page('metrics', '/metrics');
  const lines = body.split('\n').filter((line) => line !== '' && !/^(#|nodejs_|process_)/.test(line));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

function served(f: Fixture, name: string) {
  const made = { selector: ['app', name], backendRefs: [{ name, port: 80 }] } as const;
  return [gateway(f, name), route(f, name, { ...made, parentRefs: [{ name, sectionName: 'tcp' }] })];
}

describe('Metrics', together, () => {
  const { fixture } = useServer();

  test('tell of the actors, their mailboxes, the writes and the pool', async (t) => {
    const f = await fixture(t, { pool: null });
    await f.setPool({
      'range-global': `${f.address(0)}-${f.address(4)}`,
      'exclude-global': f.address(3),
      quarantine: '1h',
    });
    const controller = await f.run();
    await f.create(...served(f, 'a'), ...served(f, 'b'), gateway(f, 'gone'));
    await f.settle();
    await f.create(service(f, 'theirs', { spec: { externalIPs: [f.address(4), '192.0.2.77'] } }));
    await f.delete('Gateway', 'gone');
    // It looks, and finds its status as it should be.
    await f.patch('Gateway', 'a', { metadata: { labels: { team: 'blue' } } });
    await f.settle();
    const series = await eventually(async () => {
      const found = await scrape(controller);
      return found.get('workqueue_depth{name="gateway"}') === 0 && found;
    });
    const expected: Readonly<Record<string, number>> = {
      'gateway_api_actors{kind="Gateway",state="ServiceReady.NothingToAnnounce"}': 2,
      'gateway_api_actors{kind="TCPRoute",state="ServiceReady.NothingToAnnounce"}': 2,
      'gateway_api_pool_size{family="IPv4"}': 4,
      'gateway_api_pool_in_use{family="IPv4"}': 2,
      'gateway_api_pool_quarantined{family="IPv4"}': 1,
      'gateway_api_pool_others{family="IPv4"}': 1,
      gateway_api_pool_excluded: 1,
      gateway_api_pool_outside: 0,
      gateway_api_pool_invalid_entries: 0,
      'gateway_api_writes_total{effect="service",result="written"}': 2,
      'leader_election_master_status{name="gateway-api.fnnrn.me"}': 1,
      'gateway_api_watches{kind="Gateway",stage="synced"}': 1,
      'workqueue_depth{name="gateway"}': 0,
      'workqueue_depth{name="writes"}': 0,
      'workqueue_unfinished_work_seconds{name="writes"}': 0,
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(series.get(name), value, name);
    for (const name of [
      'gateway_api_transitions_total{kind="GatewayClass",state="Accepted"}',
      'gateway_api_time_to_state_seconds_count{kind="Gateway",state="ServiceReady"}',
      'gateway_api_writes_avoided_total{effect="gateway-status"}',
      'controller_runtime_reconcile_total{controller="tcproute",result="success"}',
      'controller_runtime_reconcile_time_seconds_count{controller="gateway"}',
      'workqueue_adds_total{name="gatewayclass"}',
      'workqueue_queue_duration_seconds_count{name="gateway"}',
      'workqueue_work_duration_seconds_count{name="writes"}',
      'rest_client_requests_total{method="PATCH",code="200"}',
    ]) {
      assert.ok((series.get(name) ?? 0) > 0, name);
    }
  });

  test('count a Gateway that is left without an address, by reason', async (t) => {
    const f = await fixture(t, { pool: null });
    await f.setPool({ 'range-global': `${f.address(0)},${f.address(0)}`, 'cidr-other': 'nonsense' });
    const controller = await f.run();
    await f.create(gateway(f, 'a'));
    await f.settle();
    await f.create(gateway(f, 'b'));
    await f.settle();
    const series = await scrape(controller);
    assert.ok((series.get('gateway_api_allocation_failures_total{reason="PoolExhausted"}') ?? 0) >= 1);
    assert.equal(series.get('gateway_api_allocation_failures_total{reason="AddressNotUsable"}'), undefined);
    assert.equal(series.get('gateway_api_pool_invalid_entries'), 1, 'an overlap is none');
  });

  test('are no more of them for more objects', async (t) => {
    const f = await fixture(t);
    await f.create(...served(f, 'first'));
    const controller = await f.run();
    await f.create(...served(f, 'a'), ...served(f, 'b'));
    await f.settle();
    const few = [...(await scrape(controller)).keys()];
    for (const name of 'cdefgh') await f.create(...served(f, name));
    await f.settle();
    const many = [...(await scrape(controller)).keys()];
    assert.ok(few.length > 50);
    assert.deepEqual(
      many.filter((name) => !few.includes(name)).filter((name) => !/state=|result=|code=/.test(name)),
      [],
    );
    for (const name of many) assert.doesNotMatch(name, new RegExp(`${f.namespace}|"first"|"a"|"h"`));
  });

  test('show who leads of two replicas', async (t) => {
    const f = await fixture(t);
    const flags = ['-leader-elect', '-leader-election-namespace', f.namespace];
    const [first, second] = [await f.start(...flags), await f.start(...flags)];
    const leads = async (controller: TestController): Promise<number | undefined> =>
      (await scrape(controller)).get('leader_election_master_status{name="gateway-api.fnnrn.me"}');
    await eventually(async () => ((await leads(first)) ?? 0) + ((await leads(second)) ?? 0) === 1);
  });
});
