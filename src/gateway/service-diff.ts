import type { StringMap } from '../objects/kubernetes.ts';
import type { Ingress, Service, ServicePort } from '../objects/service.ts';
import { ingressToWrite, isOfFormerClass } from './announcement.ts';
import { announcerFor } from './announcers/index.ts';
import { isEqual } from './equal.ts';
import type { World } from './graph.ts';
import { gatewayApiGroup, keyOf, nameOf } from './keys.ts';
import { ownershipOf } from './ownership.ts';
import {
  type AggregateService,
  type DesiredService,
  desiredService,
  gatewayOfPlan,
  type WantedService,
} from './service-desired.ts';
import { hasChosenClass } from './service-extras.ts';
import type { ServicePlan } from './service-plan.ts';
import { portId, restorePatch } from './service-update.ts';

type Patch = Readonly<Record<string, unknown>>;

/** The one write that brings a Service closer to its plan. */
export type ServiceStep =
  | { readonly kind: 'none' }
  /** It has to wait for what somebody else does with the Service. */
  | { readonly kind: 'blocked'; readonly why: string }
  | { readonly kind: 'create'; readonly desired: DesiredService }
  | { readonly kind: 'patch'; readonly patch: Patch }
  /** An immutable field differs: delete, and create anew at the next step. */
  | { readonly kind: 'delete'; readonly why: string }
  | { readonly kind: 'restore'; readonly patch: Patch }
  /** Nobody else writes the ingress: the status to write. */
  | { readonly kind: 'ingress'; readonly status: Patch };

/** Compares what is there (`current`, as it is known now) with what is wanted: `none` at rest. */
export function stepTowards(plan: ServicePlan, current: Service | undefined, world: World): ServiceStep {
  return world.memo.once(plan, () => findStep(plan, current, world));
}

function findStep(plan: ServicePlan, current: Service | undefined, world: World): ServiceStep {
  if (plan.kind === 'keep') return { kind: 'none' };
  if (plan.kind === 'none') return stepAway(current, world);
  const why = current && obstacleTo(plan, current, world);
  if (why !== undefined) return { kind: 'blocked', why };
  const owned = current && ownershipOf(current, world.view, world.settings);
  const desired = desiredService(plan, current, world);
  if (current === undefined) {
    return plan.kind === 'want' && plan.leader.wish.behaviour === 'update'
      ? { kind: 'none' }
      : { kind: 'create', desired };
  }
  if (owned === 'made' && isPrimaryFamilyChanged(current, desired)) {
    return { kind: 'delete', why: 'the first IP family of a Service cannot be changed' };
  }
  if (owned === 'made' && isClassChanged(current, desired)) {
    return { kind: 'delete', why: 'the loadBalancerClass of a Service cannot be changed' };
  }
  const patch = patchTowards(current, desired);
  return patch === undefined ? stepOfIngress(current, plan, world) : { kind: 'patch', patch };
}

function obstacleTo(plan: ServicePlan, current: Service, world: World): string | undefined {
  const name = `Service ${nameOf(keyOf(current))}`;
  if (current.metadata.deletionTimestamp !== undefined) {
    return `${name} is being deleted: what takes its place has to wait until it is gone`;
  }
  return isStrangers(plan, current, world) ? `${name} is there and not ours: it is left alone; delete it` : undefined;
}

/** Whether somebody else has both names of a Gateway's own Service. */
export function isStrangers({ kind }: ServicePlan, current: Service, { view, settings }: World): boolean {
  return kind === 'aggregate' && ownershipOf(current, view, settings) === 'foreign';
}

/** Once the Service is as it should be. An ingress that we wrote for a former announcer `none` is the next one's. */
function stepOfIngress(current: Service, plan: WantedService | AggregateService, world: World): ServiceStep {
  if (announcerFor(gatewayOfPlan(plan), world).writesIngress !== true) return { kind: 'none' };
  return ingressStep(ingressToWrite(current, plan.addresses)) ?? { kind: 'none' };
}

function ingressStep(ingress: readonly Ingress[] | undefined): ServiceStep | undefined {
  return ingress && { kind: 'ingress', status: { loadBalancer: { ingress: ingress.length === 0 ? null : ingress } } };
}

