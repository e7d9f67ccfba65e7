import type { Gateway, GatewayClass, ListenerSet, Route } from '../objects/gateway-api.ts';
import type { IPAddress } from '../objects/ip-address.ts';
import type { ObjectKey, RouteKind } from '../objects/keys.ts';
import type { Condition } from '../objects/kubernetes.ts';
import type { FollowedObject } from '../objects/view.ts';
import type { GatewayReport } from './gateway-status.ts';
import type { World } from './graph.ts';
import { type Happening, type Regarding, regardingOf } from './happening.ts';
import { isServiceKey, keyOf, nameOf } from './keys.ts';
import { ownerKey, releasedAt } from './ledger.ts';
import type { RouteReport } from './route-status.ts';
import { happeningsOfService } from './service-events.ts';

/** A write that the API server took: the object as we knew it when we decided, and as it is now. */
export interface WriteRecord {
  readonly key: ObjectKey;
  readonly before: FollowedObject | undefined;
  readonly after: FollowedObject | undefined;
}

export interface EventScope {
  readonly world: Pick<World, 'view' | 'settings'>;
  readonly reports: {
    gateway(key: ObjectKey<'Gateway'>): GatewayReport | undefined;
    route(key: ObjectKey<RouteKind>): RouteReport | undefined;
  };
}

/**
 * What a write has to tell. Only what it changed counts: where nothing changed nothing is written, so that a controller
 * that starts anew on a settled cluster tells nothing.
 */
export function happeningsOf({ key, before, after }: WriteRecord, scope: EventScope): readonly Happening[] {
  if (isServiceKey(key)) return happeningsOfService(serviceOf(before), serviceOf(after), scope.world);
  switch (after?.kind) {
    case 'Gateway':
      return before?.kind === 'Gateway' ? happeningsOfGateway(before, after, scope) : [];
    case 'TCPRoute':
    case 'UDPRoute':
      return before?.kind === after.kind ? happeningsOfRoute(before, after, scope) : [];
    case 'GatewayClass':
      return before?.kind === 'GatewayClass' ? happeningsOfAccepted(before, after) : [];
    case 'ListenerSet':
      return before?.kind === 'ListenerSet' ? happeningsOfAccepted(before, after) : [];
    case 'IPAddress':
      return before?.kind === 'IPAddress' ? happeningsOfEntry(before, after, scope) : [];
    default:
      return [];
  }
}

function serviceOf(object: FollowedObject | undefined): Extract<FollowedObject, { kind: 'Service' }> | undefined {
  return object?.kind === 'Service' ? object : undefined;
}

const conditionOf = (conditions: readonly Condition[], type: string): Condition | undefined =>
  conditions.find((candidate) => candidate.type === type);

function hasFlipped(before: Condition | undefined, after: Condition): boolean {
  return before?.status !== after.status || before.reason !== after.reason;
}

function happeningsOfGateway(before: Gateway, after: Gateway, { reports }: EventScope): readonly Happening[] {
  const regarding = regardingOf(after);
  const [old, now] = [before, after].map(({ status }) => status.addresses.map(({ value }) => value).join(', '));
  const assigned: Happening[] =
    now === '' || now === undefined || now === old
      ? []
      : [{ type: 'Normal', reason: 'AddressAssigned', action: 'Assign', note: `${now} is assigned`, regarding }];
  const accepted = conditionOf(after.status.conditions, 'Accepted');
  const invalid: Happening[] =
    accepted?.reason === 'ListenersNotValid' &&
    accepted.status === 'True' &&
    hasFlipped(conditionOf(before.status.conditions, 'Accepted'), accepted)
      ? [{ type: 'Warning', reason: accepted.reason, action: 'Accept', note: accepted.message, regarding }]
      : [];
  return [...assigned, ...invalid, ...programmedHappening(before, after, reports.gateway(keyOf(after)))];
}

