import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ApiObject, type JsonObject, objectOf } from '../../api-server/json.ts';
import { check } from './index.ts';
import { parametersOf } from './parameters.ts';
import { entry, gateway, object, route, Scribe, service } from './scribe.ts';

const us = 'controller-0';

function problemsOf({ history }: Scribe): readonly string[] {
  return check(history, { pool: 'ConfigMap/infra/pool', lateMs: 0, areClocksSteady: true }).map(
    ({ counter, what }) => `${counter}: ${what}`,
  );
}

const one = gateway('a/one');
const byParameters = object('Gateway', 'a/one', {
  spec: { gatewayClassName: 'ours', infrastructure: { parametersRef: { group: '', kind: 'ConfigMap', name: 'p' } } },
});
const told = (of: ApiObject): ApiObject => ({ ...of, status: { addresses: [{ value: '10.0.0.1' }] } });

function served(by: ApiObject = one): Scribe {
  return new Scribe().put('user', by).put(us, entry('10.0.0.1', by)).put(us, told(by));
}

function parameters(data: JsonObject): ApiObject {
  return object('ConfigMap', 'a/p', { data });
}

function setOf(gatewayName: string): ApiObject {
  return object('ListenerSet', 'a/set', { spec: { parentRef: { name: gatewayName }, listeners: [] } });
}

/** A route without the label, or with another parent. */
function routeWith({ labels = true, toSet = false }): ApiObject {
  const made = route('a/rt', 'one');
  const parentRefs = toSet ? [{ kind: 'ListenerSet', name: 'set' }] : [{ name: 'one' }];
  const metadata = { ...made.metadata, ...(!labels && { labels: {} }) };
  return { ...made, metadata, spec: { ...objectOf(made.spec), parentRefs } };
}

describe('checker of what belongs to a Gateway by a ListenerSet', () => {
  const begun = (): Scribe =>
    served()
      .put('user', routeWith({ toSet: true }))
      .put('user', service());

  it('finds nothing where the Service has the address of that Gateway', () => {
    assert.deepEqual(problemsOf(begun().put('user', setOf('one')).put(us, service('10.0.0.1'))), []);
  });

  it('finds that it gets the address of another Gateway', () => {
    const [problem = ''] = problemsOf(begun().put('user', setOf('two')).put(us, service('10.0.0.1')));
    assert.match(problem, /^duplicates: .*spec of Service\/a\/web/);
  });
});

describe('checker of what parameters decide', () => {
  const begun = (data: JsonObject): Scribe =>
    served(byParameters)
      .put('user', parameters(data))
      .put('user', service())
      .put('user', routeWith({ labels: false }));

  it('finds nothing where a Service is updated by parameters', () => {
    assert.deepEqual(problemsOf(begun({ serviceBehaviour: 'update' }).put(us, service('10.0.0.1'))), []);
  });

  it('finds that a Service is updated though no parameters ever said so', () => {
    const [problem = ''] = problemsOf(begun({ serviceBehaviour: 'duplicate' }).put(us, service('10.0.0.1')));
    assert.match(problem, /^foreignChanges: .*Service\/a\/web: changed/);
  });

  it('finds that it stays updated when the parameters say something else', () => {
    const scribe = begun({ serviceBehaviour: 'update' }).put(us, service('10.0.0.1'));
    const [problem = ''] = problemsOf(scribe.put('user', parameters({})));
    assert.match(problem, /^lost: Service a\/web is not restored: no route wants it/);
  });

  it('takes what cannot be read for unusable', () => {
    const cases: readonly (readonly [ApiObject | undefined, JsonObject | 'unusable'])[] = [
      [parameters({ sessionAffinity: 'None' }), { sessionAffinity: 'None' }],
      [parameters({ sessionAffinity: 'sticky' }), 'unusable'],
      [parameters({ unknown: 'x' }), 'unusable'],
      [undefined, 'unusable'],
    ];
    for (const [found, expected] of cases)
      assert.deepEqual(
        parametersOf(byParameters, () => found),
        expected,
      );
    assert.deepEqual(
      parametersOf(one, () => undefined),
      {},
    );
  });
});

describe('checker of a user’s Service that is let go', () => {
  const named = (ports: readonly string[]): ApiObject =>
    object('Service', 'a/web', {
      spec: {
        type: 'ClusterIP',
        ports: ports.map((name, index) => ({ name, port: 80 + index, protocol: 'TCP', targetPort: 8000 })),
      },
    });

  it('lets it keep a name that several ports needed then', () => {
    const scribe = served().put('user', route('a/rt', 'one')).put('user', service()).put(us, service('10.0.0.1'));
    const restored = scribe
      .put('user', {
        ...service('10.0.0.1'),
        spec: { ...objectOf(service('10.0.0.1').spec), ports: objectOf(named(['', 'extra']).spec).ports ?? [] },
      })
      .remove('user', route('a/rt', 'one'))
      .put(us, named(['own-tcp-80', 'extra']));
    assert.deepEqual(problemsOf(restored), []);
    assert.deepEqual(problemsOf(restored.put('user', named(['own-tcp-80']))), []);
  });
});
