import { explainObject } from '../actors/explain.ts';
import { poolSource } from '../actors/pool-source.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { type Config, configOf, controllerFlags, ignoredFlags, settings } from '../config.ts';
import { type DryRun, dryRun } from '../dry-run.ts';
import {
  anyText,
  type Environment,
  type Flag,
  type GivenFlags,
  readArguments,
  switchFlag,
  UsageError,
} from '../flags.ts';
import { type Explanation, isReadyState } from '../gateway/explanation.ts';
import type { ApiClient } from '../kubernetes/client.ts';
import { connect, ownNamespace } from '../kubernetes/connect.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';
import type { PoolSource } from '../objects/pool-source.ts';
import { splitAddress, urlAt } from '../observability/http.ts';
import type { Source } from '../watch/follow.ts';
import { sourcesOf } from '../watch/sources.ts';
import { commandFlags, contextFlag, outputFlag } from './command-flags.ts';
import { askController, type ControllerPlace, type Reached } from './controller-link.ts';
import { renderAll, renderOne } from './explain-text.ts';
import { watchUntil } from './explain-watch.ts';
import { readCluster } from './read-cluster.ts';

const watchFlag = switchFlag('watch', 'follow until it is ready, and say each change');
const controllerUrlFlag: Flag<string> = {
  name: 'controller-url',
  value: 'URL',
  default: '',
  help: "of the controller's metrics port, to ask what its actors did last; default: by the API server's proxy to its Pod",
  read: httpUrl,
};
const controllerNamespaceFlag: Flag<string> = {
  name: 'controller-namespace',
  value: 'NAMESPACE',
  default: 'gateway-api-controller',
  help: 'where its Pods are, with label app.kubernetes.io/name=gateway-api-controller; in a Pod, its own if not given',
  read: anyText,
};

export const explainFlags: readonly Flag[] = [
  ...commandFlags,
  settings.serviceBehaviour,
  settings.ipFamilies,
  settings.externalTrafficPolicy,
  settings.staticAddresses,
  settings.announcer,
  settings.implementationLabel,
  watchFlag,
  controllerUrlFlag,
  controllerNamespaceFlag,
];

/** A command line of the controller is understood as it stands: what says nothing about the decisions is only read. */
const acceptedFlags: readonly Flag[] = [...new Set([...explainFlags, ...controllerFlags, ...ignoredFlags])];

const kindsByName: ReadonlyMap<string, ActorKind> = new Map([
  ['gatewayclass', 'GatewayClass'],
  ['gateway', 'Gateway'],
  ['listenerset', 'ListenerSet'],
  ['tcproute', 'TCPRoute'],
  ['udproute', 'UDPRoute'],
]);
export const explainableKinds: readonly string[] = [...kindsByName.keys()];

/**
 * `explain [KIND [NAMESPACE/]NAME]`: why an object is where it is; without a name, all that are not ready. It lets the
 * controller's own actors look at the cluster, writes nothing, and works while the controller is down; where that is
 * reached, it also tells what the running actor did last.
 * @param output where it says so.
 * @returns the exit code: 0 where what was asked for is ready, else 1.
 * @throws UsageError, KubeconfigError, ClusterError
 */
export async function explain(argv: readonly string[], output: Output = process): Promise<number> {
  const { words, given } = readArguments(argv, acceptedFlags, process.env);
  const wanted = readWanted(words);
  const config = configOf(given);
  const place = placeOf(given, process.env);
  const source = poolSource(config, ownNamespace(process.env));
  const client = connect({
    kubeconfig: config.kubeconfig,
    context: given.read(contextFlag),
    userAgent: 'gateway-api-controller-explain',
    now: Date.now,
  });
  const question: Question = {
    wanted,
    controllerName: config.controllerName,
    config,
    source,
    client,
    sources: sourcesOf(source),
    isJson: given.read(outputFlag) === 'json',
    place,
    output,
  };
  // Before the first line is said: who reads that may end the watch at once.
  const stop = given.read(watchFlag) ? onSignal() : undefined;
  try {
    const found = answer(await readCluster(client, question), question);
    await print(found, question);
    if (found.every(({ isReady }) => isReady)) return 0;
    return stop === undefined ? 1 : await follow(found, question, stop);
  } finally {
    await client.close();
  }
}

