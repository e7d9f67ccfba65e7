import { type ApiObject, at, isObject, type Json, type JsonObject, objectsOf, stringOf } from '../api-server/json.ts';
import { startAgents } from './agents.ts';
import { annotation, type Find, gatewaysOf, marks, ours, ownerOf, parentsOf, routesOf } from './checker/objects.ts';
import { optionsOf, parametersOf } from './checker/parameters.ts';
import { flatten } from './checker/paths.ts';
import type { Problem } from './checker/problem.ts';
import { Fleet } from './fleet.ts';
import { isController } from './history.ts';
import type { Run } from './run.ts';
import { settle } from './run.ts';
import { World } from './world.ts';

const kinds = ['GatewayClass', 'Gateway', 'ListenerSet', 'TCPRoute', 'UDPRoute', 'Service', 'IPAddress'];
const planted = ['Namespace', 'Node', 'ConfigMap', 'EndpointSlice', ...kinds];
const quietMs = 60_000;

/**
 * Whether everything came out as with a controller that never saw any trouble: on a copy of the cluster as it is at
 * the end, without any status and without the Services that we made, a fresh one starts.
 */
export async function compareWithCleanRun(run: Run, seed: number): Promise<readonly Problem[]> {
  const clean = new World({ canStream: true, onStrike: () => {} }, run.world.clock.now);
  startAgents(clean);
  const made = new Set(
    run.history.flatMap(({ author, type, after }) => {
      return isController(author) && type === 'ADDED' ? (after?.metadata.uid ?? []) : [];
    }),
  );
  for (const kind of planted) {
    for (const object of run.world.all(kind)) {
      if (!isOurs(object, run.world)) clean.server.plant(object);
      else if (!isMade(object, made)) clean.server.plant(stripped(object));
    }
  }
  const bugs: string[] = [];
  const fleet = new Fleet({ world: clean, seed, replicas: 1, plant: {}, onWrong: (what) => bugs.push(what) });
  await settle(clean, quietMs);
  fleet.end();
  const difference = bugs[0] ?? firstDifference(normalised(run.world, run.history), normalised(clean, run.history));
  if (difference === undefined) return [];
  return [{ counter: 'unconverged', at: run.world.clock.now, what: `otherwise in a clean run: ${difference}` }];
}

function isMade(object: ApiObject, made: ReadonlySet<string>): boolean {
  if (object.kind === 'EndpointSlice') return made.has(object.metadata.uid);
  return (
    object.kind === 'Service' && made.has(object.metadata.uid) && annotation(object, marks.behaviour) !== undefined
  );
}

/**
 * Whether a controller has to say anything of it now: not where the class is missing, another controller's, or has
 * parameters that cannot be used.
 */
function isOurs(object: ApiObject, world: World): boolean {
  const find = finder(world);
  switch (object.kind) {
    case 'GatewayClass':
      return at(object, 'spec', 'controllerName') === ours;
    case 'Gateway': {
      const gatewayClass = find(`GatewayClass//${stringOf(at(object, 'spec', 'gatewayClassName'))}`);
      return at(gatewayClass, 'spec', 'controllerName') === ours && parametersOf(gatewayClass, find) !== 'unusable';
    }
    case 'ListenerSet':
      // Of one whose Gateway is gone only its status tells whose it was, and that is not left.
      return parentsOf(object).every((key) => {
        const gateway = find(key);
        return gateway !== undefined && isOurs(gateway, world);
      });
    case 'TCPRoute':
    case 'UDPRoute':
      return areOurs(gatewaysOf(object, find), world);
    case 'Service':
      return isServiceOurs(object, world);
    case 'EndpointSlice': {
      const of = object.metadata.labels?.['kubernetes.io/service-name'] ?? '';
      const service = world.find('Service', object.metadata.namespace ?? '', of);
      return service === undefined || isOurs(service, world);
    }
    default:
      return true;
  }
}

