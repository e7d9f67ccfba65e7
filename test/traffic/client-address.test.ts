import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clientAddresses, podGateway } from '../lab/addresses.ts';
import { deployment, gateway, route, service } from './manifests.ts';
import { useSite } from './site.ts';

const port = 7000;

describe('the client address that a pod sees', () => {
  for (const [policy, expected] of [
    ['Cluster', podGateway],
    ['Local', clientAddresses],
  ] as const) {
    for (const behaviour of ['duplicate', 'aggregate'] as const) {
      const whose = policy === 'Local' ? "the client's own" : "the node's";
      test(`is ${whose} under externalTrafficPolicy ${policy}, by ${behaviour}`, async (t) => {
        const site = await useSite(t);
        const parameters = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'options' } };
        await site.create(
          deployment('web'),
          service('web', 'web', { spec: { ipFamilyPolicy: 'RequireDualStack' } }),
          { ...parameters, data: { externalTrafficPolicy: policy } },
          gateway('edge', port, { families: 'dual', parameters: 'options' }),
          ...(['TCP', 'UDP'] as const).map((protocol) =>
            route(`by-${protocol.toLowerCase()}`, { protocol, gateway: 'edge', behaviour, backend: 'web', app: 'web' }),
          ),
        );
        for (const family of ['ipv4', 'ipv6'] as const) {
          const address = await site.addressOf('edge', family);
          for (const protocol of ['TCP', 'UDP'] as const) {
            const answer = await site.firstAnswer({ protocol, address, port });
            assert.equal(answer.client, expected[family], `${protocol} ${family}`);
          }
        }
      });
    }
  }
});
