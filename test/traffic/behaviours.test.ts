import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { podGateway } from '../lab/addresses.ts';
import { type Behaviour, deployment, gateway, podPorts, route, service } from './manifests.ts';
import { useSite } from './site.ts';

const behaviours: readonly Behaviour[] = ['create', 'duplicate', 'update', 'aggregate'];
const protocols = ['TCP', 'UDP'] as const;
const port = 7000;

describe('the same pods are reached', () => {
  for (const behaviour of behaviours) {
    for (const targetPort of behaviour === 'create' ? (['numeric'] as const) : (['named', 'numeric'] as const)) {
      test(`by ${behaviour}, over TCP and UDP on one port, with a ${targetPort} target port`, async (t) => {
        const site = await useSite(t);
        const backends = behaviour === 'create' ? [] : [service('web', 'web', { targetPort })];
        await site.create(
          deployment('web'),
          ...backends,
          gateway('edge', port),
          ...protocols.map((protocol) =>
            // Under `create` each route makes its own Service.
            route(`by-${protocol.toLowerCase()}`, {
              protocol,
              gateway: 'edge',
              behaviour,
              backend: behaviour === 'create' ? `made-${protocol.toLowerCase()}` : 'web',
              app: 'web',
            }),
          ),
        );
        const address = await site.addressOf('edge');
        for (const protocol of protocols) {
          const endpoint = { protocol, address, port };
          const answer = await site.firstAnswer(endpoint);
          assert.equal(answer.port, podPorts[protocol].port);
          assert.equal(answer.client, podGateway.ipv4, 'masqueraded by kube-proxy: externalTrafficPolicy Cluster');
          await site.untilAnsweredBy(await site.podsOf('web'), endpoint);
        }
      });
    }
  }
});
