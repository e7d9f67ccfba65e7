/** The in-memory API server as a process of its own, so that its work is not the bench's. Talks by messages. */
import { startApiServer } from '../api-server/index.ts';

const server = await startApiServer({ watchHistory: 200_000 });
process.on('message', (from: number) => {
  void server.writes().then((writes) => process.send?.(writes.slice(from)));
});
process.once('disconnect', () => {
  void server.stop().then(() => process.exit(0));
});
process.send?.({ url: server.url, kubeconfigPath: server.kubeconfigPath });