/** What of a process a command writes to. */
export interface Output {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

interface Question {
  /** Absent: all. */
  readonly wanted: ObjectKey<ActorKind> | undefined;
  readonly controllerName: string;
  readonly config: Config;
  readonly source: PoolSource | undefined;
  readonly client: ApiClient;
  readonly sources: readonly Source[];
  readonly isJson: boolean;
  readonly place: ControllerPlace;
  readonly output: Output;
}

function answer(cluster: Cluster, { wanted, config, source }: Question): readonly Explanation[] {
  const run = dryRun(cluster, config, source);
  const found = wanted === undefined ? all(run) : [explainObject(wanted, run)];
  run.actors.stop();
  return found;
}

async function print(
  found: readonly Explanation[],
  { wanted, client, place, isJson, output }: Question,
): Promise<void> {
  const [first] = found;
  if (wanted === undefined || first === undefined) {
    output.stdout.write(isJson ? `${JSON.stringify(found)}\n` : renderAll(found));
    return;
  }
  const reached = await askController(wanted, place, client);
  const remark = remarkOn(reached, first);
  if (remark !== undefined) output.stderr.write(`${remark.replace(/\s+/g, ' ')}\n`);
  const explained = 'actor' in reached ? { ...first, live: reached.actor } : first;
  output.stdout.write(isJson ? `${JSON.stringify([explained])}\n` : renderOne(explained));
}

/** What else there is to say of what the running controller told, in one line. */
function remarkOn(reached: Reached, { isReady }: Explanation): string | undefined {
  const onward = 'going on from the objects in the cluster alone';
  if ('unreachable' in reached) return `the controller was not reached (${reached.unreachable}): ${onward}`;
  if ('unknownAt' in reached) return `the running controller has no such actor (${reached.unknownAt}): ${onward}`;
  const { state, depth } = reached.actor;
  const isSettledElsewhere = depth === 0 && isReadyState(state) !== isReady;
  return isSettledElsewhere ? `the running controller says ${state}: was explain given its flags?` : undefined;
}

/** Says the first line again whenever it is another one, until all is ready. @returns the exit code. */
async function follow(before: readonly Explanation[], question: Question, signal: AbortSignal): Promise<number> {
  const { client, sources, controllerName, isJson, output } = question;
  let said = renderAll(before);
  const isReady = await watchUntil({
    client,
    sources,
    controllerName,
    signal,
    onFailure: (message) => output.stderr.write(`${message.replace(/\s+/g, ' ')}\n`),
    look: (cluster) => {
      const found = answer(cluster, question);
      const text = renderAll(found);
      if (text !== said) output.stdout.write(isJson ? `${JSON.stringify(found)}\n` : text);
      said = text;
      return found.every((item) => item.isReady);
    },
  });
  return isReady ? 0 : 1;
}

/** In the controller's own Pod (by kubectl exec) its port is near, and nobody need have rights on Pods. */
function placeOf(given: GivenFlags, environment: Environment): ControllerPlace {
  const own = ownNamespace(environment);
  const named = given.read(controllerNamespaceFlag);
  const namespace = given.has(controllerNamespaceFlag) ? named : (own ?? named);
  const place = { url: given.read(controllerUrlFlag), namespace };
  if (place.url !== '' || own !== namespace) return place;
  const { host, port } = splitAddress(given.read(settings.metricsBindAddress));
  return port === 0 ? place : { ...place, url: urlAt(host, port) };
}

function httpUrl(text: string): string {
  if (text === '' || /^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new UsageError(`"${text}" is no URL: use http://HOST:8080`);
}

/** Aborted by SIGINT or SIGTERM. */
function onSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

function readWanted([kindName, name, ...more]: readonly string[]): ObjectKey<ActorKind> | undefined {
  if (kindName === undefined) return undefined;
  const kind = kindsByName.get(kindName.toLowerCase());
  if (kind === undefined || name === undefined || more.length > 0) {
    throw new UsageError(`use "explain KIND [NAMESPACE/]NAME" with KIND one of ${explainableKinds.join(', ')}`);
  }
  const [first = '', second, ...rest] = name.split('/');
  const isTooLong = rest.length > 0 || (kind === 'GatewayClass' && second !== undefined);
  if (isTooLong || first === '' || second === '') {
    const wanted = kind === 'GatewayClass' ? 'NAME: it has no namespace' : '[NAMESPACE/]NAME';
    throw new UsageError(`"${name}" is no name of a ${kind}: use ${wanted}`);
  }
  if (kind === 'GatewayClass') return `GatewayClass//${name}`;
  return second === undefined ? `${kind}/default/${first}` : `${kind}/${first}/${second}`;
}

/** Everything that is not ready, the furthest from it first. */
function all(run: DryRun): readonly Explanation[] {
  const order = ['Unreadable', 'Refused', 'Pending', 'AddressAssigned', 'ListenerResolved', 'Releasing', 'Removing'];
  const rank = ({ state }: Explanation): number => order.indexOf(state.split('.')[0] ?? '');
  return [...run.actors.entries.keys()]
    .map((key) => explainObject(key, run))
    .filter(({ isReady }) => !isReady)
    .toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}
