import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import { addressOf, condition, type GatewayObject, gateway, service, strangersEntry, verdict } from './objects.ts';

interface BadEntry {
  readonly name: string;
  readonly data: (f: Fixture) => Readonly<Record<string, string>>;
  /** Key of the ConfigMap that the log names, and what is wrong with it. */
  readonly log: RegExp;
  /** Whether a good entry beside it is still used; else none is usable. */
  readonly hasGood?: boolean;
}

const bad: readonly BadEntry[] = [
  {
    name: 'a range whose start comes after its end',
    data: (f) => ({ 'range-global': `${f.address(9)}-${f.address(1)}` }),
    log: /"range-global".*starts after its end/,
  },
  {
    name: 'a range from IPv4 to IPv6',
    data: (f) => ({ 'range-global': `${f.address(9)}-fd00::1` }),
    log: /"range-global".*from IPv4 to IPv6/,
  },
  { name: 'a range of text', data: () => ({ 'range-global': 'all-of-them' }), log: /"range-global".*is not a range/ },
  { name: 'a CIDR of text', data: () => ({ 'cidr-global': 'everything' }), log: /"cidr-global".*is not a CIDR/ },
  { name: 'a CIDR /33', data: (f) => ({ 'cidr-global': `${f.address(0)}/33` }), log: /"cidr-global".*at most 32/ },
  { name: 'a CIDR without a length', data: (f) => ({ 'cidr-global': f.address(0) }), log: /"cidr-global".*prefix/ },
  { name: 'an empty entry', data: () => ({ 'range-global': '' }), log: /"range-global".*is empty/ },
  {
    name: 'one bad entry among good ones',
    data: (f) => ({ 'cidr-global': `nonsense, ${f.address(8)}/30`, 'range-global': 'x' }),
    log: /"cidr-global".*nonsense/,
    hasGood: true,
  },
];

async function programmed(f: Fixture, name: string): Promise<{ verdict: string; message: string }> {
  const { status } = await f.get<GatewayObject>('Gateway', name);
  return { verdict: verdict(status, 'Programmed'), message: condition(status, 'Programmed').message };
}

