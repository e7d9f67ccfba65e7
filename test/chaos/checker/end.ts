import { type ApiObject, at, objectsOf, stringOf } from '../../api-server/json.ts';
import { type Entry, isController } from '../history.ts';
import { addressesIn, annotation, finalState, isForeign, madeByUs, marks, nameOf } from './objects.ts';
import { mayUpdate } from './parameters.ts';
import { flatten } from './paths.ts';
import type { Problem } from './problem.ts';

/** No entry of the ledger without its Gateway, when all has settled and every quarantine is over. */
export function findLeaks(history: readonly Entry[]): readonly Problem[] {
  const state = finalState(history);
  const made = madeByUs(history, 'IPAddress');
  const at = endOf(history);
  return [
    ...findUntrue(state).map((what): Problem => ({ counter: 'leaks', at, what })),
    ...findOrphans(state, made, history),
  ];
}

/** No Gateway of ours is told of an address that the ledger does not have for it, however that came to stand there. */
function findUntrue(state: ReadonlyMap<string, ApiObject>): readonly string[] {
  return [...state.values()].flatMap((gateway) => {
    if (gateway.kind !== 'Gateway' || !state.has(`GatewayClass//${stringOf(at(gateway, 'spec', 'gatewayClassName'))}`))
      return [];
    if (isForeign(gateway, state)) return [];
    return addressesIn(gateway, 'status')
      .filter((address) => annotation(state.get(`IPAddress//${address}`), marks.uid) !== gateway.metadata.uid)
      .map((address) => `Gateway ${nameOf(gateway)} is told of ${address}, which the ledger does not have for it`);
  });
}

function findOrphans(
  state: ReadonlyMap<string, ApiObject>,
  made: ReadonlySet<string>,
  history: readonly Entry[],
): readonly Problem[] {
  return [...state.values()].flatMap((entry): Problem[] => {
    if (entry.kind !== 'IPAddress' || !made.has(entry.metadata.uid)) return [];
    const why = refuseEntry(entry, state);
    return why === undefined
      ? []
      : [{ counter: 'leaks', at: endOf(history), what: `ledger entry ${entry.metadata.name}: ${why}` }];
  });
}

function refuseEntry(entry: ApiObject, state: ReadonlyMap<string, ApiObject>): string | undefined {
  const { namespace, name } = at(entry, 'spec', 'parentRef') as { namespace: string; name: string };
  const gateway = state.get(`Gateway/${namespace}/${name}`);
  const who = `Gateway ${namespace}/${name}`;
  if (gateway === undefined || gateway.metadata.uid !== annotation(entry, marks.uid)) return `its ${who} is gone`;
  if (isForeign(gateway, state)) return `its ${who} is another controller's`;
  const isMissingClass = !state.has(`GatewayClass//${stringOf(at(gateway, 'spec', 'gatewayClassName'))}`);
  const told = addressesIn(gateway, 'status');
  // One that has none, as what it asks for cannot be had, may yet take its former address back.
  const isKept = told.length === 0 || told.includes(entry.metadata.name);
  return isKept || isMissingClass ? undefined : `its ${who} has ${told.join()}`;
}

/** Every user's own Service is what its users made of it, once no route wants it updated any more. */
export function findUnrestored(history: readonly Entry[]): readonly Problem[] {
  const state = finalState(history);
  const made = madeByUs(history, 'Service');
  const touched = new Set(
    history.flatMap(({ author, kind, type, after }) => {
      return kind === 'Service' && type === 'MODIFIED' && isController(author) ? (after?.metadata.uid ?? []) : [];
    }),
  );
  return [...state.values()].flatMap((service): Problem[] => {
    const { uid } = service.metadata;
    if (service.kind !== 'Service' || made.has(uid) || !touched.has(uid)) return [];
    const what = refuseService(service, state, history);
    return what === undefined
      ? []
      : [{ counter: 'lost', at: endOf(history), what: `Service ${nameOf(service)} is not restored: ${what}` }];
  });
}

function refuseService(
  service: ApiObject,
  state: ReadonlyMap<string, ApiObject>,
  history: readonly Entry[],
): string | undefined {
  if (annotation(service, marks.behaviour) === 'update') {
    return isWanted(service, state) ? undefined : 'no route wants it updated';
  }
  const users = valuesOfUsers(service.metadata.uid, history);
  const now = flatten(service);
  // Several ports must have names: one that we gave stays where a user had added a port when it was restored.
  const left = history.findLast(({ author, after }) => {
    return isController(author) && after?.metadata.uid === service.metadata.uid;
  });
  const areNamed = [service, left?.after].some((one) => objectsOf(at(one, 'spec', 'ports')).length > 1);
  const paths = [...new Set([...users.keys(), ...now.keys()])].filter((path) => {
    return judged.test(path) && !(areNamed && path.endsWith('].name'));
  });
  const wrong = paths.find((path) => !(users.get(path) ?? onlyAbsent).has(now.get(path)));
  return wrong === undefined
    ? undefined
    : `${wrong} is ${now.get(wrong)}, its users wrote ${[...(users.get(wrong) ?? onlyAbsent)].join(' or ')}`;
}

const judged =
  /^spec\.(type|loadBalancerIP|loadBalancerClass|selector|allocateLoadBalancerNodePorts|sessionAffinity$|externalTrafficPolicy|trafficDistribution)|^spec\.ports\[[^\]]*\]\.(?!nodePort)|^metadata\.(labels|annotations|finalizers)/;
const onlyAbsent: ReadonlySet<string | undefined> = new Set([undefined]);

function isWanted(service: ApiObject, state: ReadonlyMap<string, ApiObject>): boolean {
  const { namespace, name } = service.metadata;
  return [...state.values()].some((route) => {
    if (route.kind !== 'TCPRoute' && route.kind !== 'UDPRoute') return false;
    if (route.metadata.namespace !== namespace || !mayUpdate(route, (key) => state.get(key))) return false;
    return objectsOf(at(route, 'spec', 'rules')).some((rule) =>
      objectsOf(rule.backendRefs).some((ref) => ref.name === name),
    );
  });
}

/** All values that anybody but a controller ever gave to each path; `undefined` where it was not there. */
function valuesOfUsers(uid: string, history: readonly Entry[]): Map<string, Set<string | undefined>> {
  const values = new Map<string, Set<string | undefined>>();
  for (const { author, before, after } of history) {
    if (after?.metadata.uid !== uid || isController(author)) continue;
    const [old, now] = [flatten(before), flatten(after)];
    for (const path of new Set([...old.keys(), ...now.keys()])) {
      if (old.get(path) === now.get(path)) continue;
      // What a user changed later counts instead of what was there first.
      const known = values.get(path) ?? (before === undefined ? new Set() : new Set([undefined]));
      values.set(path, known.add(now.get(path)));
    }
  }
  return values;
}

function endOf(history: readonly Entry[]): number {
  return history.at(-1)?.at ?? 0;
}
