/**
 * A process that reads what a controller must read and decides nothing: it follows the same collections, and sends the
 * writes of a replay when it is told to. `node follower.ts KUBECONFIG CHAINS_FILE IN_FLIGHT`, with an IPC channel: says
 * `synced`, sends at `send`, and answers `used` with its CPU seconds.
 */
import { readFileSync } from 'node:fs';
import { connect } from '../../src/kubernetes/connect.ts';
import { collectionPath, kinds } from '../../src/kubernetes/kinds.ts';
import { sourcesOf } from '../../src/watch/sources.ts';
import { Api, benchAgent } from './api.ts';
import { type ApiObject, namespace as poolNamespace } from './objects.ts';
import { type Chain, replay } from './replay.ts';
import { watchRaw } from './watch.ts';
import { emptySnapshot } from './world.ts';

const [kubeconfig = '', chainsFile = '', inFlight = ''] = process.argv.slice(2);
const chains = JSON.parse(readFileSync(chainsFile, 'utf8')) as readonly Chain[];
const client = connect({ kubeconfig, userAgent: benchAgent, now: Date.now });
const there = emptySnapshot();

const synced = sourcesOf({ name: 'ipam', namespaces: [poolNamespace] }).map(({ kind, namespace, selectors }) => {
  const known: Map<string, ApiObject> = kind in there ? there[kind as keyof typeof there] : new Map();
  const { promise, resolve } = Promise.withResolvers<void>();
  const watch = watchRaw(
    { client, path: collectionPath(kind, kinds[kind].versions[0] ?? 'v1', namespace), selectors },
    {
      replaced: (objects) => {
        for (const object of objects) known.set(object.metadata.name, object);
        resolve();
      },
      changed: (_type, object) => known.set(object.metadata.name, object),
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
