import type { BackendRef, Route } from '../objects/gateway-api.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import type { Service, ServicePort } from '../objects/service.ts';
import type { ClusterView, ServiceBehaviour, Settings } from '../objects/view.ts';
import { isGranted } from './grants.ts';
import { gatewayApiGroup, keyOf, nameOf, protocolOf, serviceKey } from './keys.ts';
import { isOwnService } from './own-service.ts';
import { ownPorts } from './service-update.ts';

export interface ResolvedBackend {
  readonly resolvedRefs: Verdict;
  /** Where the traffic goes on the pods; absent unless resolved. */
  readonly targetPort?: number | string;
  /** The Service that the backendRef names, where the behaviour needs one. */
  readonly original?: Service;
  /** The port of that Service. */
  readonly port?: ServicePort;
}

interface Question {
  readonly route: Route;
  readonly ref: BackendRef;
  readonly behaviour: ServiceBehaviour;
  readonly view: ClusterView;
  readonly settings: Settings;
}

/** The Service that a backendRef names. */
export function backendKey(route: Route, ref: BackendRef): ObjectKey<'Service'> {
  return serviceKey(ref.namespace ?? route.metadata.namespace, ref.name);
}

/** Finds what a backendRef leads to: ordered rules, the first that refuses decides. */
export function resolveBackend(question: Question): ResolvedBackend {
  const { route, ref, behaviour, view } = question;
  if (ref.group !== '' || ref.kind !== 'Service') {
    return refused('InvalidKind', `backendRef "${ref.name}" is a ${ref.kind}: only a Service can be a backend`);
  }
  const key = backendKey(route, ref);
  const forbiddenRef = judgeReference(route, ref, view);
  if (forbiddenRef !== undefined) return { resolvedRefs: forbiddenRef };
  const forbidden = view.unavailable('Service');
  if (forbidden !== undefined) return unknown(`Services cannot be read: ${forbidden}`);
  if (ref.port === undefined) return refused('BackendNotFound', `backendRef "${ref.name}" has no port`);
  if (behaviour === 'create') return { resolvedRefs: resolved(`target port ${ref.port}`), targetPort: ref.port };
  return resolveExisting(question, key, ref.port);
}

/** Why a route may not refer to a Service of another namespace; `undefined` where it may. */
function judgeReference(route: Route, ref: BackendRef, view: ClusterView): Verdict | undefined {
  const { namespace = route.metadata.namespace, name } = ref;
  if (namespace === route.metadata.namespace) return undefined;
  const from = { group: gatewayApiGroup, kind: route.kind, namespace: route.metadata.namespace };
  if (isGranted(from, { group: '', kind: 'Service', name }, view.grantsIn(namespace))) return undefined;
  const unknown = view.unavailable('ReferenceGrant');
  if (unknown !== undefined) {
    return { status: 'Unknown', reason: 'Pending', message: `ReferenceGrants cannot be read: ${unknown}` };
  }
  const message =
    `Service ${namespace}/${name} is in another namespace, and no ReferenceGrant in "${namespace}" lets a ` +
    `${route.kind} of "${route.metadata.namespace}" refer to it: add one`;
  return { status: 'False', reason: 'RefNotPermitted', message };
}

function resolveExisting(
  { route, ref, behaviour, view, settings }: Question,
  key: ObjectKey<'Service'>,
  port: number,
): ResolvedBackend {
  const broken = view.unreadable(key);
  if (broken !== undefined) return unknown(`Service ${nameOf(key)} cannot be read: ${broken}`);
  const original = view.get(key);
  if (original === undefined || original.metadata.deletionTimestamp !== undefined) {
    return refused('BackendNotFound', `Service ${nameOf(key)} does not exist: create it, or correct the backendRef`);
  }
  // What gets no traffic needs to be there, not to be fit for it.
  const unusable = ref.weight > 0 ? refuseService(original, behaviour, settings) : undefined;
  if (unusable !== undefined) return refused('UnsupportedValue', unusable);
  const protocol = protocolOf[route.kind];
  const found =
    findPort(original, port, protocol) ??
    (behaviour === 'aggregate' ? undefined : findTarget(original, port, protocol));
  if (found === undefined) {
    const ports = ownPorts(original)
      .map((own) => `${own.port}/${own.protocol}`)
      .join(', ');
    return refused(
      'BackendNotFound',
      `Service ${nameOf(key)} has no port ${port}/${protocol}; it has ${ports || 'none'}`,
    );
  }
  return { resolvedRefs: resolved(found.note), targetPort: targetOf(found.port), original, port: found.port };
}

function refuseService(service: Service, behaviour: ServiceBehaviour, settings: Settings): string | undefined {
  const name = nameOf(keyOf(service));
  if (isOwnService(service, settings))
    return `Service ${name} is a Gateway's own: name the Service with the pods instead`;
  if (service.spec.type === 'ExternalName') return `Service ${name} is of type ExternalName: it has no pods to send to`;
  if (behaviour === 'update' && service.spec.clusterIP === 'None') {
    const other = hasSelector(service) ? 'duplicate' : 'aggregate';
    return `Service ${name} is headless, which cannot become a LoadBalancer: use the behaviour ${other}`;
  }
  if (behaviour === 'duplicate' && !hasSelector(service)) {
    return `Service ${name} has no selector, so that a copy of it would have no endpoints: use the behaviour aggregate`;
  }
  return undefined;
}

/** Without one, the EndpointSlices are made by hand, or by another controller. */
export function hasSelector({ spec }: Service): boolean {
  return Object.keys(spec.selector ?? {}).length > 0;
}

interface FoundPort {
  readonly port: ServicePort;
  readonly note: string;
}

/** `backendRef.port` is a port of the Service; one that `update` added there goes again. */
function findPort(service: Service, port: number, protocol: string): FoundPort | undefined {
  const found = ownPorts(service).find((own) => own.port === port && own.protocol === protocol);
  return found && { port: found, note: `target port ${targetOf(found)}` };
}

/** The Go original took it for a target port, so the numeric target of exactly one port is still taken. */
function findTarget(service: Service, target: number, protocol: string): FoundPort | undefined {
  const [only, ...more] = ownPorts(service).filter((own) => own.protocol === protocol && own.targetPort === target);
  if (only === undefined || more.length > 0) return undefined;
  const name = nameOf(keyOf(service));
  return {
    port: only,
    note: `${target} is no port of Service ${name} but the target of its port ${only.port}: name ${only.port} instead`,
  };
}

export function targetOf(port: ServicePort): number | string {
  return port.targetPort ?? port.port;
}

function resolved(note: string): Verdict {
  return { status: 'True', reason: 'ResolvedRefs', message: `all references are resolved: ${note}` };
}

function refused(reason: string, message: string): ResolvedBackend {
  return { resolvedRefs: { status: 'False', reason, message } };
}

function unknown(message: string): ResolvedBackend {
  return { resolvedRefs: { status: 'Unknown', reason: 'Pending', message } };
}
