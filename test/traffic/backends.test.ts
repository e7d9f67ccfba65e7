import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../support/server.ts';
import type { Endpoint, Reply } from './client.ts';
import { type Behaviour, deployment, gateway, route, service } from './manifests.ts';
import { type Site, useSite } from './site.ts';

const port = 7000;
const behaviours: readonly Behaviour[] = ['duplicate', 'aggregate'];

/** Two pods behind a Gateway, over TCP. @returns where the client turns to. */
async function serve(site: Site, behaviour: Behaviour, options: { drainMs?: number } = {}) {
  await site.create(
    deployment('web', options),
    service('web', 'web'),
    gateway('edge', port),
    route('web', { protocol: 'TCP', gateway: 'edge', behaviour, backend: 'web', app: 'web' }),
  );
  const endpoint = { protocol: 'TCP', address: await site.addressOf('edge'), port } as const;
  await site.firstAnswer(endpoint);
  await site.untilAnsweredBy(await site.podsOf('web'), endpoint);
  return endpoint;
}

const scale = (site: Site, replicas: number) => site.patch('Deployment', 'web', { spec: { replicas } });

for (const behaviour of behaviours) {
  describe(`under ${behaviour}`, () => {
    test('traffic follows the pods: fewer, none, and again', async (t) => {
      const site = await useSite(t);
      const endpoint = await serve(site, behaviour);
      await scale(site, 1);
      const [left] = await eventually(async () => {
        const pods = await site.podsOf('web');
        return pods.length === 1 && pods;
      });
      await site.untilAnsweredBy([left ?? ''], endpoint);
      await scale(site, 0);
      await site.untilUnanswered(endpoint, 'ECONNREFUSED');
      await scale(site, 1);
      assert.notEqual((await site.firstAnswer(endpoint)).pod, left);
    });

    test('a pod that is not ready gets nothing', async (t) => {
      const site = await useSite(t);
      const endpoint = await serve(site, behaviour);
      const [sick = '', well = ''] = await site.podsOf('web');
      const conditions = [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }];
      await site.patch('Pod', sick, { status: { conditions } }, 'status');
      await site.untilAnsweredBy([well], endpoint);
    });

    test('a rollout under load refuses no connection', async (t) => {
      const site = await useSite(t);
      // The old pods serve on while kube-proxy, which writes rules once a second, learns of the new ones.
      const endpoint = await serve(site, behaviour, { drainMs: 4_000 });
      const old = await site.podsOf('web');
      const template = { metadata: { annotations: { rollout: 'second' } } };
      await site.patch('Deployment', 'web', { spec: { template } });
      const replies = await askUntilRolledOut(site, { endpoint, old });
      const errors = replies.flatMap((reply) => ('error' in reply ? [reply.error] : []));
      assert.deepEqual(errors, []);
      const seen = new Set(replies.map((reply) => 'pod' in reply && reply.pod));
      assert.ok(
        old.some((pod) => seen.has(pod)),
        'the load began before the rollout took effect',
      );
      t.diagnostic(`${replies.length} connections, ${seen.size} pods`);
    });
  });
}

/** Asks without a pause, several at a time, until only new pods answer. */
async function askUntilRolledOut(
  site: Site,
  { endpoint, old }: { endpoint: Endpoint; old: readonly string[] },
): Promise<readonly Reply[]> {
  const replies: Reply[] = [];
  await eventually(async () => {
    const round = await Promise.all(Array.from({ length: 4 }, () => site.askMany(endpoint, 10)));
    replies.push(...round.flat());
    const pods = new Set(round.flat().map((reply) => ('pod' in reply ? reply.pod : '')));
    return pods.size === 2 && old.every((pod) => !pods.has(pod)) && (await site.isRolledOut('web'));
  }, 90_000);
  return replies;
}
