import { at, objectOf, objectsOf, stringOf } from '../api-server/json.ts';
import { addressesAnnotated, addressesAsked, annotation, marks } from './checker/objects.ts';
import { paths } from './manifests.ts';
import type { Cluster, World } from './world.ts';

const slicesMs = 40;
const announceMs = 300;

/**
 * The parts of a cluster that are neither the controller nor a user: endpoints for every Service with a selector, and
 * an announcer that puts the address that a LoadBalancer asks for into its ingress.
 */
export function startAgents(world: World): void {
  world.server.store.listen((shelf, { type, current }) => {
    if (shelf.kind.kind !== 'Service' || type === 'DELETED') return;
    const { namespace = '', name, uid } = current.object.metadata;
    if (type === 'ADDED') world.clock.after(slicesMs, () => makeSlice(world, namespace, name));
    world.clock.after(announceMs, () => announce(world, namespace, name, uid));
  });
}

/** Endpoints for a Service with a selector. */
export function makeSlice(world: Cluster, namespace: string, name: string): void {
  const service = world.find('Service', namespace, name);
  if (service === undefined || Object.keys(objectOf(at(service, 'spec', 'selector'))).length === 0) return;
  const { uid } = service.metadata;
  world.call('agents', 'POST', paths.slices(namespace), {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace,
      name: `${name}-${uid.slice(-6)}`,
      labels: { 'kubernetes.io/service-name': name },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name, uid }],
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['192.0.2.1'], conditions: { ready: name !== 'svc-2' } }],
    ports: [{ port: 8000, protocol: 'TCP' }],
  });
}

/** Puts the addresses that a LoadBalancer asks for into its ingress, unless the controller does that itself. */
export function announce(world: Cluster, namespace: string, name: string, uid: string): void {
  const service = world.find('Service', namespace, name);
  if (service?.metadata.uid !== uid || at(service, 'spec', 'type') !== 'LoadBalancer') return;
  const named = addressesAnnotated(service);
  const wanted = named.length > 0 ? named : addressesAsked(service);
  const there = objectsOf(at(service, 'status', 'loadBalancer', 'ingress')).map(({ ip }) => stringOf(ip));
  if (wanted.length === 0 || wanted.join() === there.join()) return;
  if (annotation(service, marks.announcer) === 'none') return;
  const ingress = wanted.map((ip) => ({ ip, ipMode: 'VIP' }));
  world.patch('agents', `${paths.services(namespace)}/${name}/status`, { status: { loadBalancer: { ingress } } });
}
