import { type ApiObject, at, isObject, type JsonObject, objectOf, stringOf } from '../../api-server/json.ts';
import { type Find, gatewaysOf } from './objects.ts';

const announcers = ['kube-vip', 'metallb', 'cilium', 'purelb', 'openelb', 'loxilb', 'none'];

/** The keys of a ConfigMap of parameters and their values, as the README has them; `undefined`: any name. */
const known: Readonly<Record<string, readonly string[] | undefined>> = {
  serviceBehaviour: ['auto', 'create', 'duplicate', 'update', 'aggregate'],
  announcer: announcers,
  externalTrafficPolicy: ['Cluster', 'Local'],
  loadBalancerClass: undefined,
  ipFamilies: ['auto', 'ipv4', 'ipv6', 'dual'],
  allocateLoadBalancerNodePorts: ['true', 'false'],
  sessionAffinity: ['None', 'ClientIP'],
  trafficDistribution: ['PreferClose', 'PreferSameZone', 'PreferSameNode'],
};

/** What a Gateway or a class takes as parameters; `unusable` where they are missing, unknown or bad. */
export function parametersOf(object: ApiObject | undefined, find: Find): JsonObject | 'unusable' {
  const named = at(object, 'spec', 'infrastructure', 'parametersRef') ?? at(object, 'spec', 'parametersRef');
  if (object === undefined || !isObject(named)) return {};
  const namespace = object.metadata.namespace ?? stringOf(named.namespace);
  const found = named.kind === 'ConfigMap' ? find(`ConfigMap/${namespace}/${stringOf(named.name)}`) : undefined;
  if (found === undefined) return 'unusable';
  const data = objectOf(found.data);
  const isGood = Object.entries(data).every(([key, value]) => {
    return key in known && (known[key]?.includes(stringOf(value)) ?? true);
  });
  return isGood ? data : 'unusable';
}

/** What holds for the Services of a Gateway: its own parameters come before those of its class. */
export function optionsOf(gateway: ApiObject | undefined, find: Find): JsonObject | 'unusable' {
  const own = parametersOf(gateway, find);
  const ofClass = parametersOf(find(`GatewayClass//${stringOf(at(gateway, 'spec', 'gatewayClassName'))}`), find);
  return own === 'unusable' || ofClass === 'unusable' ? 'unusable' : { ...ofClass, ...own };
}

/** Whether a route may be one that updates its backend, as things are: by its label, or by the parameters of a Gateway. */
export function mayUpdate(route: ApiObject, find: Find): boolean {
  const label = route.metadata.labels?.serviceBehaviour;
  if (label !== undefined) return label === 'update';
  return gatewaysOf(route, find).some((gateway) => {
    const options = optionsOf(find(gateway), find);
    // What was made by other parameters stays while these cannot be used.
    return options === 'unusable' || options.serviceBehaviour === 'update';
  });
}
