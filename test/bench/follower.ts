/**
 * A process that reads what a controller must read and decides nothing: it follows the same collections, and sends the
 * writes of a replay when it is told to. `node follower.ts KUBECONFIG CHAINS_FILE IN_FLIGHT`, with an IPC channel: says
 * `synced`, sends when any message comes, and answers with its CPU seconds when it is asked by `used`.
 */
import { readFileSync } from 'node:fs';
import { Backoff } from '../../src/kubernetes/backoff.ts';
import { connect } from '../../src/kubernetes/connect.ts';
import { collectionPath, kinds } from '../../src/kubernetes/kinds.ts';
import { ListWatch } from '../../src/kubernetes/list-watch.ts';
import { realTimers } from '../../src/kubernetes/timers.ts';
import { sourcesOf } from '../../src/watch/sources.ts';
import { Api, benchAgent } from './api.ts';
import type { ApiObject } from './objects.ts';
import { type Chain, replay } from './replay.ts';
import { emptySnapshot } from './world.ts';

const [kubeconfig = '', chainsFile = '', inFlight = ''] = process.argv.slice(2);
const chains = JSON.parse(readFileSync(chainsFile, 'utf8')) as readonly Chain[];
const client = connect({ kubeconfig, userAgent: benchAgent, now: Date.now });
const there = emptySnapshot();

const synced = sourcesOf(undefined).map(({ kind, namespace, selectors }) => {
  const known: Map<string, ApiObject> = kind in there ? there[kind as keyof typeof there] : new Map();
  const { promise, resolve } = Promise.withResolvers<void>();
  const watch = new ListWatch<ApiObject>(
    {
      client,
      path: collectionPath(kind, kinds[kind].versions[0] ?? 'v1', namespace),
      selectors,
      backoff: new Backoff({ firstMs: 100, longestMs: 2_000, random: Math.random }),
      random: Math.random,
      timers: realTimers,
    },
    {
      keep: (object) => object as ApiObject,
      replaced: (objects) => {
        for (const object of objects) known.set(object.metadata.name, object);
        resolve();
      },
      changed: (_type, object) => known.set((object as ApiObject).metadata.name, object as ApiObject),
      failed: () => {},
      crashed: (error) => {
        throw error;
      },
    },
  );
  void watch.run();
  return promise;
});

process.on('message', (wish) => {
  if (wish === 'send') void replay(new Api(kubeconfig, Number(inFlight)), chains, there);
  else if (wish === 'used') {
    const { user, system } = process.cpuUsage();
    process.send?.((user + system) / 1e6);
  }
});
process.on('disconnect', () => process.exit());
await Promise.all(synced);
process.send?.('synced');
