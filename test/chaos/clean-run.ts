import { type ApiObject, at, isObject, type Json, type JsonObject, objectsOf, stringOf } from '../api-server/json.ts';
import { startAgents } from './agents.ts';
import { annotation, marks, ours, ownerOf, parentsOf, routesOf } from './checker/objects.ts';
import { flatten } from './checker/paths.ts';
import type { Problem } from './checker/problem.ts';
import { Fleet } from './fleet.ts';
import { isController } from './history.ts';
import type { Run } from './run.ts';
import { settle } from './run.ts';
import { World } from './world.ts';

const kinds = ['GatewayClass', 'Gateway', 'TCPRoute', 'UDPRoute', 'Service', 'IPAddress'];
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
  const crashes: string[] = [];
  const fleet = new Fleet({ world: clean, seed, replicas: 1, plant: {}, onCrash: (what) => crashes.push(what) });
  await settle(clean, quietMs);
  fleet.end();
  const difference = crashes[0] ?? firstDifference(normalised(run.world), normalised(clean));
  if (difference === undefined) return [];
  return [{ counter: 'unconverged', at: run.world.clock.now, what: `otherwise in a clean run: ${difference}` }];
}

function isMade(object: ApiObject, made: ReadonlySet<string>): boolean {
  if (object.kind === 'EndpointSlice') return made.has(object.metadata.uid);
  return (
    object.kind === 'Service' && made.has(object.metadata.uid) && annotation(object, marks.behaviour) !== undefined
  );
}

/** Whether a controller has to say anything of it now: not where the class is missing or another controller's. */
function isOurs(object: ApiObject, world: World): boolean {
  switch (object.kind) {
    case 'GatewayClass':
      return at(object, 'spec', 'controllerName') === ours;
    case 'Gateway': {
      const name = stringOf(at(object, 'spec', 'gatewayClassName'));
      return at(world.find('GatewayClass', '', name), 'spec', 'controllerName') === ours;
    }
    case 'TCPRoute':
    case 'UDPRoute':
      return areOurs(parentsOf(object), world);
    case 'Service':
      return (
        areOurs(ownerOf(object), world) &&
        routesOf(object).every((key) => {
          const [kind = '', namespace = '', name = ''] = key.split('/');
          const route = world.find(kind, namespace, name);
          return route === undefined || isOurs(route, world);
        })
      );
    case 'EndpointSlice': {
      const of = object.metadata.labels?.['kubernetes.io/service-name'] ?? '';
      const service = world.find('Service', object.metadata.namespace ?? '', of);
      return service === undefined || isOurs(service, world);
    }
    default:
      return true;
  }
}

/** @param gateways as `namespace/name`; one that is not there is nobody's. */
function areOurs(gateways: readonly string[], world: World): boolean {
  return gateways.every((name) => {
    const gateway = world.find('Gateway', name.split('/')[0] ?? '', name.split('/')[1] ?? '');
    return gateway === undefined || isOurs(gateway, world);
  });
}

function stripped(object: ApiObject): ApiObject {
  switch (object.kind) {
    case 'GatewayClass':
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

function normalised(world: World): Map<string, string> {
  const leaves = new Map<string, string>();
  for (const kind of [...kinds, 'EndpointSlice']) {
    for (const object of world.all(kind).filter(isCompared)) {
      const { namespace = '', name } = object.metadata;
      for (const [path, value] of flatten(withoutAccidents(object) as JsonObject)) {
        leaves.set(`${kind}/${namespace}/${name} ${path}`, value);
      }
    }
  }
  return leaves;
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
  // A stranger may set it on a Service of ours, where it is left alone.
  'sessionAffinity',
  'sessionAffinityConfig',
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
