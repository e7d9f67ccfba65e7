import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { objectOf } from '../../api-server/json.ts';
import { check } from './index.ts';
import { numberOf, poolRule } from './pool-rule.ts';
import { entry, gateway, object, route, Scribe, service } from './scribe.ts';

const us = 'controller-0';
const one = gateway('a/one');
const two = gateway('a/two');

function problemsOf({ history }: Scribe): readonly string[] {
  return check(history, { pool: 'ConfigMap/infra/pool', lateMs: 0, areClocksSteady: true }).map(
    ({ counter, what }) => `${counter}: ${what}`,
  );
}

function assertFound(scribe: Scribe, expected: RegExp): void {
  const problems = problemsOf(scribe);
  assert.ok(
    problems.some((problem) => expected.test(problem)),
    `${expected} not in ${JSON.stringify(problems)}`,
  );
}

/** A Gateway that was given an address as it should be. */
function served(): Scribe {
  const told = gateway('a/one', { told: '10.0.0.1' });
  return new Scribe().put('user', one).put(us, entry('10.0.0.1', one)).put(us, told);
}

/** One Gateway has left its address for another that its user named; a second one is there. */
function moved(): Scribe {
  return served()
    .put('user', two)
    .put('user', gateway('a/one', { asked: '10.0.0.5', told: '10.0.0.1' }))
    .put(us, entry('10.0.0.5', one))
    .put(us, gateway('a/one', { asked: '10.0.0.5', told: '10.0.0.5' }));
}

/** A Gateway without an address, a route of its and the user's Service. */
function updatable(): Scribe {
  return new Scribe().put('user', one).put('user', route('a/rt', 'one')).put('user', service());
}

