import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { happeningsOfPool } from '../../src/gateway/pool-events.ts';
import { parsePool } from '../../src/ipam/pool.ts';
import type { ConfigMap } from '../../src/objects/kubernetes.ts';
import { flagsOf, play, readCase } from './golden-case.ts';
import { Simulation } from './simulation.ts';

const folder = join(import.meta.dirname, 'golden');

/** What a golden case has to tell, as `Reason kind name: note`; of a case that restarts, since the last start. */
function tell(name: string): readonly string[] {
  const { simulation } = play(readCase(join(folder, `${name}.in.yaml`)));
  simulation.stop();
  return simulation.happenings.map(({ reason, regarding, note }) => {
    return `${reason} ${regarding.key.replace(/^([^/]+)\/\/?/, '$1 ')}: ${note}`;
  });
}

interface WordCase {
  readonly when: string;
  /** Golden case that has it. */
  readonly golden: string;
  readonly word: RegExp;
}

const words: readonly WordCase[] = [
  {
    when: 'an address is assigned',
    golden: 'create-tcp',
    word: /^AddressAssigned Gateway default\/gw: 10\.0\.0\.0 is/,
  },
  { when: 'the pool is used up', golden: 'pool-missing', word: /^AddressNotAssigned Gateway .*: all 1 addresses/ },
  { when: 'another Gateway has the address', golden: 'addresses', word: /^AddressNotUsable Gateway .*: .* is held by/ },
  {
    when: 'an address is given up',
    golden: 'release',
    word: /^Quarantined IPAddress 10\.0\.0\.0: Gateway default\/gw/,
  },
  {
    when: 'a Service is created',
    golden: 'create-tcp',
    word: /^ServiceCreated TCPRoute .*: Service default\/my-service/,
  },
  { when: 'a Gateway gets its own Service', golden: 'auto', word: /^ServiceCreated Gateway default\/gw: .*gw-l4/ },
  {
    when: 'a Service of the Go original is adopted',
    golden: 'adoption',
    word: /^ServiceAdopted TCPRoute default\/created/,
  },
  {
    when: 'a user’s Service is updated',
    golden: 'update-tcp',
    word: /^ServiceUpdated Service default\/web: .*10\.0\.0\.0/,
  },
  { when: 'it is put back', golden: 'update-tcp', word: /^ServiceRestored Service default\/web/ },
  {
    when: 'the name is taken',
    golden: 'foreign-service',
    word: /^ServiceNameTaken TCPRoute default\/create: .*not ours/,
  },
  {
    when: 'weights are not honoured',
    golden: 'aggregate-backends',
    word: /^WeightNotHonoured TCPRoute default\/weighted/,
  },
  {
    when: 'a route gets another behaviour',
    golden: 'bad-backends',
    word: /^BehaviourChanged .* update, was duplicate/,
  },
  {
    when: 'parameters give it another behaviour',
    golden: 'parameters',
    word: /^BehaviourChanged TCPRoute default\/by-class: behaviour is aggregate, was duplicate/,
  },
  {
    when: 'an older route serves',
    golden: 'two-routes-one-listener',
    word: /^ServedByOlder .*younger: .*default\/older/,
  },
  { when: 'the announcer put another address', golden: 'announcement', word: /^OtherAddress Gateway .*192\.0\.2\.99/ },
  {
    when: 'a Service is refused',
    golden: 'refused-writes',
    word: /^ServiceRefused TCPRoute default\/web: .*not allowed/,
  },
  { when: 'a listener is not valid', golden: 'listeners', word: /^ListenersNotValid Gateway default\/some/ },
  { when: 'a class is refused', golden: 'class', word: /^InvalidParameters GatewayClass l4/ },
];

describe('it is an Event that', () => {
  for (const { when, golden, word } of words) {
    test(when, () => {
      const told = tell(golden);
      assert.ok(
        told.some((line) => word.test(line)),
        told.join('\n'),
      );
    });
  }
});

describe('in every golden case', () => {
  for (const file of globSync('*.in.yaml', { cwd: folder }).toSorted()) {
    test(`${file}: nothing is told twice in a row of one object, and reasons are one word`, () => {
      const golden = readCase(join(folder, file));
      const simulation = new Simulation({ flags: flagsOf(golden), notServed: golden.notServed ?? [] });
      for (const manifest of golden.given) simulation.put(manifest);
      simulation.run();
      simulation.stop();
      const told = simulation.happenings.map(({ regarding, reason, note }) => `${regarding.uid} ${reason} ${note}`);
      assert.equal(new Set(told).size, told.length, told.join('\n'));
      for (const { reason, action, note } of simulation.happenings) {
        assert.match(`${reason} ${action}`, /^[A-Z][A-Za-z]+ [A-Z][A-Za-z]+$/);
        assert.notEqual(note, '');
      }
    });
  }
});

const configMap: ConfigMap = {
  kind: 'ConfigMap',
  metadata: {
    namespace: 'default',
    name: 'ipam',
    uid: 'ipam',
    resourceVersion: '7',
    generation: 1,
    creationTimestamp: '',
    labels: {},
    annotations: {},
    ownerReferences: [],
  },
  data: {},
};

test('of many bad entries of a pool the first are told, and how many more there are', () => {
  const problems = Array.from({ length: 8 }, (_, index) => ({
    kind: 'invalid' as const,
    key: 'range-global',
    message: `"${index}" is no range`,
  }));
  const notes = happeningsOfPool([configMap], problems).map(({ note }) => note);
  assert.equal(notes.length, 6);
  assert.equal(notes[0], 'range-global: "0" is no range');
  assert.equal(notes[5], '3 more entries like these: see ipam ls');
});

test('an overlap of entries and a mistyped key of a pool are told, the overlap as a remark', () => {
  const { problems } = parsePool({ 'cidr-global': '10.0.0.0/30,10.0.0.0/29', exclude_global: '10.0.0.1' });
  assert.deepEqual(
    happeningsOfPool([configMap], problems).map(({ type, reason, note }) => [type, reason, note.slice(0, 35)]),
    [
      ['Warning', 'BadPoolEntry', 'exclude_global: is no key of a pool'],
      ['Normal', 'PoolRemark', 'global: "10.0.0.0/29" overlaps "10.'],
    ],
  );
});

test('each problem of a pool is told of the ConfigMap that it stands in', () => {
  const { metadata } = configMap;
  const own: ConfigMap = { ...configMap, metadata: { ...metadata, namespace: 'blue', uid: 'blue' } };
  const place = { configMap: 'blue/ipam', message: 'x' };
  const happenings = happeningsOfPool(
    [configMap, own],
    [
      { kind: 'invalid', key: 'a', message: 'x' },
      { kind: 'invalid', key: 'b', ...place },
      { kind: 'remark', key: 'c', ...place },
    ],
  );
  assert.deepEqual(
    happenings.map(({ regarding, reason, note }) => [regarding.uid, reason, note]),
    [
      ['ipam', 'BadPoolEntry', 'a: x'],
      ['blue', 'BadPoolEntry', 'b: x'],
      ['blue', 'PoolRemark', 'c: x'],
    ],
  );
});
