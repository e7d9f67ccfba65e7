import { at, objectsOf, stringOf } from '../api-server/json.ts';
import { requestFaults } from './board.ts';
import type { Fleet } from './fleet.ts';
import { paths } from './manifests.ts';
import type { FaultKind, OtherFault, Step } from './plan.ts';
import { pick } from './random.ts';
import type { Subscription } from './subscription.ts';
import type { Cluster, World } from './world.ts';

export interface Struck {
  readonly world: World;
  readonly fleet: Fleet;
  readonly step: Step;
}

const share = 2 ** 20;

/** Lets a fault happen. @returns whether it hit anything at once; one that waits for a request is told by the board. */
export function strike(kind: FaultKind, struck: Struck): boolean {
  const { world, fleet, step } = struck;
  const requestFault = requestFaults.find((one) => one === kind);
  if (requestFault === undefined) return others[kind as OtherFault](struck);
  world.board.arm({ kind: requestFault, target: fleet.nameOf(step.which), amount: step.what / share });
  return false;
}

const others: Readonly<Record<OtherFault, (struck: Struck) => boolean>> = {
  restarted: ({ fleet, step }) => {
    const process = fleet.replica(step.which);
    process?.stop();
    return process !== undefined;
  },
  'two leaders': ({ fleet, step }) => fleet.startTwin(3_000 + (step.what % 40_000)),
  paused: ({ world, fleet, step }) => {
    const process = fleet.replica(step.which);
    process?.pause();
    world.clock.after(500 + (step.what % 40_000), () => process?.wake());
    return process !== undefined;
  },
  'watch 410': (struck) => onWatches(struck, (watch) => watch.expire()),
  'watch silent': (struck) => onWatches(struck, (watch) => watch.silence()),
  'watch reset': (struck) => onWatches(struck, (watch) => watch.end(new Error('read ECONNRESET'))),
  'stale list': (struck) =>
    onWatches(struck, (watch) => {
      struck.world.board.makeStale(watch.watcher.name, watch.kind.plural, 500 + (struck.step.what % 20_000));
      watch.expire();
    }),
  'events in a burst': (struck) => onWatches(struck, (watch) => watch.hold(500 + (struck.step.what % 12_000))),
  'foreign edit of labels': ({ world, step }) => foreignEdits['foreign edit of labels'](world, step),
  'foreign edit of spec.addresses': ({ world, step }) => foreignEdits['foreign edit of spec.addresses'](world, step),
  'foreign edit of a Service': ({ world, step }) => foreignEdits['foreign edit of a Service'](world, step),
  'API server restarted': ({ world, step }) => {
    if (step.which % 3 === 0) world.server.compact();
    world.network.restart(100 + (step.what % 8_000));
    return true;
  },
  'clock stepped': ({ fleet, step }) => {
    const process = fleet.replica(step.which);
    process?.stepClock((step.what % 7_200_000) - 3_600_000);
    return process !== undefined;
  },
};

/** One watch of a controller, or now and then all of them. */
function onWatches({ world, fleet, step }: Struck, act: (watch: Subscription) => void): boolean {
  const watches = world.network.subscriptionsOf(fleet.nameOf(step.which));
  const chosen = step.what % 4 === 0 ? watches : [pick(watches, step.what >> 2)];
  for (const watch of chosen) if (watch !== undefined) act(watch);
  return watches.length > 0;
}

/** What a foreign client does to objects that we wrote. @returns whether there was one. */
export const foreignEdits = {
  'foreign edit of labels': editLabels,
  'foreign edit of spec.addresses': (world: Cluster, step: Step): boolean => {
    const gateways = world.all('Gateway').filter((gateway) => objectsOf(at(gateway, 'spec', 'addresses')).length > 0);
    const { namespace = '', name = '' } = pick(gateways, step.which)?.metadata ?? {};
    if (name === '') return false;
    return world.patch('foreign', `${paths.gateways(namespace)}/${name}`, { spec: { addresses: null } }).code < 300;
  },
  'foreign edit of a Service': editService,
} as const satisfies Partial<Record<FaultKind, (world: Cluster, step: Step) => boolean>>;

const mark = 'gateway-api-controller';

function editLabels(world: Cluster, { which, what }: Step): boolean {
  const services = world.all('Service').filter(({ metadata }) => metadata.annotations?.[mark] !== undefined);
  const gateways = world.all('Gateway').filter(({ metadata }) => metadata.labels?.['ipam-address'] !== undefined);
  const entries = world.all('IPAddress').filter(({ metadata }) => metadata.annotations?.[mark] !== undefined);
  const target = pick([...services, ...gateways, ...entries], which);
  if (target === undefined) return false;
  const { namespace = '', name } = target.metadata;
  if (target.kind === 'IPAddress') return takeOffLabel(world, `${paths.ipAddresses}/${name}`);
  const path = `${target.kind === 'Service' ? paths.services(namespace) : paths.gateways(namespace)}/${name}`;
  const values: Readonly<Record<string, string | null>> =
    what % 2 === 0 ? { 'ipam-address': null } : { implementation: 'theirs' };
  return world.patch('foreign', path, { metadata: { labels: { ...values } } }).code < 300;
}

function takeOffLabel(world: Cluster, entry: string): boolean {
  const labels = { 'ipaddress.kubernetes.io/managed-by': null };
  return world.patch('foreign', entry, { metadata: { labels } }).code < 300;
}

function editService(world: Cluster, { which, what }: Step): boolean {
  const services = world.all('Service').filter(({ metadata }) => metadata.annotations?.[mark] !== undefined);
  const service = pick(services, which);
  if (service === undefined) return false;
  const { namespace = '', name } = service.metadata;
  const path = `${paths.services(namespace)}/${name}`;
  switch (what % 4) {
    case 0:
      return world.patch('foreign', path, { spec: { loadBalancerIP: '10.9.9.9' } }).code < 300;
    case 1:
      return world.patch('foreign', path, { spec: { type: 'ClusterIP' } }).code < 300;
    case 2:
      return world.patch('foreign', path, { spec: { sessionAffinity: 'ClientIP' } }).code < 300;
    default:
      // Of the user's own Services nobody but the user deletes any.
      if (stringOf(service.metadata.annotations?.[`${mark}.thebsdbox.co.uk/behaviour`]) === 'update') return false;
      return world.call('foreign', 'DELETE', path).code < 300;
  }
}
