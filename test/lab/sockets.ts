import { readFile, readlink } from 'node:fs/promises';

/** Sockets that wait for clients, in the network namespace of a process: `TCP/3000`, `UDP/53`. */
export async function listOpenPorts(pid: number): Promise<ReadonlySet<string>> {
  // Until it has entered its own namespace, it shows ours.
  if ((await readlink(`/proc/${pid}/ns/net`)) === (await readlink('/proc/self/ns/net'))) return new Set();
  const tables = await Promise.all(
    ['tcp', 'tcp6', 'udp', 'udp6'].map(async (table) => {
      const protocol = table.startsWith('tcp') ? 'TCP' : 'UDP';
      return openPorts(await readFile(`/proc/${pid}/net/${table}`, 'utf8')).map((port) => `${protocol}/${port}`);
    }),
  );
  return new Set(tables.flat());
}

/** `st` of a TCP socket that listens, and of a UDP socket that is bound and not connected. */
const waitingStates = new Set(['0A', '07']);

/** Reads a table of `/proc/net`: `sl local_address rem_address st ...`, addresses as `HEX:PORT`. */
function openPorts(table: string): number[] {
  return table
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => waitingStates.has(state ?? ''))
    .map(([, local]) => Number.parseInt(local?.split(':')[1] ?? '', 16));
}
