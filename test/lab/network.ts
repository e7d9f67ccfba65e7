import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { endOf } from '../cluster/process-group.ts';
import { type Addresses, clientAddresses, nodeAddresses, podAddresses, podGateway, poolNetworks } from './addresses.ts';

/** Name of the client's network namespace. */
export const clientNamespace = 'client';

/** A pod's place in the network. */
export interface PodNetwork {
  readonly namespace: string;
  readonly addresses: Addresses;
  remove(): Promise<void>;
}

/** The command line that runs a command in a network namespace. */
export function inNamespace(namespace: string, command: readonly string[]): [string, ...string[]] {
  return ['nsenter', `--net=/run/netns/${namespace}`, ...command];
}

/**
 * Makes this process's own network namespace the node: a router between the client, which has a namespace of its own,
 * and the pods.
 */
export async function makeNode(): Promise<void> {
  for (const key of ['ipv4/ip_forward', 'ipv6/conf/all/forwarding']) writeFileSync(`/proc/sys/net/${key}`, '1');
  await ip([
    'link set lo up',
    `netns add ${clientNamespace}`,
    `link add client type veth peer name eth0 netns ${clientNamespace}`,
    `address add ${nodeAddresses.ipv4}/24 dev client`,
    `address add ${nodeAddresses.ipv6}/64 dev client nodad`,
    'link set client up',
    // As if an announcer had put each of them on the node: who is answered by no rule of kube-proxy's is refused here.
    `route add local ${poolNetworks.ipv4} dev lo`,
    `route add local ${poolNetworks.ipv6} dev lo`,
  ]);
  await ip(
    [
      'link set lo up',
      'link set eth0 up',
      `address add ${clientAddresses.ipv4}/24 dev eth0`,
      `address add ${clientAddresses.ipv6}/64 dev eth0 nodad`,
      `route add default via ${nodeAddresses.ipv4}`,
      `route add default via ${nodeAddresses.ipv6}`,
    ],
    clientNamespace,
  );
}

let pods = 0;

/**
 * Gives a pod a network namespace and addresses. Each pod hangs on a link of its own and the node routes between them,
 * so that all its traffic passes the node's rules, as that of one pod with another on one bridge would not.
 */
export async function addPodNetwork(): Promise<PodNetwork> {
  pods += 1;
  const namespace = `pod${pods}`;
  const addresses = podAddresses(pods);
  await ip([
    `netns add ${namespace}`,
    `link add ${namespace} type veth peer name eth0 netns ${namespace}`,
    `address add ${podGateway.ipv4}/32 dev ${namespace}`,
    `address add ${podGateway.ipv6}/128 dev ${namespace} nodad`,
    `link set ${namespace} up`,
    `route add ${addresses.ipv4}/32 dev ${namespace}`,
    `route add ${addresses.ipv6}/128 dev ${namespace}`,
  ]);
  await ip(
    [
      'link set lo up',
      'link set eth0 up',
      `address add ${addresses.ipv4}/32 dev eth0`,
      `address add ${addresses.ipv6}/128 dev eth0 nodad`,
      `route add ${podGateway.ipv4} dev eth0`,
      `route add ${podGateway.ipv6} dev eth0`,
      `route add default via ${podGateway.ipv4} dev eth0`,
      `route add default via ${podGateway.ipv6} dev eth0`,
    ],
    namespace,
  );
  return { namespace, addresses, remove: () => ip([`link delete ${namespace}`, `netns delete ${namespace}`]) };
}

/** Runs `ip` commands, one a line, in this network namespace or a named one. */
async function ip(commands: readonly string[], namespace?: string): Promise<void> {
  const where = namespace === undefined ? [] : ['-netns', namespace];
  const child = spawn('ip', [...where, '-batch', '-'], { stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin.end(`${commands.join('\n')}\n`);
  const [end, errors] = await Promise.all([endOf(child), text(child.stderr)]);
  if (end !== 0) throw new Error(`ip ended with ${end}: ${errors.trim()}`);
}
