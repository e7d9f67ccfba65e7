import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GraphCache } from '../../src/actors/graph-cache.ts';
import type { RouteAttachments } from '../../src/gateway/graph.ts';
import type { ObjectKey } from '../../src/objects/keys.ts';
import { gateway, gatewayClass, route, worldOf } from '../machines/worlds.ts';

const gw = 'Gateway/default/gw';
const one = 'TCPRoute/default/one';

/** What the route `one` comes to before and after changes of which the cache is told. */
function judgedAround(...causes: readonly (ObjectKey | undefined)[]): {
  readonly before: RouteAttachments | undefined;
  readonly after: RouteAttachments | undefined;
} {
  const cache = new GraphCache(worldOf({ manifests: [gatewayClass(), gateway(), route({}, { name: 'one' })] }));
  const before = cache.get(gw)?.attachments.get(one);
  for (const cause of causes) cache.invalidate(gw, cause);
  return { before, after: cache.get(gw)?.attachments.get(one) };
}

describe('the graph of a Gateway, built anew', () => {
  test('keeps what a route came to where only other routes have changed', () => {
    const { before, after } = judgedAround('TCPRoute/default/two', 'UDPRoute/default/two');
    assert.notEqual(before, undefined);
    assert.equal(after, before);
  });

  const causes = [gw, 'Namespace//default', 'ListenerSet/default/set', 'ConfigMap/default/options', undefined] as const;
  for (const cause of causes) {
    test(`starts from nothing where ${cause ?? 'anything'} has changed, whatever came before or after`, () => {
      for (const order of [[cause], ['TCPRoute/default/two', cause], [cause, 'TCPRoute/default/two']] as const) {
        const { before, after } = judgedAround(...order);
        assert.deepEqual(after, before);
        assert.notEqual(after, before);
      }
    });
  }
});

describe('routes of a Gateway that depend on one another', () => {
  const routes = (behaviour: string) => {
    const world = worldOf({
      manifests: [
        gatewayClass(),
        gateway(),
        route({}, { name: 'one', labels: { serviceBehaviour: behaviour } }),
        route({}, { name: 'two', labels: { serviceBehaviour: behaviour } }),
      ],
    });
    const cache = new GraphCache(world);
    assert.ok(cache.get(gw));
    return cache.dependentRoutes(gw);
  };

  test('are those that serve under aggregate, and all under update', () => {
    assert.deepEqual(routes('aggregate'), [one]);
    assert.deepEqual(routes('update'), [one, 'TCPRoute/default/two']);
    assert.deepEqual(routes('duplicate'), []);
  });
});