/** `Pending` and `Invalid` are many things: then the state has the word. */
function programmedHappening(before: Gateway, after: Gateway, report: GatewayReport | undefined): readonly Happening[] {
  const programmed = conditionOf(after.status.conditions, 'Programmed');
  if (programmed === undefined) return [];
  const old = conditionOf(before.status.conditions, 'Programmed');
  const leaf = report?.state.split('.')[1] ?? programmed.reason;
  const isTold = hasFlipped(old, programmed) || (toldAnew.has(leaf) && old?.message !== programmed.message);
  if (!isTold || programmed.status === 'Unknown') return [];
  const isUnclear = programmed.reason === 'Pending' || programmed.reason === 'Invalid';
  const isOrdinary = programmed.status === 'True' || leaf === 'WaitingForAnnouncement';
  return [
    {
      type: isOrdinary ? 'Normal' : 'Warning',
      reason: isUnclear ? leaf : programmed.reason,
      action: 'Program',
      note: programmed.message,
      regarding: regardingOf(after),
    },
  ];
}

/** States in which a new message is news, although the condition's reason stays. */
const toldAnew: ReadonlySet<string> = new Set(['ServiceRefused', 'RecordFailed', 'OtherAddress']);

function happeningsOfRoute(before: Route, after: Route, { world, reports }: EventScope): readonly Happening[] {
  const regarding = regardingOf(after);
  const [old, now] = [before, after].map(({ status }) =>
    status.parents
      .filter(({ controllerName }) => controllerName === world.settings.controllerName)
      .flatMap(({ conditions }) => conditions),
  );
  const flips = ['Accepted', 'ResolvedRefs'].flatMap((type) => flipHappening(type, old ?? [], now ?? [], regarding));
  return [...flips, ...noteHappenings(old ?? [], reports.route(keyOf(after)), regarding)];
}

/** Of several parents, the first whose condition is another one now. */
function flipHappening(
  type: string,
  before: readonly Condition[],
  after: readonly Condition[],
  regarding: Regarding,
): readonly Happening[] {
  const old = before.filter((condition) => condition.type === type);
  const now = after.filter((condition) => condition.type === type);
  const flipped = now.find((condition, index) => condition.status !== 'Unknown' && hasFlipped(old[index], condition));
  if (flipped === undefined) return [];
  const isGood = flipped.status === 'True';
  if (isGood && !old.some(({ status }) => status === 'False')) return [];
  const action = type === 'Accepted' ? 'Accept' : 'Resolve';
  return [{ type: isGood ? 'Normal' : 'Warning', reason: flipped.reason, action, note: flipped.message, regarding }];
}

/** What no condition of a route is about, and its messages only say. */
function noteHappenings(
  before: readonly Condition[],
  report: RouteReport | undefined,
  regarding: Regarding,
): readonly Happening[] {
  if (report === undefined) return [];
  const { state, facts } = report;
  const isNew = (text: string): boolean => !before.some(({ message }) => message.includes(text));
  const warn = (reason: string, note: string): Happening => {
    return { type: 'Warning', reason, action: 'Serve', note, regarding };
  };
  const unlikeAsked = [
    ...facts.notes.filter(isNew).map((note) => warn('WeightNotHonoured', note)),
    ...facts.unreached.filter(isNew).map((note) => warn('EndpointsUnreached', note)),
  ];
  if (state === 'ListenerResolved.ServiceRefused') {
    const refusals = facts.services.flatMap(({ refusal }) => refusal ?? []);
    return [...unlikeAsked, ...refusals.filter(isNew).map((note) => warn('ServiceRefused', note))];
  }
  if (state !== 'ListenerResolved.ServedByOlder') return unlikeAsked;
  const note = `served by the older route ${facts.olders.map(nameOf).join(', ')}, this one takes over when that goes`;
  return isNew(note)
    ? [...unlikeAsked, { type: 'Normal', reason: 'ServedByOlder', action: 'Serve', note, regarding }]
    : unlikeAsked;
}

function happeningsOfAccepted<K extends GatewayClass | ListenerSet>(before: K, after: K): readonly Happening[] {
  return flipHappening('Accepted', before.status.conditions, after.status.conditions, regardingOf(after));
}

function happeningsOfEntry(before: IPAddress, after: IPAddress, { world }: EventScope): readonly Happening[] {
  if (releasedAt(after) === undefined || releasedAt(before) !== undefined) return [];
  const owner = ownerKey(after);
  const gateway = world.view.get(owner);
  const note = `Gateway ${nameOf(owner)} gave ${after.metadata.name} up: it is not handed out until its quarantine ends`;
  return [
    {
      type: 'Normal',
      reason: 'Quarantined',
      action: 'Release',
      note,
      regarding: regardingOf(after),
      ...(gateway && { related: regardingOf(gateway) }),
    },
  ];
}
