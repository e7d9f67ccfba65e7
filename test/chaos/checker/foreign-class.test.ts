import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ApiObject, objectOf } from '../../api-server/json.ts';
import { check } from './index.ts';
import { ours, prefix } from './objects.ts';
import { gateway, object, route, Scribe } from './scribe.ts';

const us = 'controller-0';

function problemsOf({ history }: Scribe, lateMs = 0): readonly string[] {
  return check(history, { pool: 'ConfigMap/infra/pool', lateMs, areClocksSteady: true }).map(
    ({ counter, what }) => `${counter}: ${what}`,
  );
}

const theirs = gateway('a/one', { className: 'theirs' });
const accepted = [{ type: 'Accepted', status: 'True' }];
const set = object('ListenerSet', 'a/set', { spec: { parentRef: { name: 'one' } } });

function withStatus(of: ApiObject): ApiObject {
  return { ...of, status: { conditions: accepted } };
}

function marked(of: ApiObject): ApiObject {
  return { ...of, metadata: { ...of.metadata, labels: { 'ipam-address': '10.0.0.1' } } };
}

/** A route for these Gateways, with an entry of ours for each of those that are told. */
function routeFor(names: readonly string[], told: readonly string[] = [], kind = 'Gateway'): ApiObject {
  const made = route('a/rt', 'one');
  const ref = (name: string) => ({ name, ...(kind !== 'Gateway' && { kind }) });
  const parents = told.map((name) => ({ parentRef: ref(name), controllerName: ours, conditions: accepted }));
  return { ...made, spec: { ...objectOf(made.spec), parentRefs: names.map(ref) }, status: { parents } };
}

describe("checker of what another controller's class has", () => {
  const cases: readonly (readonly [string, Scribe, RegExp])[] = [
    [
      'a status on its Gateway',
      new Scribe().put('user', theirs).put(us, withStatus(theirs)),
      /^foreignChanges: .*Gateway\/a\/one: added status/,
    ],
    [
      'a label on its Gateway',
      new Scribe().put('user', theirs).put(us, marked(theirs)),
      /^foreignChanges: .*added metadata.labels.ipam-address/,
    ],
    [
      'an address in the status of its Gateway',
      new Scribe().put('user', theirs).put(us, gateway('a/one', { className: 'theirs', told: '10.0.0.1' })),
      /^foreignChanges: .*added status.addresses/,
    ],
    [
      'a status on a ListenerSet of its Gateway',
      new Scribe().put('user', theirs).put('user', set).put(us, withStatus(set)),
      /^foreignChanges: .*ListenerSet\/a\/set: added status/,
    ],
    [
      'our entry in a route of its Gateway alone',
      new Scribe()
        .put('user', theirs)
        .put('user', routeFor(['one']))
        .put(us, routeFor(['one'], ['one'])),
      /^foreignChanges: .*TCPRoute\/a\/rt: tells of Gateway\/a\/one/,
    ],
    [
      'our entry for its Gateway in a route that one of ours has too',
      new Scribe()
        .put('user', theirs)
        .put('user', gateway('a/two'))
        .put('user', routeFor(['one', 'two']))
        .put(us, routeFor(['one', 'two'], ['two', 'one'])),
      /^foreignChanges: .*tells of Gateway\/a\/one/,
    ],
    [
      'our entry in a route of a ListenerSet of its Gateway',
      new Scribe()
        .put('user', theirs)
        .put('user', set)
        .put('user', routeFor(['set'], [], 'ListenerSet'))
        .put(us, routeFor(['set'], ['set'], 'ListenerSet')),
      /^foreignChanges: .*tells of ListenerSet\/a\/set/,
    ],
  ];
  for (const [what, scribe, expected] of cases) {
    it(`finds ${what}`, () => {
      const problems = problemsOf(scribe);
      assert.ok(
        problems.some((problem) => expected.test(problem)),
        JSON.stringify(problems),
      );
    });
  }

  it('lets a controller take away what is its own', () => {
    const annotations = { [`${prefix}pinned-addresses`]: '{}' };
    const pinned = { ...theirs, metadata: { ...theirs.metadata, annotations } };
    const scribe = new Scribe()
      .put('user', marked(pinned))
      .put(us, theirs)
      .put('user', gateway('a/two'))
      .put('user', routeFor(['one', 'two'], ['one', 'two']))
      .put(us, routeFor(['one', 'two'], ['two']));
    assert.deepEqual(problemsOf(scribe), []);
  });

  it('lets it write while it may not know', () => {
    const other = object('GatewayClass', '/ours', { spec: { controllerName: 'example.com/theirs' } });
    const one = gateway('a/one');
    const scribe = new Scribe().put('user', one).put('admin', other).put(us, withStatus(one));
    assert.match(problemsOf(scribe).join(), /added status/);
    assert.deepEqual(problemsOf(scribe, 1_000), []);
  });
});