/** A Service stays as it is while the parameters of its Gateway cannot be used. */
function isServiceOurs(service: ApiObject, world: World): boolean {
  const find = finder(world);
  const routes = routesOf(service).flatMap((key) => find(key) ?? []);
  const owners = ownerOf(service).map((name) => `Gateway/${name}`);
  const gateways = [...owners, ...routes.flatMap((route) => gatewaysOf(route, find))];
  return areOurs(gateways, world) && gateways.every((key) => optionsOf(find(key), find) !== 'unusable');
}

/** @param gateways by key; one that is not there is nobody's. */
function areOurs(gateways: readonly string[], world: World): boolean {
  return gateways.every((key) => {
    const gateway = finder(world)(key);
    return gateway === undefined || isOurs(gateway, world);
  });
}

function finder(world: World): Find {
  return (key) => {
    const [kind = '', namespace = '', name = ''] = key.split('/');
    return world.find(kind, namespace, name);
  };
}

function stripped(object: ApiObject): ApiObject {
  switch (object.kind) {
    case 'GatewayClass':
    case 'ListenerSet':
      return { ...object, status: {} };
    case 'Gateway':
      // What it has been told is the record of what it has, where nothing is pinned.
      return { ...object, status: { addresses: at(object, 'status', 'addresses') ?? [] } };
    case 'TCPRoute':
    case 'UDPRoute': {
      const parents = objectsOf(at(object, 'status', 'parents')).map((parent) => ({ ...parent, conditions: [] }));
      return { ...object, status: { parents } };
    }
    default:
      return object;
  }
}

function normalised(world: World, history: Run['history']): Map<string, string> {
  const affinity = setByStrangers(history);
  const objects = [...kinds, 'EndpointSlice'].flatMap((kind) => world.all(kind).filter(isCompared));
  const leaves = objects.flatMap((object) => {
    const { namespace = '', name } = object.metadata;
    const key = `${object.kind}/${namespace}/${name}`;
    return [...flatten(withoutAccidents(object) as JsonObject)]
      .filter(([path, value]) => {
        // None is told by 0 where there has been another number, else by nothing.
        const isNone = path === 'status.attachedListenerSets' && value === '0';
        return !isNone && !(path.startsWith('spec.sessionAffinity') && affinity.has(key));
      })
      .map(([path, value]) => [`${key} ${path}`, value] as const);
  });
  return new Map(leaves);
}

/** Services whose affinity a stranger has set: on one of ours it is left alone, unless parameters ask for another. */
function setByStrangers(history: Run['history']): ReadonlySet<string> {
  const edits = history.filter(({ kind, author, before, after }) => {
    const [old, now] = [at(before, 'spec', 'sessionAffinity'), at(after, 'spec', 'sessionAffinity')];
    return kind === 'Service' && author === 'foreign' && after !== undefined && old !== now;
  });
  return new Set(edits.map(({ key }) => key));
}

/** The slices of a Service that a controller made are named by its uid: only the mirrors of others' are compared. */
function isCompared(object: ApiObject): boolean {
  return object.kind !== 'EndpointSlice' || annotation(object, marks.source) !== undefined;
}

const accidents = new Set([
  'resourceVersion',
  'uid',
  'creationTimestamp',
  'generation',
  'lastTransitionTime',
  'clusterIP',
  'clusterIPs',
  'nodePort',
  'healthCheckNodePort',
]);

/** Without what depends on when and in which order things were written. */
function withoutAccidents(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => withoutAccidents(item) ?? null);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([name]) => !accidents.has(name));
  return Object.fromEntries(kept.map(([name, item]) => [name, withoutAccidents(item)]));
}

function firstDifference(dirty: ReadonlyMap<string, string>, clean: ReadonlyMap<string, string>): string | undefined {
  for (const path of new Set([...dirty.keys(), ...clean.keys()])) {
    if (dirty.get(path) !== clean.get(path)) return `${path} is ${dirty.get(path)}, should be ${clean.get(path)}`;
  }
  return undefined;
}
