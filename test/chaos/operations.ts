import { type ApiObject, at, type JsonObject, objectsOf, stringOf } from '../api-server/json.ts';
import {
  addressesOf,
  alien,
  classes,
  classOf,
  gateway,
  gatewayClass,
  infra,
  listenersOf,
  namespaces,
  nodeStatus,
  paths,
  pool,
  poolName,
  type RouteChoice,
  route,
  service,
  strangersEntry,
} from './manifests.ts';
import { pick } from './random.ts';
import type { Cluster } from './world.ts';

/** What users and administrators do, by how often. */
export const operationWeights = {
  'create Gateway': 24,
  'edit Gateway': 8,
  'delete Gateway': 5,
  'recreate Gateway': 5,
  'clone Gateway': 3,
  'create route': 24,
  'edit route': 7,
  'delete route': 7,
  'recreate route': 3,
  'create Service': 4,
  'edit Service': 7,
  'delete Service': 3,
  'delete class': 2,
  'create class': 4,
  'delete namespace': 1,
  'create namespace': 4,
  'edit pool': 5,
  'delete pool': 1,
  'create LoadBalancer of others': 3,
  'delete LoadBalancer of others': 3,
  'create IPAddress of others': 2,
  'delete IPAddress of others': 2,
  'create Node': 2,
  'delete Node': 2,
} as const;

export type OperationKind = keyof typeof operationWeights;

/** Two numbers of any size: which object, and what is done. */
export interface Choice {
  readonly which: number;
  readonly what: number;
}

type Operation = (world: Cluster, choice: Choice) => void;

const user = 'user';

const gatewayOperations = {
  'create Gateway': (world, choice) => createGateway(world, choice),
  'edit Gateway': (world, choice) => editGateway(world, choice),
  'delete Gateway': (world, choice) => void world.call(user, 'DELETE', pathOf(oneGateway(world, choice))),
  'recreate Gateway': (world, choice) => {
    const { namespace = '', name = '' } = oneGateway(world, choice)?.metadata ?? {};
    if (name === '') return;
    world.call(user, 'DELETE', `${paths.gateways(namespace)}/${name}`);
    world.call(user, 'POST', paths.gateways(namespace), gateway(namespace, name, choice.what));
  },
  'clone Gateway': (world, choice) => {
    const original = oneGateway(world, choice);
    if (original === undefined) return;
    const { labels, annotations } = original.metadata;
    const namespace = pick(namespaces, choice.what) ?? 'a';
    const metadata = {
      namespace,
      name: gatewayName(choice.what >> 2),
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    };
    world.call(user, 'POST', paths.gateways(namespace), { ...original, metadata, status: undefined });
  },
} as const satisfies Record<string, Operation>;

const routeOperations = {
  'create route': (world, choice) => createRoute(world, choice),
  'edit route': (world, choice) => {
    const current = oneRoute(world, choice);
    if (current === undefined) return;
    const { spec, metadata } = route(choiceOf(current, choice));
    world.patch(user, pathOf(current), { spec: spec ?? {}, metadata: { labels: at(metadata, 'labels') ?? {} } });
  },
  'delete route': (world, choice) => void world.call(user, 'DELETE', pathOf(oneRoute(world, choice))),
  'recreate route': (world, choice) => {
    const current = oneRoute(world, choice);
    if (current === undefined) return;
    const again = choiceOf(current, choice);
    world.call(user, 'DELETE', pathOf(current));
    world.call(user, 'POST', paths.routes(again.namespace, again.plural), route(again));
  },
} as const satisfies Record<string, Operation>;

const serviceOperations = {
  'create Service': (world, choice) => {
    const name = serviceName(choice);
    world.call(user, 'POST', paths.services(namespaceOf(choice)), service(namespaceOf(choice), name, choice.what));
  },
  'edit Service': (world, choice) => editService(world, choice),
  'delete Service': (world, choice) => {
    world.call(user, 'DELETE', `${paths.services(namespaceOf(choice))}/${serviceName(choice)}`);
  },
  'create LoadBalancer of others': (world, { which, what }) => {
    world.call('stranger', 'POST', paths.services(infra), alien(`alien-${which % 3}`, what));
  },
  'delete LoadBalancer of others': (world, { which }) => {
    world.call('stranger', 'DELETE', `${paths.services(infra)}/alien-${which % 3}`);
  },
} as const satisfies Record<string, Operation>;