const bad: readonly (readonly [string, Scribe, RegExp])[] = [
  [
    'two Gateways are told one address in their status',
    served()
      .put('user', two)
      .put(us, gateway('a/two', { told: '10.0.0.1' })),
    /^duplicates: .*status of Gateway\/a\/two/,
  ],
  [
    'an address is pinned into the spec of one Gateway that the ledger has for another',
    served()
      .put('user', two)
      .put(us, gateway('a/two', { asked: '10.0.0.1' })),
    /^duplicates: .*spec of Gateway\/a\/two/,
  ],
  [
    'a Gateway that came back under its old name is told an address that the ledger has for the one before',
    served()
      .remove('user', one)
      .put('user', gateway('a/one', { uid: 'new' }))
      .put(us, gateway('a/one', { uid: 'new', told: '10.0.0.1' })),
    /^duplicates: .*ledger of IPAddress/,
  ],
  [
    'a Service gets an address of a Gateway that its route does not name',
    served().put('user', route('a/rt', 'two')).put('user', service()).put(us, service('10.0.0.1')),
    /^duplicates: .*spec of Service\/a\/web/,
  ],
  [
    'an address on a Service of one Gateway is told to another, though its own Gateway is gone',
    served()
      .put('user', route('a/rt', 'one'))
      .put('user', service())
      .put(us, service('10.0.0.1'))
      .remove('user', one)
      .remove(us, entry('10.0.0.1', one))
      .put('user', two)
      .put(us, entry('10.0.0.1', two)),
    /^duplicates: .*told in spec of Service/,
  ],
  [
    'an address outside of the pool is handed out',
    new Scribe().put('user', one).put(us, entry('10.0.0.77', one)),
    /^leaks: .*neither in the pool nor asked for/,
  ],
  [
    'an address that a LoadBalancer of others has is handed out',
    new Scribe()
      .put('stranger', object('Service', 'infra/alien', { spec: { type: 'LoadBalancer', loadBalancerIP: '10.0.0.2' } }))
      .put('user', one)
      .put(us, entry('10.0.0.2', one)),
    /^duplicates: .*which Service\/infra\/alien has/,
  ],
  [
    'an address of a Node is handed out',
    new Scribe()
      .put('admin', object('Node', '/node', { status: { addresses: [{ type: 'InternalIP', address: '10.0.0.2' }] } }))
      .put('user', one)
      .put(us, entry('10.0.0.2', one)),
    /^duplicates: .*which Node\/\/node has/,
  ],
  ['an address changes unasked', served().put(us, gateway('a/one', { told: '10.0.0.2' })), /^lost: .*takes 10.0.0.1/],
  ['an address goes unasked', served().put(us, one), /^lost: .*has none now/],
  ['an entry outlives its Gateway', served().remove('user', one), /^leaks: .*is gone/],
  [
    "an entry outlives its Gateway's move to another controller",
    served().put('user', gateway('a/one', { told: '10.0.0.1', className: 'theirs' })),
    /^leaks: .*another controller's/,
  ],
  [
    'a Gateway that comes back from another controller is left with the address that it had, which is another’s now',
    served()
      .put('user', gateway('a/one', { told: '10.0.0.1', className: 'theirs' }))
      .remove(us, entry('10.0.0.1', one))
      .put('user', two)
      .put(us, entry('10.0.0.1', two))
      .put('user', gateway('a/one', { told: '10.0.0.1' })),
    /^leaks: Gateway a\/one is told of 10.0.0.1, which the ledger does not have for it/,
  ],
  [
    'a Gateway has an entry more than addresses',
    served().put(us, entry('10.0.0.3', one)),
    /^leaks: ledger entry 10.0.0.3/,
  ],
  [
    "a stranger's IPAddress is deleted",
    new Scribe().put('stranger', object('IPAddress', '/10.0.0.4', {})).remove(us, object('IPAddress', '/10.0.0.4', {})),
    /^foreignChanges: .*IPAddress\/\/10.0.0.4: deleted/,
  ],
  [
    "a user's Service is changed that no route ever named by `update`",
    new Scribe().put('user', service()).put(us, service('10.0.0.1')),
    /^foreignChanges: .*Service\/a\/web: changed/,
  ],
  [
    "`update` changes a user's own port",
    new Scribe()
      .put('user', route('a/rt', 'one'))
      .put('user', service())
      .put(us, { ...service(), spec: { ...objectOf(service().spec), selector: { app: 'other' } } }),
    /^foreignChanges: .*spec.selector.app/,
  ],
  [
    "another controller's class is written to",
    new Scribe().put(
      us,
      object('GatewayClass', '/theirs', {
        spec: { controllerName: 'example.com/theirs' },
        status: { conditions: [], seen: true },
      }),
    ),
    /^foreignChanges: .*GatewayClass/,
  ],
  [
    "a user's spec.addresses is changed",
    new Scribe().put('user', gateway('a/one', { asked: '10.0.0.1' })).put(us, gateway('a/one', { asked: '10.0.0.2' })),
    /^foreignChanges: .*spec.addresses/,
  ],
  [
    'an updated Service stays as it is when its route has gone',
    served()
      .put('user', route('a/rt', 'one'))
      .put('user', service())
      .put(us, service('10.0.0.1'))
      .remove('user', route('a/rt', 'one')),
    /^lost: Service a\/web is not restored: no route wants it/,
  ],
  [
    'an updated Service is restored in part only',
    served()
      .put('user', route('a/rt', 'one'))
      .put('user', service())
      .put(us, service('10.0.0.1'))
      .put(us, { ...service(), spec: { ...objectOf(service().spec), type: 'LoadBalancer' } })
      .remove('user', route('a/rt', 'one')),
    /^lost: Service a\/web is not restored: spec.type/,
  ],
];

function lease(holderIdentity: string): ReturnType<typeof object> {
  return object('Lease', 'infra/lease', { spec: { holderIdentity } });
}

