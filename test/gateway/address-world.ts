import type { ObjectKey } from '../../src/objects/keys.ts';
import type { Manifest } from './manifests.ts';
import { Simulation, type SimulationOptions } from './simulation.ts';

const listeners = [{ name: 'tcp', port: 8080, protocol: 'TCP' }];
const common: readonly Manifest[] = [
  {
    kind: 'GatewayClass',
    metadata: { name: 'l4' },
    spec: { controllerName: 'thebsdbox.co.uk/controller' },
  },
  pool('10.0.0.0/28'),
];

export function pool(cidr: string): Manifest {
  return { kind: 'ConfigMap', metadata: { name: 'ipam' }, data: { 'cidr-global': cidr } };
}

export function gateway(name: string, address?: string, metadata: object = {}): Manifest {
  const addresses = address === undefined ? {} : { addresses: [{ type: 'IPAddress', value: address }] };
  return {
    kind: 'Gateway',
    metadata: { name, ...metadata },
    spec: { gatewayClassName: 'l4', listeners, ...addresses },
  };
}

/** As the Go original leaves one. */
export function left(name: string, address: string, creationTimestamp: string): Manifest {
  return gateway(name, address, {
    labels: { 'ipam-address': address, implementation: 'thebsdbox' },
    creationTimestamp,
  });
}

/** The controller on these objects, a class and a pool, until it is at rest. */
export function simulate(
  manifests: readonly Manifest[],
  more: readonly string[] = [],
  rest: Partial<SimulationOptions> = {},
) {
  const simulation = new Simulation({ flags: ['-ipam-configmap', 'default/ipam', ...more], ...rest });
  for (const manifest of [...common, ...manifests]) simulation.put(manifest);
  return simulation.run();
}

export function programmed(simulation: Simulation, key: ObjectKey<'Gateway'>): string {
  const found = simulation.cluster.get(key)?.status.conditions.find(({ type }) => type === 'Programmed');
  return `${found?.status}/${found?.reason}: ${found?.message}`;
}
