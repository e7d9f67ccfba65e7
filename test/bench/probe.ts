/**
 * Loaded into the measured controller before its own code: answers each message with what the process has used so
 * far. It looks at the process from its side and costs next to nothing.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Sample {
  /** Seconds since the process began. */
  readonly cpuSeconds: number;
  readonly rssMiB: number;
  readonly peakRssMiB: number;
  readonly heapMiB: number;
  /** The longest time that the event loop was blocked, in milliseconds, since the first connection or last sample. */
  readonly blockedMs: number;
  /** Read from the API server, behind TLS. */
  readonly bytesRead: number;
}

const sockets = new Set<Socket>();
let closedBytes = 0;

/** Each tick costs CPU, which is measured too: with 5 ms it was 3 % of a core. */
const resolutionMs = 50;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });

subscribe('undici:client:connected', (message) => {
  // Its modules are loaded by now, which nobody waits for but the start.
  delay.enable();
  const { socket } = message as { readonly socket: Socket };
  sockets.add(socket);
  socket.once('close', () => {
    sockets.delete(socket);
    closedBytes += socket.bytesRead;
  });
});

const mebi = 2 ** 20;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/**
 * `collect`: what is no longer used is freed before. `quiet`: from now on nothing is measured that wakes the process
 * up.
 */
process.on('message', (wish) => {
  if (wish === 'collect') collect();
  if (wish === 'quiet') delay.disable();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const sample: Sample = {
    cpuSeconds: (user + system) / 1e6,
    rssMiB: rss / mebi,
    peakRssMiB: process.resourceUsage().maxRSS / 1024,
    heapMiB: heapUsed / mebi,
    blockedMs: Math.max(0, delay.max / 1e6 - resolutionMs),
    bytesRead: [...sockets].reduce((sum, socket) => sum + socket.bytesRead, closedBytes),
  };
  delay.reset();
  process.send?.(sample);
});
// The controller ends when it has ended, whoever still listens.
process.channel?.unref();
