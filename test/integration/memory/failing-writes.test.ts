import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { together } from '../../support/fixture.ts';
import { eventually } from '../../support/server.ts';
import {
  condition,
  endpointSlice,
  type GatewayObject,
  gateway,
  ownParent,
  type RouteObject,
  route,
  type ServiceObject,
  service,
} from '../objects.ts';
import { memoryOnly, useMemory } from './memory.ts';

const creations = { userAgent: 'gateway-api-controller', resource: 'services', verb: 'create' } as const;
const edits = { ...creations, verb: ['patch', 'update'] } as const;
const made = { selector: ['app', 'web'] } as const;
const updated = { behaviour: 'update' } as const;

describe('A write that does not come through', { ...memoryOnly, ...together }, () => {
  for (const code of [500, 409] as const) {
    test(`because of ${code} again and again is told on the route and in the log, and is over when it does`, async (t) => {
      const { f, server } = await useMemory(t);
      const fault = server.faults.add({
        match: creations,
        effect: { type: 'status', code, message: 'webhook is down' },
      });
      await f.create(gateway(f, 'gw'), route(f, 'made', made));
      const { log } = await f.start();
      const messageOf = async (): Promise<string> => {
        const parent = ownParent(f, await f.get<RouteObject>('TCPRoute', 'made'));
        return parent === undefined ? '' : condition(parent, 'Accepted').message;
      };
      await eventually(async () => (await messageOf()).includes('cannot be written: webhook is down'));
      assert.ok(log.some(({ why, code: told }) => why === 'webhook is down' && told === code));
      fault.remove();
      await eventually(async () => (await f.find<ServiceObject>('Service', 'web')) !== undefined);
      await eventually(async () => !(await messageOf()).includes('webhook'));
    });
  }

  test('of an EndpointSlice is told on the Gateway, and is over when it does', async (t) => {
    const { f, server } = await useMemory(t);
    const match = { ...creations, resource: 'endpointslices' } as const;
    const fault = server.faults.add({ match, effect: { type: 'status', code: 403, message: 'exceeded quota' } });
    await f.create(gateway(f, 'gw'), service(f, 'web'), endpointSlice(f, 'web'), route(f, 'route'));
    await f.start();
    const programmed = async (): Promise<string> => {
      const { status } = await f.get<GatewayObject>('Gateway', 'gw');
      const told = status?.conditions?.find(({ type }) => type === 'Programmed');
      return `${told?.status}/${told?.reason}: ${told?.message}`;
    };
    await eventually(async () =>
      /^False\/Pending: EndpointSlice .* was refused: exceeded quota/.test(await programmed()),
    );
    fault.remove();
    await f.patch('Gateway', 'gw', { metadata: { labels: { again: 'yes' } } });
    await eventually(async () => !(await programmed()).includes('quota'));
  });

  test('and is not wanted any more leaves nothing behind', async (t) => {
    const { f, server } = await useMemory(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), route(f, 'route', updated));
    const { log } = await f.run();
    const refusing = server.faults.add({ match: edits, effect: { type: 'status', code: 403 } });
    await f.patch('Gateway', 'gw', { spec: { infrastructure: { labels: { team: 'a' } } } });
    await eventually(async () => log.some(({ msg }) => msg === 'API server refused a write'));
    refusing.remove();
    // What restores the Service is taken, and nothing differs any more when it would be sent again.
    server.faults.add({ match: edits, effect: { type: 'loseResponse' }, times: 1 });
    await f.delete('TCPRoute', 'route');
    await f.settle();
    await f.create(route(f, 'route', updated));
    await f.settle();
    assert.equal((await f.get<ServiceObject>('Service', 'web')).spec.type, 'LoadBalancer');
    const parent = ownParent(f, await f.get<RouteObject>('TCPRoute', 'route'));
    assert.doesNotMatch(parent === undefined ? '' : condition(parent, 'Accepted').message, /refused/);
  });
});
