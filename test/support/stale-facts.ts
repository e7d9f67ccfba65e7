import { isDeepStrictEqual } from 'node:util';
import type { ActorSystem } from '../../src/actors/system.ts';
import { gatewayClassFacts, gatewayFacts } from '../../src/gateway/facts.ts';
import { buildGraph, type World } from '../../src/gateway/graph.ts';
import { isGatewayKey, isListenerSetKey, isRouteKey } from '../../src/gateway/keys.ts';
import { listenerSetFacts } from '../../src/gateway/listener-set-facts.ts';
import { Memo } from '../../src/gateway/memo.ts';
import { routeFacts } from '../../src/gateway/route-facts.ts';
import type { Presence, ServiceFacts } from '../../src/objects/facts.ts';
import type { ActorKind, ObjectKey } from '../../src/objects/keys.ts';

/**
 * The pool's revision goes on with every claim; whether it has a status matters before a route has an actor only; of a
 * Gateway without a class of ours the parameters are not followed; a route without an address waits for one, whatever
 * else is withheld from it.
 */
function isHarmless(name: string, { standing, addresses }: Facts): boolean {
  if (name === 'poolRevision' || name === 'hasStatus') return true;
  if (name === 'withheld') return addresses?.length === 0;
  return standing !== 'accepted' && ['request', 'accepted'].includes(name) && standing !== undefined;
}

/**
 * Actors that decided from facts that do not hold any more, though nobody has told them to look again: each line names
 * one, and what differs. Of a system at rest there must be none.
 */
export function findStaleFacts(actors: ActorSystem): readonly string[] {
  const world = rebuilding(actors.world);
  return [...actors.entries].flatMap(([key, { uid, context }]) => {
    if (actors.isDirty(key)) return [];
    const facts = context.facts as Facts;
    const known = new Map<string, unknown>(Object.entries(facts));
    const now = Object.entries(withoutStep(factsOf(key, uid, world), facts));
    const stale = now.filter(([name, value]) => {
      return !isHarmless(name, facts) && !isDeepStrictEqual(known.get(name), value);
    });
    return stale.map(([name, value]) => {
      return `${key}: ${name} is ${JSON.stringify(value)}, taken for ${JSON.stringify(known.get(name))}`;
    });
  });
}

interface Facts {
  readonly presence: Presence;
  readonly standing?: string;
  readonly addresses?: readonly string[];
  readonly services?: readonly ServiceFacts[];
}

/**
 * Where another route joins or leaves a Gateway's own Service, the Gateway looks, and writes that; those that are there
 * anyway look when it is written, and take it for in step until then.
 */
function withoutStep(now: Facts, known: Facts): Facts {
  const isTakenForDone = ({ key }: ServiceFacts): boolean => {
    return known.services?.some((one) => one.key === key && one.isInStep) === true;
  };
  const services = now.services?.map((one) => ({ ...one, isInStep: one.isInStep || isTakenForDone(one) }));
  return { ...now, ...(services && { services }) };
}

/** The same world, in which nothing is remembered. */
function rebuilding(world: World): World {
  const graph: World['graph'] = (key) => {
    const gateway = world.view.get(key);
    return gateway && buildGraph(gateway, world);
  };
  return { ...world, graph, memo: new Memo() };
}

function factsOf(key: ObjectKey<ActorKind>, uid: string, world: World): Facts {
  if (isGatewayKey(key)) return gatewayFacts(key, uid, world);
  if (isRouteKey(key)) return routeFacts(key, uid, world);
  if (isListenerSetKey(key)) return listenerSetFacts(key, uid, world);
  return gatewayClassFacts(key as ObjectKey<'GatewayClass'>, world);
}
