import type { Cluster } from '../cluster/cluster.ts';
import type { EffectContext } from '../effects/context.ts';
import {
  type Explanation,
  type ExplanationScope,
  explainClass,
  explainGateway,
  explainListenerSet,
  explainRoute,
} from '../gateway/explanation.ts';
import { isGatewayKey, keyOf, kindOf, nameOf } from '../gateway/keys.ts';
import { whyNotOurs } from '../gateway/not-served.ts';
import { describePool } from '../ipam/report.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';
import type { ActorState } from '../objects/states.ts';
import type { ObjectOfKind, Settings } from '../objects/view.ts';
import type { AddressPool } from './address-pool.ts';
import { describeState } from './descriptions.ts';
import type { ActorSystem } from './system.ts';

/** What is asked about an object: its actors, running ones or those of a dry run. */
export interface Witnesses {
  readonly actors: ActorSystem;
  readonly reports: EffectContext['reports'];
  readonly cluster: Cluster;
  readonly settings: Settings;
  readonly pool: Pick<AddressPool, 'pool'>;
}

/** Why an object is where it is, in the words of its conditions. */
export function explainObject(key: ObjectKey<ActorKind>, witnesses: Witnesses): Explanation {
  const { actors, cluster, settings } = witnesses;
  const kind = kindOf(key);
  const object = cluster.get(key);
  const state = actors.entries.get(key)?.state;
  const base = { kind, name: nameOf(key), isReady: false, details: [], conditions: [] };
  const broken = cluster.unreadable(key);
  if (broken !== undefined) return { ...base, state: 'Unreadable', cause: broken };
  if (object === undefined) return { ...base, state: 'Absent', cause: whyAbsent(kind, cluster) };
  if (state === undefined) {
    return { ...base, state: 'NotOurs', cause: whyNotOurs(object, { view: cluster, settings }) };
  }
  const known = explainKnown(object, state, witnesses);
  return known ?? { ...base, state, cause: describeState(kind, state) };
}

/** `undefined` where its actor has not looked yet. */
function explainKnown(
  object: ObjectOfKind[ActorKind],
  state: ActorState,
  witnesses: Witnesses,
): Explanation | undefined {
  const { reports, cluster } = witnesses;
  const scope = scopeOf(object.kind, state, witnesses);
  switch (object.kind) {
    case 'GatewayClass': {
      const report = reports.gatewayClass(keyOf(object));
      const gateways = [...cluster.naming(keyOf(object))].filter(isGatewayKey).length;
      return report && explainClass(object, report.facts, { ...scope, state, gateways });
    }
    case 'Gateway': {
      const report = reports.gateway(keyOf(object));
      return report && explainGateway(object, report, scope);
    }
    case 'ListenerSet': {
      const report = reports.listenerSet(keyOf(object));
      return report && explainListenerSet(object, report, scope);
    }
    default: {
      const report = reports.route(keyOf(object));
      return report && explainRoute(object, report, scope);
    }
  }
}

function scopeOf(kind: ActorKind, state: ActorState, { actors, cluster, settings, pool }: Witnesses): ExplanationScope {
  return {
    view: cluster,
    settings,
    description: describeState(kind, state),
    stateOf: (other) => actors.entries.get(other as ObjectKey<ActorKind>)?.state,
    poolOf: (namespace) => describePool(pool.pool, namespace),
  };
}

function whyAbsent(kind: ActorKind, cluster: Cluster): string {
  return cluster.isServed(kind) ? 'it does not exist' : `this cluster has no ${kind}s: its CRD is not installed`;
}
