import type { Cluster } from '../cluster/cluster.ts';
import type { EffectContext } from '../effects/context.ts';
import { type Explanation, explainGateway, explainListenerSet, explainRoute } from '../gateway/explanation.ts';
import { acceptClass } from '../gateway/gateway-class.ts';
import { nameOf, partsOf } from '../gateway/keys.ts';
import { whyNotOurs } from '../gateway/not-served.ts';
import type { GatewayClass } from '../objects/gateway-api.ts';
import type { ActorKind, ObjectKey, RouteKind } from '../objects/keys.ts';
import type { ActorState } from '../objects/states.ts';
import type { ClusterView, Settings } from '../objects/view.ts';
import { describeState } from './descriptions.ts';
import type { ActorSystem } from './system.ts';

/** What is asked about an object: its actors, running ones or those of a dry run. */
export interface Witnesses {
  readonly actors: ActorSystem;
  readonly reports: EffectContext['reports'];
  readonly cluster: Cluster;
  readonly settings: Settings;
}

/** Why an object is where it is, in the words of its conditions. */
export function explainObject(
  key: ObjectKey<ActorKind>,
  { actors, reports, cluster, settings }: Witnesses,
): Explanation {
  const { kind } = partsOf(key) as { kind: ActorKind };
  const object = cluster.get(key);
  const state = actors.entries.get(key)?.state;
  const base = { kind, name: nameOf(key), details: [], conditions: [] };
  const broken = cluster.unreadable(key);
  if (broken !== undefined) return { ...base, state: 'Unreadable', isReady: false, cause: broken };
  if (object === undefined) return { ...base, state: 'Absent', isReady: false, cause: whyAbsent(kind, cluster) };
  if (state === undefined) {
    return { ...base, state: 'NotOurs', isReady: false, cause: whyNotOurs(object, { view: cluster, settings }) };
  }
  const scope = { view: cluster, settings, description: describeState(kind, state) };
  if (object.kind === 'Gateway') {
    const report = reports.gateway(key as ObjectKey<'Gateway'>);
    if (report !== undefined) return explainGateway(object, report, scope);
  }
  if (object.kind === 'ListenerSet') {
    const report = reports.listenerSet(key as ObjectKey<'ListenerSet'>);
    if (report !== undefined) return explainListenerSet(object, report, scope);
  }
  if (object.kind === 'TCPRoute' || object.kind === 'UDPRoute') {
    const report = reports.route(key as ObjectKey<RouteKind>);
    if (report !== undefined) return explainRoute(object, report, scope);
  }
  if (object.kind === 'GatewayClass') {
    return { ...base, state, ...explainClass(object, state, cluster, scope.description) };
  }
  return { ...base, state, isReady: false, cause: scope.description };
}

function whyAbsent(kind: ActorKind, cluster: Cluster): string {
  return cluster.isServed(kind) ? 'it does not exist' : `this cluster has no ${kind}s: its CRD is not installed`;
}

function explainClass(
  gatewayClass: GatewayClass,
  state: ActorState,
  view: ClusterView,
  description: string,
): Pick<Explanation, 'isReady' | 'cause'> {
  const isReady = state === 'Accepted' || state === 'MarkingUse';
  return { isReady, cause: state === 'Refused' ? acceptClass(gatewayClass, view).message : description };
}