function stepAway(current: Service | undefined, world: World): ServiceStep {
  if (current === undefined || current.metadata.deletionTimestamp !== undefined) return { kind: 'none' };
  switch (ownershipOf(current, world.view, world.settings)) {
    case 'foreign':
      return { kind: 'none' };
    case 'made':
      return { kind: 'delete', why: 'no route wants it any more' };
    case 'updated': {
      const ingress = ingressStep(ingressToWrite(current, []));
      if (ingress !== undefined) return ingress;
      const patch = restorePatch(current);
      return patch === undefined ? { kind: 'none' } : { kind: 'restore', patch };
    }
  }
}

function isPrimaryFamilyChanged(current: Service, desired: DesiredService): boolean {
  const families = desired.spec.ipFamilies;
  return Array.isArray(families) && families[0] !== current.spec.ipFamilies[0];
}

/** Whether another announcer, or the options of the Gateway, want another class than before, or none. */
function isClassChanged(current: Service, { metadata, spec }: DesiredService): boolean {
  const wanted = stringOf(spec.loadBalancerClass);
  if (isOfFormerClass(current, wanted)) return true;
  const isChosen = hasChosenClass(current.metadata.annotations) || hasChosenClass(metadata.annotations);
  return isChosen && (wanted ?? '') !== (current.spec.loadBalancerClass ?? '');
}

/** A JSON merge patch of the differing fields that are ours; `undefined` where none differs. */
function patchTowards(current: Service, desired: DesiredService): Patch | undefined {
  const { managedLabels = [], managedAnnotations = [] } = desired.metadata;
  const metadata = compact({
    labels: mapPatch(current.metadata.labels, desired.metadata.labels, managedLabels),
    annotations: mapPatch(current.metadata.annotations, desired.metadata.annotations, managedAnnotations),
    ownerReferences: ownersPatch(current, desired),
  });
  const spec = compact(specPatch(current, desired));
  const patch = compact({ metadata, spec });
  return patch;
}

function specPatch(current: Service, desired: DesiredService): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  const there: Readonly<Record<string, unknown>> = { ...current.spec };
  for (const [field, want] of Object.entries(desired.spec)) {
    if (field === 'ports' || field === 'selector' || isEqual(there[field] ?? null, want)) continue;
    patch[field] = want;
  }
  const selector = desired.spec.selector;
  if (isStringMap(selector)) {
    patch.selector = mapPatch(current.spec.selector ?? {}, selector, Object.keys(current.spec.selector ?? {}));
  }
  if (!isEqual(current.spec.ports.map(comparable), desired.spec.ports.map(comparable))) {
    patch.ports = desired.spec.ports.map((port) => keepNodePort(port, current));
  }
  return patch;
}

function comparable(port: ServicePort): unknown {
  return [port.name ?? '', port.port, port.protocol, port.targetPort ?? port.port, port.appProtocol];
}

function keepNodePort(port: ServicePort, current: Service): ServicePort {
  const nodePort = current.spec.ports.find((own) => portId(own) === portId(port))?.nodePort;
  return port.nodePort !== undefined || nodePort === undefined ? port : { ...port, nodePort };
}

/** Changes and additions; of the `managed` keys also what is there and no longer wanted (as `null`). */
function mapPatch(current: StringMap, wanted: StringMap, managed: readonly string[]): Patch | undefined {
  const patch: Record<string, string | null> = {};
  for (const [key, value] of Object.entries(wanted)) if (current[key] !== value) patch[key] = value;
  for (const key of managed) if (key in current && !(key in wanted)) patch[key] = null;
  return compact(patch);
}

function ownersPatch(current: Service, desired: DesiredService): unknown {
  const wanted = desired.metadata.ownerReferences;
  if (wanted === undefined) return undefined;
  const isRoute = (apiVersion: string): boolean => apiVersion.startsWith(`${gatewayApiGroup}/`);
  const there = current.metadata.ownerReferences.filter((owner) => isRoute(owner.apiVersion));
  const identity = (owner: (typeof wanted)[number]): string => `${owner.kind}/${owner.name}/${owner.uid}`;
  if (isEqual(there.map(identity).toSorted(), wanted.map(identity).toSorted())) return undefined;
  return [...current.metadata.ownerReferences.filter((owner) => !isRoute(owner.apiVersion)), ...wanted];
}

function compact(patch: Readonly<Record<string, unknown>>): Patch | undefined {
  const entries = Object.entries(patch).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isStringMap(value: unknown): value is StringMap {
  return typeof value === 'object' && value !== null;
}

/** The whole object to create. */
export function serviceManifest(namespace: string, name: string, desired: DesiredService): Patch {
  const { managedLabels: _labels, managedAnnotations: _annotations, ...metadata } = desired.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name, ...metadata },
    spec: desired.spec,
  };
}
