import { routeFacts } from '../../src/gateway/route-facts.ts';
import type { ResultEvent } from '../../src/objects/facts.ts';
import type { Manifest } from '../gateway/manifests.ts';
import {
  address,
  gateway,
  gatewayClass,
  pinnedGateway,
  readySlice,
  route,
  type Situation,
  wantedService,
  withIngress,
  worldOf,
} from './worlds.ts';

const ours = gatewayClass();
const base = [ours, pinnedGateway()];
const routed = [...base, route()];
const service = wantedService('Service/default/web', worldOf({ manifests: routed, holder: 'gw' }));
const copied = (spec: object = {}): Manifest => route(spec, { labels: { serviceBehaviour: 'duplicate' } });
const rules = (backendRef: object): object => ({
  rules: [{ backendRefs: [{ name: 'web', port: 80, ...backendRef }] }],
});
const users: Manifest = {
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
};
const external: Manifest = { ...users, spec: { type: 'ExternalName', ports: [{ port: 80 }] } };
const older = route({}, { name: 'older', creationTimestamp: '2025-01-01T00:00:00Z' });
const to = (ref: object): object => ({ parentRefs: [{ name: 'gw', ...ref }] });

const aggregating = { labels: { serviceBehaviour: 'aggregate' } };
const aggregated = [...base, users, route({}, aggregating)];
const ownService = wantedService('Service/default/gw-l4', worldOf({ manifests: aggregated, holder: 'gw' }));
const halved = [
  ...base,
  users,
  route(
    {
      rules: [
        {
          backendRefs: [
            { name: 'web', port: 80 },
            { name: 'none', port: 80 },
          ],
        },
      ],
    },
    aggregating,
  ),
];

/** What a route may be found in; its Gateway `gw` holds the address unless it says otherwise. */
export const routeSituations: Readonly<Record<string, Situation>> = {
  'has beside its backend one of weight 0 that is not there': {
    manifests: [
      ...base,
      users,
      copied({
        rules: [
          {
            backendRefs: [
              { name: 'none', port: 80, weight: 0 },
              { name: 'web', port: 80 },
            ],
          },
        ],
      }),
    ],
  },
  'cannot be decoded': { manifests: [...base, route({ parentRefs: 'gw' })] },
  'is deleted, its Service is there': { manifests: [...base, service] },
  'is deleted': { manifests: base },
  'names no Gateway that is there': { manifests: [ours, route()] },
  'names a Gateway whose class is not there': { manifests: [pinnedGateway(), route()] },
  'names a Gateway of another class': {
    manifests: [gatewayClass({ controllerName: 'a.example/b' }), ...routed.slice(1)],
  },
  'names a listener that is not there': { manifests: [...base, route(to({ sectionName: 'none' }))] },
  'is in a namespace that is not allowed': {
    manifests: [...base, route(to({ namespace: 'default' }), { namespace: 'elsewhere' }), route(to({ port: 1 }))],
  },
  'names a listener whose namespaces cannot be read': {
    manifests: [
      ours,
      pinnedGateway({
        listeners: [
          {
            name: 'tcp',
            port: 8080,
            protocol: 'TCP',
            allowedRoutes: { namespaces: { from: 'Selector', selector: {} } },
          },
        ],
      }),
      route(),
    ],
    unavailable: ['Namespace'],
  },
  'names a listener of another protocol': {
    manifests: [ours, pinnedGateway({ listeners: [{ name: 'udp', port: 1, protocol: 'UDP' }] }), route()],
  },
  'asks for an unknown behaviour': { manifests: [...base, route({}, { labels: { serviceBehaviour: 'nonsense' } })] },
  'has a Gateway whose address is not recorded': {
    manifests: [ours, gateway(), route()],
    holder: 'gw',
    ledger: 'none',
  },
  'has a Gateway without address': { manifests: [ours, gateway(), route()], holder: 'other' },
  'names a backend of another kind': { manifests: [...base, route(rules({ kind: 'Pod' }))] },
  'names a backend in another namespace': { manifests: [...base, route(rules({ namespace: 'elsewhere' }))] },
  'names a Service that is not there': { manifests: [...base, copied()] },
  'names a Service that cannot be copied': { manifests: [...base, copied(), external] },
  'names a Service that cannot be read': { manifests: routed, unavailable: ['Service'] },
  'names a Service that is not ours': { manifests: [...routed, users] },
  'shares its listener with an older route': { manifests: [...routed, older] },
  'is served over the own Service of its Gateway, which is not written': { manifests: aggregated },
  'is served over the own Service of its Gateway': { manifests: [...aggregated, ownService] },
  'has one backend of two under aggregate': { manifests: [...halved, ownService] },
  'has a Service of its own, and is to be served over that of its Gateway': { manifests: [...aggregated, service] },
  'has a Gateway that is refused for its parameters': {
    manifests: [
      ours,
      pinnedGateway({ infrastructure: { parametersRef: { group: '', kind: 'ConfigMap', name: 'x' } } }),
      route(),
    ],
  },
  'has a Service that is not written': { manifests: routed },
  'has a Service that is refused': { manifests: routed, refusal: 'quota exceeded' },
  'has a Service without endpoints': { manifests: [...routed, service] },
  'has a Service whose endpoints cannot be read': { manifests: [...routed, service], unavailable: ['EndpointSlice'] },
  'has a Service that is ready and not announced': { manifests: [...routed, service, readySlice] },
  'has a Service with another ingress': { manifests: [...routed, withIngress(service, '10.9.9.9'), readySlice] },
  'has a Service that is announced': { manifests: [...routed, withIngress(service, address), readySlice] },
};

export const routeObserved = Object.values(routeSituations).map((situation) => ({
  type: 'Observed',
  facts: routeFacts('TCPRoute/default/web', 'tcproute-web', worldOf({ holder: 'gw', ...situation })),
}));

export const routeResults: readonly ResultEvent[] = [
  { type: 'Written', what: 'route-status', isKept: true },
  { type: 'Written', what: 'service', isKept: true },
  { type: 'WriteFailed', what: 'service', message: 'service was refused' },
  { type: 'RetryDue', what: 'service' },
];
