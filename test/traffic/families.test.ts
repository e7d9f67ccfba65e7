import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { podGateway } from '../lab/addresses.ts';
import { type Behaviour, deployment, gateway, route, service } from './manifests.ts';
import { useSite } from './site.ts';

const port = 7000;

const cases: readonly { families: 'ipv6' | 'dual'; behaviour: Behaviour }[] = [
  { families: 'ipv6', behaviour: 'create' },
  { families: 'ipv6', behaviour: 'aggregate' },
  { families: 'dual', behaviour: 'create' },
  { families: 'dual', behaviour: 'duplicate' },
  { families: 'dual', behaviour: 'update' },
  { families: 'dual', behaviour: 'aggregate' },
];

describe('addresses of the other family', () => {
  for (const { families, behaviour } of cases) {
    test(`${families} by ${behaviour}, over TCP and UDP`, async (t) => {
      const site = await useSite(t);
      // The backends' slices must have the family: only their Service can see to that.
      const spec = { ipFamilyPolicy: 'RequireDualStack' };
      const backends = behaviour === 'create' ? [] : [service('web', 'web', { spec })];
      await site.create(
        deployment('web'),
        ...backends,
        gateway('edge', port, { families }),
        ...(['TCP', 'UDP'] as const).map((protocol) =>
          route(`by-${protocol.toLowerCase()}`, {
            protocol,
            gateway: 'edge',
            behaviour,
            backend: behaviour === 'create' ? `made-${protocol.toLowerCase()}` : 'web',
            app: 'web',
          }),
        ),
      );
      for (const family of families === 'dual' ? (['ipv4', 'ipv6'] as const) : (['ipv6'] as const)) {
        const address = await site.addressOf('edge', family);
        for (const protocol of ['TCP', 'UDP'] as const) {
          const answer = await site.firstAnswer({ protocol, address, port });
          assert.equal(answer.client, podGateway[family]);
        }
      }
    });
  }
});
