/**
 * The program of a pod: answers every TCP connection and every UDP datagram with one line of JSON that says who
 * answered and whom it sees. `TCP_PORTS` and `UDP_PORTS` are comma lists. On SIGTERM it serves on for `DRAIN_MS`
 * milliseconds, as a well-behaved server does while the news spreads that it is going.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

export interface Echo {
  readonly pod: string;
  /** The client's address as the pod sees it. */
  readonly client: string;
  /** Port that the pod was reached at. */
  readonly port: number;
}

const portsOf = (list: string | undefined): number[] => (list ?? '').split(',').filter(Boolean).map(Number);

function answer(client: string | undefined, port: number): string {
  const echo: Echo = {
    pod: process.env.POD_NAME ?? '',
    client: (client ?? '').replace(/^::ffff:/, ''),
    port,
  };
  return `${JSON.stringify(echo)}\n`;
}

for (const port of portsOf(process.env.TCP_PORTS)) {
  createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(answer(socket.remoteAddress, port));
  }).listen(port, '::');
}

for (const port of portsOf(process.env.UDP_PORTS)) {
  const socket = createSocket({ type: 'udp6' });
  socket.on('message', (_, from) => socket.send(answer(from.address, port), from.port, from.address));
  socket.bind(port, '::');
}

process.once('SIGTERM', () => {
  setTimeout(() => process.exit(0), Number(process.env.DRAIN_MS ?? 0));
});
