import { type ApiObject, at, equal, type Json, objectsOf, stringOf } from '../../api-server/json.ts';
import { type Entry, isController } from '../history.ts';
import { ForeignClasses } from './foreign-class.ts';
import type { HandedOutOptions } from './handed-out.ts';
import { addressesIn, annotation, marks, ours, prefix } from './objects.ts';
import { flatten } from './paths.ts';
import type { Problem } from './problem.ts';

/** Nothing of anybody else is changed or deleted, except as `update` promises. */
export function findForeignChanges(
  history: readonly Entry[],
  { lateMs }: Pick<HandedOutOptions, 'lateMs'>,
): readonly Problem[] {
  const made = new Set<string>();
  const updated = new Updated();
  const classes = new ForeignClasses(lateMs);
  return history.flatMap((entry): Problem[] => {
    const { type, author, after, before } = entry;
    updated.take(after);
    classes.take(entry);
    if (!isController(author)) return [];
    const { uid = '' } = (after ?? before)?.metadata ?? {};
    if (type === 'ADDED') made.add(uid);
    const why = made.has(uid) ? undefined : (refuse(entry, updated) ?? classes.refuse(entry));
    return why === undefined
      ? []
      : [{ counter: 'foreignChanges', at: entry.at, what: `${author}: ${entry.key}: ${why}` }];
  });
}

/** Services that a route has ever named by `update`: they may be restored when the route is gone. */
class Updated {
  readonly #byLabel = new Set<string>();
  /** Those that a route names which leaves the choice to parameters. */
  readonly #byParameters = new Set<string>();
  /** Who writes may know late that other parameters hold, and for whom. */
  #haveParametersAsked = false;

  take(object: ApiObject | undefined): void {
    if (object?.kind === 'ConfigMap') {
      this.#haveParametersAsked ||= at(object, 'data', 'serviceBehaviour') === 'update';
    }
    if (object?.kind !== 'TCPRoute' && object?.kind !== 'UDPRoute') return;
    const behaviour = object.metadata.labels?.serviceBehaviour ?? 'left open';
    for (const service of backendsOf(object)) {
      if (behaviour === 'update') this.#byLabel.add(service);
      else if (behaviour === 'left open') this.#byParameters.add(service);
    }
  }

  has(service: string): boolean {
    return this.#byLabel.has(service) || (this.#haveParametersAsked && this.#byParameters.has(service));
  }
}

function backendsOf(route: ApiObject): readonly string[] {
  return objectsOf(at(route, 'spec', 'rules')).flatMap((rule) =>
    objectsOf(rule.backendRefs).map(
      (ref) => `Service/${stringOf(ref.namespace) || route.metadata.namespace}/${stringOf(ref.name)}`,
    ),
  );
}

/** Why a controller may not have done this to an object that it did not make. */
function refuse(entry: Entry, updated: Updated): string | undefined {
  const { kind, key, before, after } = entry;
  if (before === undefined) return undefined;
  // An object that its user deletes goes with its last finalizer.
  if (after === undefined) return before.metadata.deletionTimestamp === undefined ? 'deleted' : undefined;
  const allowed = allowedPaths(kind, updated.has(key));
  if (allowed === undefined) return 'changed';
  const changed = changedPaths(before, after).filter((path) => !allowed.test(path));
  if (changed.length > 0) return `changed ${changed.join(' ')}`;
  if (kind === 'Gateway') return refuseSpec(before, after);
  if (kind === 'TCPRoute' || kind === 'UDPRoute') return refuseParents(before, after);
  return kind === 'GatewayClass' && at(before, 'spec', 'controllerName') !== ours ? 'changed' : undefined;
}

const ourMetadata = `^metadata\\.(labels\\.(ipam-address|implementation)|annotations\\.(${prefix.replaceAll('.', '\\.')}.*|gateway-api-controller|parent-(tcp|udp)-route|(kube-vip\\.io|metallb\\.io|lbipam\\.cilium\\.io|purelb\\.io|loxilb\\.io|(eip\\.openelb|lb)\\.kubesphere\\.io)/.*))$|^metadata\\.finalizers`;
const updatable =
  /^spec\.(type|loadBalancerIP|loadBalancerClass|allocateLoadBalancerNodePorts|sessionAffinity.*|trafficDistribution|externalTrafficPolicy|healthCheckNodePort|ipFamil.*|clusterIPs?|ports\[.*)|^status/;

function allowedPaths(kind: string, isUpdated: boolean): RegExp | undefined {
  switch (kind) {
    case 'GatewayClass':
      return /^status|^metadata\.finalizers/;
    case 'Gateway':
      return new RegExp(`^status|^spec\\.addresses|${ourMetadata}`);
    case 'TCPRoute':
    case 'UDPRoute':
      return /^status|^metadata\.finalizers/;
    case 'ListenerSet':
      return /^status/;
    case 'Service':
      return isUpdated ? new RegExp(`${updatable.source}|${ourMetadata}`) : undefined;
    case 'Lease':
      return /./;
    default:
      return undefined;
  }
}

const serverOwn = /^metadata\.(resourceVersion|generation)$/;

function changedPaths(before: ApiObject, after: ApiObject): readonly string[] {
  const [old, now] = [flatten(before), flatten(after)];
  return [...new Set([...old.keys(), ...now.keys()])].filter((path) => {
    return old.get(path) !== now.get(path) && !serverOwn.test(path);
  });
}

/** What a user wrote into `spec.addresses` stays; what we, or the one that this is a copy of, put there may go. */
function refuseSpec(before: ApiObject, after: ApiObject): string | undefined {
  const [old, now] = [addressesIn(before, 'spec'), addressesIn(after, 'spec')];
  const isPinned = annotation(before, marks.pinned) !== undefined;
  return old.length > 0 && !isPinned && old.join() !== now.join() ? "changed the user's spec.addresses" : undefined;
}

function refuseParents(before: ApiObject, after: ApiObject): string | undefined {
  const others = (route: ApiObject): Json[] => {
    return objectsOf(at(route, 'status', 'parents')).filter(({ controllerName }) => controllerName !== ours);
  };
  // What the server itself writes as a placeholder is nobody's.
  const isSame = others(before).every((entry) => others(after).some((one) => equal(one, entry)));
  return isSame ? undefined : "changed another controller's entry in status.parents";
}
