import type { RouteFacts } from '../objects/facts.ts';
import type { Route, RouteParentStatus } from '../objects/gateway-api.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import type { RouteState } from '../objects/states.ts';
import type { ParentVerdict } from '../objects/verdicts.ts';
import type { Settings } from '../objects/view.ts';
import { addNote, condition, mergeConditions, mergeInPlace, type Stamp } from './conditions.ts';
import { isEqual } from './equal.ts';
import { isListenerSetKey, kindOf, nameOf } from './keys.ts';

export interface RouteReport {
  readonly state: RouteState;
  readonly facts: RouteFacts;
}

/** How many entries `status.parents` holds, those of all controllers together (Gateway API, RouteStatus). */
const mostParents = 32;

/**
 * `status.parents` to write: one entry per parentRef of ours, as many as there is room for, those of other controllers
 * untouched, all in their places. `undefined` where this state writes none.
 */
export function routeStatus(
  route: Route,
  report: RouteReport,
  settings: Settings,
  stamp: Stamp,
): Route['status'] | undefined {
  if (writesNothing.has(report.state)) return undefined;
  const isOurs = (entry: RouteParentStatus): boolean => entry.controllerName === settings.controllerName;
  const current = route.status.parents.filter(isOurs);
  const ours = report.facts.parents.flatMap((parent): RouteParentStatus[] => {
    const old = current.find((entry) => isEqual(entry.parentRef, parent.ref));
    if (parent.standing === 'waiting') return old === undefined ? [] : [old];
    const accepted = acceptedOf(parent, old !== undefined, report);
    if (accepted === undefined) return [];
    const wanted = [condition('Accepted', accepted), condition('ResolvedRefs', report.facts.resolvedRefs)];
    return [
      {
        parentRef: parent.ref,
        controllerName: settings.controllerName,
        conditions: mergeConditions(old?.conditions ?? [], wanted, stamp),
      },
    ];
  });
  const shown = fit(ours, current, mostParents - (route.status.parents.length - current.length));
  const isWanted = (entry: RouteParentStatus, index: number): boolean => {
    const isFirst = route.status.parents.findIndex((other) => isSameEntry(entry, other)) === index;
    return isFirst && shown.some((want) => isSameEntry(entry, want));
  };
  const kept = route.status.parents.filter((entry, index) => !isOurs(entry) || isWanted(entry, index));
  return { parents: mergeInPlace(kept, shown, isSameEntry) };
}

/**
 * The first entries, where there is no room for all; the last that is told anew says how many are missing.
 * @param current entries as they stand: one that is still the same is left as it is.
 */
function fit(
  entries: readonly RouteParentStatus[],
  current: readonly RouteParentStatus[],
  room: number,
): readonly RouteParentStatus[] {
  const missing = entries.length - room;
  if (missing <= 0) return entries;
  const shown = entries.slice(0, room);
  const last = shown.findLast((entry) => !current.includes(entry));
  const note = `${missing} more parentRefs are not shown: status.parents holds at most ${mostParents} entries`;
  return shown.map((entry) => (entry === last ? withNote(entry, note) : entry));
}

function withNote(entry: RouteParentStatus, note: string): RouteParentStatus {
  return {
    ...entry,
    conditions: entry.conditions.map((told) => (told.type === 'Accepted' ? addNote(told, note) : told)),
  };
}

function isSameEntry(a: RouteParentStatus, b: RouteParentStatus): boolean {
  return a.controllerName === b.controllerName && isEqual(a.parentRef, b.parentRef);
}

/** Steps on the way that are left within milliseconds, and states in which we may not write. */
const writesNothing: ReadonlySet<RouteState> = new Set<RouteState>([
  'Pending.Starting',
  'Pending.WaitingForRecord',
  'ListenerResolved.WritingService',
  'Unreadable',
  'Removing',
  'Removed',
]);

function acceptedOf(parent: ParentVerdict, hadEntry: boolean, report: RouteReport): Verdict | undefined {
  if (parent.standing === 'foreign') return undefined;
  if (parent.standing === 'absent') {
    return hadEntry ? { status: 'False', reason: 'NoMatchingParent', message: absentParent(parent) } : undefined;
  }
  const accepted = parent.accepted;
  if (accepted === undefined || accepted.status !== 'True') return accepted;
  return { ...accepted, message: [accepted.message, ...notesOf(report)].join('; ') };
}

/** What stands between an accepted route and its traffic, where no condition of its own says so. */
export function notesOf({ state, facts }: RouteReport): readonly string[] {
  switch (state) {
    case 'Pending.WaitingForAddress':
      return acceptingGateways(facts).map(
        (name) => `Gateway ${name} has no address yet: its condition Programmed says why`,
      );
    case 'ListenerResolved.ServedByOlder':
      return [`served by the older route ${facts.olders.map(nameOf).join(', ')}, this one takes over when that goes`];
    case 'ListenerResolved.Withheld':
      return facts.withheld === undefined ? [] : [facts.withheld];
    case 'ListenerResolved.ServiceRefused':
      return facts.services.flatMap(({ refusal }) => refusal ?? []);
    default:
      return [...sharingNote(facts), ...facts.notes, ...facts.unreached];
  }
}

function acceptingGateways({ parents }: RouteFacts): readonly string[] {
  const accepting = parents.filter(({ accepted }) => accepted?.status === 'True');
  return [...new Set(accepting.flatMap(({ gateway }) => (gateway === undefined ? [] : [nameOf(gateway)])))];
}

function sharingNote({ olders }: RouteFacts): readonly string[] {
  if (olders.length === 0) return [];
  return [`where they share a listener, the older route ${olders.map(nameOf).join(', ')} serves`];
}

/** What is missing: the parent itself, or the Gateway of the ListenerSet. */
export function absentParent({ parent, gateway }: ParentVerdict): string {
  const missing = gateway ?? parent;
  const isSet = isListenerSetKey(missing);
  return `${kindOf(missing)} ${nameOf(missing)} does not exist${isSet ? ', or its parentRef names no Gateway' : ''}`;
}