const broken: readonly (readonly [string, Scribe, RegExp])[] = [
  [
    'a Gateway is told an address before the ledger has it',
    new Scribe().put('user', one).put(us, gateway('a/one', { told: '10.0.0.1' })),
    /^leaks: .*which the ledger does not have/,
  ],
  [
    'a Service gets an address of the pool before the ledger has it',
    updatable().put(us, service('10.0.0.1')),
    /^leaks: .*puts 10.0.0.1 onto Service a\/web/,
  ],
  [
    'a Service gets an address that its Gateway gave back to the ledger',
    updatable().put(us, entry('10.0.0.1', one)).remove(us, entry('10.0.0.1', one)).put(us, service('10.0.0.1')),
    /^leaks: .*puts 10.0.0.1 onto Service a\/web/,
  ],
  [
    'a Service gets an address that is neither in the pool nor asked for',
    updatable().put(us, entry('10.0.0.1', one)).put(us, service('192.168.9.9')),
    /^leaks: .*puts 192.168.9.9 onto Service a\/web/,
  ],
  [
    'a Service that we made says in its status that it has an address before the ledger has it',
    updatable()
      .put(us, entry('10.0.0.1', one))
      .put(us, service('10.0.0.1'))
      .put(us, { ...service('10.0.0.1'), status: { loadBalancer: { ingress: [{ ip: '10.0.0.2' }] } } }),
    /^leaks: .*puts 10.0.0.2 onto Service a\/web/,
  ],
  [
    'one writes while another holds the lease',
    new Scribe()
      .put('user', one)
      .put('controller-1', lease('one'))
      .put(us, lease('two'))
      .put('controller-1', entry('10.0.0.1', one)),
    /^foreignChanges: controller-1 writes .* though controller-0 holds the lease/,
  ],
  [
    'an address is handed out in its quarantine',
    served().remove('user', one).remove(us, entry('10.0.0.1', one)).put('user', two).put(us, entry('10.0.0.1', two)),
    /^duplicates: .*ms after it was given up/,
  ],
  [
    'an address is handed out in its quarantine, though the pool was gone for a while',
    moved()
      .remove('admin', object('ConfigMap', 'infra/pool', {}))
      .remove(us, entry('10.0.0.1', one))
      .put(us, entry('10.0.0.1', two)),
    /^duplicates: .*10.0.0.1 3000 ms after it was given up/,
  ],
  [
    'an address is handed out at once after its Gateway named another',
    moved().remove(us, entry('10.0.0.1', one)).put(us, entry('10.0.0.1', two)),
    /^duplicates: .*10.0.0.1 2000 ms after it was given up/,
  ],
  [
    'an entry of the ledger is made over to another Gateway at once after its own named another address',
    moved().put(us, entry('10.0.0.1', two)),
    /^duplicates: .*10.0.0.1 1000 ms after it was given up/,
  ],
];

describe('checker', () => {
  for (const [what, scribe, expected] of broken) it(`finds that ${what}`, () => assertFound(scribe, expected));
  for (const [what, scribe, expected] of bad) it(`finds that ${what}`, () => assertFound(scribe, expected));

  it('finds nothing where all is well', () => {
    const scribe = served()
      .put('user', route('a/rt', 'one'))
      .put('user', service())
      .put(us, service('10.0.0.1'))
      .put(us, service())
      .remove('user', route('a/rt', 'one'))
      .put('user', gateway('a/two', { asked: '192.168.9.1' }))
      .put(us, entry('192.168.9.1', two))
      .put(us, gateway('a/two', { asked: '192.168.9.1', told: '192.168.9.1' }))
      .put('user', gateway('a/two', { asked: '192.168.9.2', told: '192.168.9.1' }))
      .put(us, entry('192.168.9.2', two))
      .put(us, gateway('a/two', { asked: '192.168.9.2', told: '192.168.9.2' }))
      .remove(us, entry('192.168.9.1', two));
    assert.deepEqual(problemsOf(scribe), []);
  });

  it('reads pools', () => {
    const rule = poolRule({
      'range-global': '10.0.0.1-10.0.0.3, fd00::1-fd00::2',
      'cidr-b': '10.1.0.8/30',
      'exclude-global': '10.0.0.2',
    });
    const cases: readonly (readonly [string, string, boolean])[] = [
      ['a', '10.0.0.1', true],
      ['a', '10.0.0.2', false],
      ['a', '10.0.0.4', false],
      ['a', 'fd00::2', true],
      ['a', 'fd00::3', false],
      ['b', '10.0.0.1', false],
      ['b', '10.1.0.11', true],
      ['b', '10.1.0.12', false],
    ];
    for (const [namespace, address, expected] of cases) assert.equal(rule.has(namespace, address), expected, address);
    assert.equal(numberOf('10.0.0.oops'), undefined);
  });
});