describe('A bad pool', together, () => {
  const { fixture } = useServer();

  for (const { name, data, log, hasGood = false } of bad) {
    test(`${name} is named, and the rest works`, async (t) => {
      const f = await fixture(t, { pool: null });
      await f.setPool(data(f));
      const own = [{ type: 'IPAddress', value: f.address(70) }];
      await f.create(gateway(f, 'gw'), gateway(f, 'static', { addresses: own }));
      const controller = await f.run();
      const warnings = controller.log.filter(({ level }) => level === 'warn').map((line) => JSON.stringify(line));
      assert.ok(
        warnings.some((line) => log.test(line.replaceAll('\\"', "'"))),
        warnings.join('\n'),
      );
      assert.equal(await addressOf(f, 'static'), f.address(70));
      if (hasGood) {
        assert.equal(await addressOf(f, 'gw'), f.address(8));
        return;
      }
      const told = await programmed(f, 'gw');
      assert.equal(told.verdict, 'False/AddressNotAssigned');
      assert.match(told.message, /-global/, 'names the key');
      assert.equal((await f.get<GatewayObject>('Gateway', 'gw')).spec.addresses, undefined);
      await f.setPool({ 'range-global': f.address(1) });
      await f.settle();
      assert.equal(await addressOf(f, 'gw'), f.address(1));
    });
  }

  test('overlapping entries are named and hand out each address once', async (t) => {
    const f = await fixture(t, { pool: null });
    await f.setPool({ 'range-global': `${f.address(1)}-${f.address(2)}, ${f.address(2)}-${f.address(3)}` });
    const names = ['a', 'b', 'c', 'd'];
    await f.create(...names.map((name) => gateway(f, name)));
    const controller = await f.run();
    const told = controller.log.filter((line) => /overlaps/.test(JSON.stringify(line)));
    assert.deepEqual(
      told.map(({ level }) => level),
      ['info'],
    );
    const addresses = await Promise.all(names.map((name) => addressOf(f, name)));
    const given = addresses.filter((address) => address !== undefined);
    assert.deepEqual(given.toSorted(), [f.address(1), f.address(2), f.address(3)]);
  });

  test('no key for the namespace: says which to add', async (t) => {
    const f = await fixture(t, { pool: null });
    await f.setPool({ 'range-elsewhere': f.address(1) });
    await f.create(gateway(f, 'gw'));
    await f.run();
    const told = await programmed(f, 'gw');
    assert.equal(told.verdict, 'False/AddressNotAssigned');
    assert.match(told.message, new RegExp(`range-${f.namespace}.*range-global`));
  });

  test('used up: says so with the count; a freed address goes to who waits', async (t) => {
    const f = await fixture(t, { pool: null });
    await f.setPool({ 'range-global': `${f.address(1)}-${f.address(2)}` });
    await f.create(gateway(f, 'a'), gateway(f, 'b'));
    await f.run();
    await f.create(gateway(f, 'c'));
    await f.settle();
    const told = await programmed(f, 'c');
    assert.equal(told.verdict, 'False/AddressNotAssigned');
    assert.match(told.message, /all 2 addresses/);
    assert.equal((await f.get<GatewayObject>('Gateway', 'c')).spec.addresses, undefined, 'no empty address');
    await f.delete('Gateway', 'a');
    await f.settle();
    assert.equal(await addressOf(f, 'c'), f.address(1));
  });

  test('used up by a quarantine and by others: says so, with one of them, and that waiting helps', async (t) => {
    const f = await fixture(t, { pool: null });
    await f.setPool({ 'range-global': `${f.address(1)}-${f.address(3)}`, quarantine: '1h' });
    await f.create(service(f, 'theirs', { spec: { externalIPs: [f.address(3)] } }));
    await f.create(gateway(f, 'a'), gateway(f, 'b'));
    await f.run();
    await f.delete('Gateway', 'b');
    await f.settle();
    await f.create(gateway(f, 'c'));
    await f.settle();
    assert.equal(
      (await programmed(f, 'c')).message,
      `all 3 addresses of the pool for "global" are taken, 1 in use by Gateways, 1 in quarantine, 1 held by others ` +
        `(${f.address(3)} by Service ${f.namespace}/theirs): wait until the quarantine is over, add a range, ` +
        'delete a Gateway, or free what others hold ("ipam ls" names them)',
    );
  });

  test('used up by entries of others in the ledger: names one', async (t) => {
    const f = await fixture(t, { pool: null });
    await f.setPool({ 'range-global': f.address(1) });
    await f.create(strangersEntry(f, f.address(1)));
    await f.create(gateway(f, 'a'));
    await f.run();
    await f.settle();
    const { message } = await programmed(f, 'a');
    assert.match(message, /1 held by others \(.* by services .*\/shop, in the IPAddress of somebody-else\)/);
    assert.doesNotMatch(message, /delete a Gateway/);
  });

  test('no -ipam-configmap: the condition says what to do, static addresses work', async (t) => {
    const f = await fixture(t, { pool: null });
    const addresses = [{ type: 'IPAddress', value: f.address(70) }];
    await f.create(gateway(f, 'gw'), gateway(f, 'static', { addresses }));
    await f.run('-ipam-configmap=');
    const told = await programmed(f, 'gw');
    assert.equal(told.verdict, 'False/AddressNotAssigned');
    assert.match(told.message, /-ipam-configmap.*spec\.addresses/);
    assert.equal(await addressOf(f, 'static'), f.address(70));
  });

  test('a static address that another Gateway holds is refused, and taken when it is free', async (t) => {
    const f = await fixture(t);
    const addresses = [{ type: 'IPAddress', value: f.address(5) }];
    await f.create(gateway(f, 'first', { addresses }));
    await f.run();
    await f.create(gateway(f, 'second', { addresses }));
    await f.settle();
    const told = await programmed(f, 'second');
    assert.equal(told.verdict, 'False/AddressNotUsable');
    assert.match(told.message, new RegExp(`${f.address(5).replaceAll('.', '\\.')}.*${f.namespace}/first`));
    await f.delete('Gateway', 'first');
    await f.settle();
    assert.equal(await addressOf(f, 'second'), f.address(5));
  });

  for (const [name, addresses, message] of [
    ['a hostname', [{ type: 'Hostname', value: 'gw.example.com' }], /Hostname/],
    ['a type of somebody’s own', [{ type: 'example.com/pool', value: 'blue' }], /example\.com\/pool/],
  ] as const) {
    test(`${name} in spec.addresses is refused`, async (t) => {
      const f = await fixture(t);
      await f.create(gateway(f, 'gw', { addresses }), gateway(f, 'good'));
      await f.run();
      const { status, spec } = await f.get<GatewayObject>('Gateway', 'gw');
      assert.equal(verdict(status, 'Accepted'), 'False/UnsupportedAddress');
      assert.match(condition(status, 'Accepted').message, message);
      assert.equal(condition(status, 'Programmed').status, 'False');
      assert.deepEqual(spec.addresses, addresses, 'what the user wrote stays');
      assert.equal(await addressOf(f, 'good'), f.address(0));
    });
  }

  test('text for an address is not let in, or refused', async (t) => {
    const f = await fixture(t);
    const bad = gateway(f, 'gw', { addresses: [{ type: 'IPAddress', value: 'one-two-three' }] });
    const refusal = await f.create(bad).catch((error: Error) => error);
    if (refusal instanceof Error) {
      assert.match(refusal.message, /^422 .*addresses/);
      return;
    }
    await f.run();
    const { status } = await f.get<GatewayObject>('Gateway', 'gw');
    assert.equal(verdict(status, 'Accepted'), 'False/UnsupportedAddress');
    assert.match(condition(status, 'Accepted').message, /spec\.addresses: "one-two-three"/);
  });

  test('an address without a value means "give me one"', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw', { addresses: [{ type: 'IPAddress' }] }));
    const first = await f.run();
    assert.equal(await addressOf(f, 'gw'), f.address(0));
    await first.stop();
    const since = (await f.writes()).length;
    await f.run();
    assert.deepEqual(await f.quietWrites(since), []);
  });

  test('several without a value mean one of a family each, and no more than there are families', async (t) => {
    const f = await fixture(t);
    await f.setPool({ 'cidr-global': `${f.range},${f.range6}` });
    const one = { type: 'IPAddress' };
    await f.create(gateway(f, 'two', { addresses: [one, one] }), gateway(f, 'three', { addresses: [one, one, one] }));
    await f.run();
    const two = await f.get<GatewayObject>('Gateway', 'two');
    assert.deepEqual(
      two.status?.addresses?.map(({ value }) => value),
      [f.address(0), f.address6(0)],
    );
    const three = await f.get<GatewayObject>('Gateway', 'three');
    assert.equal(verdict(three.status, 'Accepted'), 'False/UnsupportedAddress');
    assert.match(condition(three.status, 'Accepted').message, /3 empty values .* leave 2 for IPv4 and IPv6/);
  });
});
