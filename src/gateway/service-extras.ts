import type { StringMap } from '../objects/kubernetes.ts';
import type { Service } from '../objects/service.ts';
import type { Extras } from './gateway-extras.ts';
import { annotations } from './names.ts';
import { type OriginalRecord, withAffinity } from './service-update.ts';

/** What we put on an object for its Gateway, by key: it goes again when the Gateway does not want it any more. */
interface Placed {
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
  readonly spec: readonly string[];
}

/** What is to stand on a Service for its Gateway, with our note of it. */
export interface Addition extends Extras {
  /** Keys that go, where they are there. */
  readonly stale: Pick<Placed, 'labels' | 'annotations'>;
}

/** What the API server makes of these fields where nobody says anything, and we for the Services that we make. */
const unset: Extras['spec'] = {
  externalTrafficPolicy: 'Cluster',
  loadBalancerClass: null,
  allocateLoadBalancerNodePorts: false,
  sessionAffinity: 'None',
  sessionAffinityConfig: null,
  trafficDistribution: null,
};

/** For a Service that we make. `base` is what its fields are without the Gateway's options. */
export function addToOwn(extras: Extras, current: Service | undefined, base: Extras['spec']): Addition {
  const earlier = placedOn(current);
  const gone = without(earlier.spec, extras.spec);
  const defaults = Object.fromEntries(gone.map((field) => [field, base[field] ?? unset[field] ?? null]));
  return {
    labels: extras.labels,
    annotations: { ...extras.annotations, ...noteOf(extras) },
    spec: { ...defaults, ...extras.spec },
    stale: staleOf(earlier, extras),
  };
}

/** For a user's own Service: fields that are set, those that come back, and what was before, for the record. */
export function addFields(
  extras: Extras,
  current: Service,
  known: OriginalRecord['fields'] = {},
): { readonly spec: Extras['spec']; readonly record: Pick<OriginalRecord, 'fields'> } {
  const there: Extras['spec'] = { ...current.spec };
  const gone = without(placedOn(current).spec, extras.spec);
  const back = Object.fromEntries(gone.map((field) => [field, known[field] ?? null]));
  const fields = Object.fromEntries(
    Object.keys(extras.spec).map((field) => [field, field in known ? known[field] : (there[field] ?? null)]),
  );
  return {
    spec: { ...withAffinity(back), ...extras.spec },
    record: Object.keys(fields).length > 0 ? { fields } : {},
  };
}

/**
 * Why the class that is wanted cannot be had by a Service that is a LoadBalancer already: it cannot be changed there.
 * Our own are made anew instead.
 */
export function refuseChosenClass(current: Service, extras: Extras): string | undefined {
  if (current.spec.type !== 'LoadBalancer') return undefined;
  const there = current.spec.loadBalancerClass;
  const wanted = extras.spec.loadBalancerClass;
  if (wanted === there || (wanted === undefined && !placedOn(current).spec.includes('loadBalancerClass'))) {
    return undefined;
  }
  const { namespace, name } = current.metadata;
  return (
    `Service ${namespace}/${name} is a LoadBalancer of class ${nameClass(there)}, which cannot become ` +
    `${nameClass(wanted)}: make it a ClusterIP first, or use another behaviour than update`
  );
}

function nameClass(name: unknown): string {
  return typeof name === 'string' ? `"${name}"` : 'none';
}

/** What our note among these annotations says that we put there, and is not wanted any more; the note too, where none is. */
export function staleIn(marks: StringMap, wanted: Pick<Extras, 'labels' | 'annotations'>): Addition['stale'] {
  const stale = staleOf(placedIn(marks), wanted);
  const isNoteLeft = annotations.placed in marks && !(annotations.placed in wanted.annotations);
  return { ...stale, annotations: [...stale.annotations, ...(isNoteLeft ? [annotations.placed] : [])] };
}

function staleOf(earlier: Placed, extras: Pick<Extras, 'labels' | 'annotations'>): Addition['stale'] {
  return {
    labels: without(earlier.labels, extras.labels),
    annotations: without(earlier.annotations, extras.annotations),
  };
}

function without(keys: readonly string[], taken: Readonly<Record<string, unknown>>): readonly string[] {
  return keys.filter((key) => !Object.hasOwn(taken, key));
}

/** Whether the class of a Service with these annotations is one that a Gateway's options chose. */
export function hasChosenClass(marks: StringMap): boolean {
  return placedIn(marks).spec.includes('loadBalancerClass');
}

/** What we put there by these extras, as an annotation; none for nothing. */
export function noteOf(extras: Extras): StringMap {
  const placed: Placed = {
    labels: Object.keys(extras.labels).toSorted(),
    annotations: Object.keys(extras.annotations).toSorted(),
    spec: Object.keys(extras.spec).toSorted(),
  };
  const isEmpty = Object.values(placed).every((keys) => keys.length === 0);
  return isEmpty ? {} : { [annotations.placed]: JSON.stringify(placed) };
}

function placedOn(service: Service | undefined): Placed {
  return placedIn(service?.metadata.annotations ?? {});
}

function placedIn(marks: StringMap): Placed {
  try {
    const placed: Partial<Placed> = JSON.parse(marks[annotations.placed] ?? '{}');
    return { labels: keysIn(placed.labels), annotations: keysIn(placed.annotations), spec: keysIn(placed.spec) };
  } catch {
    return { labels: [], annotations: [], spec: [] };
  }
}

function keysIn(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.filter((key) => typeof key === 'string') : [];
}