const administration = {
  'delete class': (world, { which, what }) => {
    const path = `${paths.classes}/${className(which)}`;
    world.call('admin', 'DELETE', path);
    // A class in use stays until its Gateways are gone, unless somebody does not want to wait.
    if (what % 3 !== 0) world.patch('admin', path, { metadata: { finalizers: null } });
  },
  'create class': (world, { which, what }) => {
    const name = className(which);
    // Now and then a name comes back as another controller's.
    const controllerName = what % 5 === 0 ? classes.other : classes[name];
    world.call('admin', 'POST', paths.classes, gatewayClass(name, controllerName ?? ''));
  },
  'delete namespace': (world, choice) =>
    void world.call('admin', 'DELETE', `${paths.namespaces}/${namespaceOf(choice)}`),
  'create namespace': (world, choice) => {
    const metadata = { name: namespaceOf(choice) };
    world.call('admin', 'POST', paths.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
  },
  'edit pool': (world, { what }) => {
    const path = paths.configMaps(infra);
    const isThere = world.find('ConfigMap', infra, poolName) !== undefined;
    if (isThere) world.call('admin', 'PUT', `${path}/${poolName}`, pool(what));
    else world.call('admin', 'POST', path, pool(what));
  },
  'delete pool': (world) => void world.call('admin', 'DELETE', `${paths.configMaps(infra)}/${poolName}`),
  'create IPAddress of others': (world, { which }) => {
    world.call('stranger', 'POST', paths.ipAddresses, strangersEntry(`10.0.0.${1 + (which % 8)}`));
  },
  'create Node': (world, { which, what }) => {
    const name = `node-${which % 2}`;
    world.call('admin', 'POST', paths.nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name } });
    world.patch('admin', `${paths.nodes}/${name}/status`, { status: nodeStatus(what) });
  },
  'delete Node': (world, { which }) => void world.call('admin', 'DELETE', `${paths.nodes}/node-${which % 2}`),
  'delete IPAddress of others': (world, { which }) => {
    const own = world
      .all('IPAddress')
      .filter(({ metadata }) => Object.values(metadata.labels ?? {}).includes('stranger'));
    const entry = pick(own, which);
    if (entry !== undefined) world.call('stranger', 'DELETE', `${paths.ipAddresses}/${entry.metadata.name}`);
  },
} as const satisfies Record<string, Operation>;

const operations: Readonly<Record<OperationKind, Operation>> = {
  ...gatewayOperations,
  ...routeOperations,
  ...serviceOperations,
  ...administration,
};

export function operate(world: Cluster, kind: OperationKind, choice: Choice): void {
  operations[kind](world, choice);
}

function createGateway(world: Cluster, choice: Choice): void {
  const namespace = namespaceOf(choice);
  world.call(user, 'POST', paths.gateways(namespace), gateway(namespace, gatewayName(choice.which), choice.what));
}

function editGateway(world: Cluster, choice: Choice): void {
  const { what } = choice;
  const current = oneGateway(world, choice);
  const variants: readonly JsonObject[] = [
    { listeners: listenersOf(what >> 3) },
    { listeners: listenersOf(what >> 3) },
    { gatewayClassName: classOf(what >> 3) },
    { addresses: addressesOf((what >> 3) % 2) ?? [] },
    { addresses: null },
  ];
  if (current !== undefined) world.patch(user, pathOf(current), { spec: pick(variants, what) ?? {} });
}

/** Reads, changes and writes as kubectl does: one port of the user's own comes, goes or gets another target. */
function editService(world: Cluster, choice: Choice): void {
  const own = world.all('Service').filter(({ metadata: { name } }) => /^svc-\d$/.test(name));
  const current = pick(own, choice.which);
  if (current === undefined) return;
  const { namespace = '', name: serviceName } = current.metadata;
  const copy = structuredClone(current) as ApiObject & { spec: { ports: JsonObject[] } };
  const first = objectsOf(copy.spec.ports).find(({ port, protocol }) => port === 80 && protocol === 'TCP');
  const extra = copy.spec.ports.findIndex(({ name }) => stringOf(name) === 'extra');
  if (choice.what % 3 === 0 && first !== undefined) first.targetPort = 8000 + (choice.what % 7);
  else if (choice.what % 3 === 1) copy.metadata.labels = { ...copy.metadata.labels, tier: `t${choice.what % 4}` };
  else if (extra >= 0) copy.spec.ports.splice(extra, 1);
  else if (copy.spec.ports.every(({ name }) => stringOf(name) !== '')) {
    copy.spec.ports.push({ name: 'extra', port: 9000, targetPort: 9000, protocol: 'TCP' });
  }
  world.call(user, 'PUT', `${paths.services(namespace)}/${serviceName}`, copy);
}

function createRoute(world: Cluster, choice: Choice): void {
  const chosen = routeChoice(choice);
  world.call(user, 'POST', paths.routes(chosen.namespace, chosen.plural), route(chosen));
}

function routeChoice(choice: Choice): RouteChoice {
  const plural = choice.which % 4 === 0 ? 'udproutes' : 'tcproutes';
  return { namespace: namespaceOf(choice), plural, name: `rt-${(choice.which >> 5) % 3}`, choice: choice.what };
}

function oneGateway(world: Cluster, { which }: Choice): ApiObject | undefined {
  return pick(world.all('Gateway'), which);
}

function oneRoute(world: Cluster, { which }: Choice): ApiObject | undefined {
  return pick([...world.all('TCPRoute'), ...world.all('UDPRoute')], which);
}

function choiceOf(current: ApiObject, { what }: Choice): RouteChoice {
  const { namespace = '', name } = current.metadata;
  return { namespace, name, plural: current.kind === 'TCPRoute' ? 'tcproutes' : 'udproutes', choice: what };
}

/** Path of a Gateway or a route; of nothing, one that is not served. */
function pathOf(object: ApiObject | undefined): string {
  const { namespace = '', name = '' } = object?.metadata ?? {};
  if (object?.kind === 'Gateway') return `${paths.gateways(namespace)}/${name}`;
  return `${paths.routes(namespace, object?.kind === 'UDPRoute' ? 'udproutes' : 'tcproutes')}/${name || '-'}`;
}

function namespaceOf({ which }: Choice): string {
  return pick(namespaces, which >> 2) ?? 'a';
}

function gatewayName(which: number): string {
  return `gw-${(which >> 5) % 3}`;
}

function serviceName({ which }: Choice): string {
  return `svc-${(which >> 5) % 3}`;
}

function className(which: number): string {
  return pick(Object.keys(classes), which) ?? 'ours';
}
