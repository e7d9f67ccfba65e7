import { type ApiObject, type JsonObject, objectsOf, stringOf } from '../../api-server/json.ts';
import { alien, infra, paths, service } from '../manifests.ts';
import { pick } from '../random.ts';
import type { Cluster } from '../world.ts';
import { type Choice, namespaceOf, type Operation, user } from './choices.ts';

export const serviceOperations = {
  'create Service': (world, choice) => {
    const name = serviceName(choice);
    world.call(user, 'POST', paths.services(namespaceOf(choice)), service(namespaceOf(choice), name, choice.what));
  },
  'edit Service': (world, choice) => editService(world, choice),
  'delete Service': (world, choice) => {
    world.call(user, 'DELETE', `${paths.services(namespaceOf(choice))}/${serviceName(choice)}`);
  },
  'create LoadBalancer of others': (world, { which, what }) => {
    world.call('stranger', 'POST', paths.services(infra), alien(`alien-${which % 3}`, what));
  },
  'delete LoadBalancer of others': (world, { which }) => {
    world.call('stranger', 'DELETE', `${paths.services(infra)}/alien-${which % 3}`);
  },
} as const satisfies Record<string, Operation>;

/** Reads, changes and writes as kubectl does: one port of the user's own comes, goes or gets another target. */
function editService(world: Cluster, choice: Choice): void {
  const own = world.all('Service').filter(({ metadata: { name } }) => /^svc-\d$/.test(name));
  const current = pick(own, choice.which);
  if (current === undefined) return;
  const { namespace = '', name } = current.metadata;
  const copy = structuredClone(current) as ApiObject & { spec: { ports: JsonObject[] } };
  const first = objectsOf(copy.spec.ports).find(({ port, protocol }) => port === 80 && protocol === 'TCP');
  const extra = copy.spec.ports.findIndex((port) => stringOf(port.name) === 'extra');
  if (choice.what % 3 === 0 && first !== undefined) first.targetPort = 8000 + (choice.what % 7);
  else if (choice.what % 3 === 1) copy.metadata.labels = { ...copy.metadata.labels, tier: `t${choice.what % 4}` };
  else if (extra >= 0) copy.spec.ports.splice(extra, 1);
  else if (copy.spec.ports.every((port) => stringOf(port.name) !== '')) {
    copy.spec.ports.push({ name: 'extra', port: 9000, targetPort: 9000, protocol: 'TCP' });
  }
  world.call(user, 'PUT', `${paths.services(namespace)}/${name}`, copy);
}

function serviceName({ which }: Choice): string {
  return `svc-${(which >> 5) % 3}`;
}
