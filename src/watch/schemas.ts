import * as z from 'zod';
import { list, stringMap } from './containers.ts';
import { condition, word } from './word.ts';

/**
 * What we read of each kind, and nothing more: the rest is dropped here, so that the cache keeps only what decisions
 * need. Defaults are those of the API.
 */

/** kubectl's copy of the whole object: as large as the object, and nobody decides from it. */
const appliedCopy = 'kubectl.kubernetes.io/last-applied-configuration';

const annotationMap = stringMap.transform((map) => {
  if (!(appliedCopy in map)) return map;
  const { [appliedCopy]: _applied, ...others } = map;
  return others;
});

const metadata = z.object({
  name: z.string().min(1),
  namespace: z.string().default(''),
  uid: z.string().default(''),
  resourceVersion: z.string().default(''),
  generation: z.number().default(0),
  creationTimestamp: word.default(''),
  deletionTimestamp: z.string().optional(),
  labels: stringMap,
  annotations: annotationMap,
  ownerReferences: list(
    z.object({
      apiVersion: word,
      kind: word,
      name: z.string(),
      uid: z.string(),
      controller: z.boolean().optional(),
      blockOwnerDeletion: z.boolean().optional(),
    }),
  ),
});

/** Enough to name an object whose whole cannot be decoded. */
export const identity = z.object({
  metadata: metadata.pick({ name: true, namespace: true, uid: true, resourceVersion: true }),
});

const parametersRef = z.object({
  group: word.default(''),
  kind: z.string(),
  name: z.string(),
  namespace: z.string().optional(),
});

/** Before v1.2 of the API it was a bare name. */
const supportedFeature = z.union([z.object({ name: z.string() }), z.string().transform((name) => ({ name }))]);

export const gatewayClass = z.object({
  metadata: metadata.extend({ finalizers: list(z.string()) }),
  spec: z.object({ controllerName: z.string(), parametersRef: parametersRef.optional() }),
  status: z
    .object({ conditions: list(condition), supportedFeatures: z.array(supportedFeature).optional() })
    .default({ conditions: [] }),
});

const routeGroupKind = z.object({ group: word.default('gateway.networking.k8s.io'), kind: z.string() });

const labelSelector = z.object({
  matchLabels: stringMap,
  matchExpressions: list(z.object({ key: z.string(), operator: z.string(), values: list(z.string()) })),
});

const fromNamespaces = z.object({ from: z.string().optional(), selector: labelSelector.optional() });

const allowedRoutes = z
  .object({
    namespaces: fromNamespaces.optional(),
    kinds: z.array(routeGroupKind).optional(),
  })
  .optional()
  .transform((allowed) => ({
    from: allowed?.namespaces?.from ?? 'Same',
    selector: allowed?.namespaces?.selector,
    kinds: allowed?.kinds,
  }));

const listener = z.object({
  name: z.string(),
  port: z.number(),
  protocol: z.string(),
  hostname: z.string().optional(),
  allowedRoutes,
});

const allowedListeners = z
  .object({ namespaces: fromNamespaces.optional() })
  .optional()
  .transform((allowed) => ({
    from: allowed?.namespaces?.from ?? 'None',
    selector: allowed?.namespaces?.selector,
  }));

const listenerStatuses = list(
  z.object({
    name: z.string(),
    supportedKinds: list(routeGroupKind),
    attachedRoutes: z.number().default(0),
    conditions: list(condition),
  }),
);

const address = z
  .object({ type: z.string().optional(), value: z.string().optional() })
  .transform(({ type, value }) => ({ type: type ?? 'IPAddress', value: value ?? '' }));

export const gateway = z.object({
  metadata,
  spec: z.object({
    gatewayClassName: z.string(),
    listeners: list(listener),
    allowedListeners,
    addresses: list(address),
    infrastructure: z
      .object({ labels: stringMap, annotations: stringMap, parametersRef: parametersRef.optional() })
      .default({ labels: {}, annotations: {} }),
  }),
  status: z
    .object({
      addresses: list(address),
      conditions: list(condition),
      listeners: listenerStatuses,
      attachedListenerSets: z.number().optional(),
    })
    .default({ addresses: [], conditions: [], listeners: [] }),
});

/** Kept as written: it is copied into the status verbatim. */
const parentRef = z.object({
  group: word.optional(),
  kind: z.string().optional(),
  namespace: z.string().optional(),
  name: z.string(),
  sectionName: z.string().optional(),
  port: z.number().optional(),
});

export const listenerSet = z.object({
  metadata,
  spec: z.object({ parentRef, listeners: list(listener) }),
  status: z
    .object({ conditions: list(condition), listeners: listenerStatuses })
    .default({ conditions: [], listeners: [] }),
});

const backendRef = z.object({
  group: word.default(''),
  kind: z.string().default('Service'),
  namespace: z.string().optional(),
  name: z.string(),
  port: z.number().optional(),
  weight: z.number().default(1),
});

export const route = z.object({
  apiVersion: z.string().transform((text) => text.split('/').at(-1) ?? text),
  metadata,
  spec: z
    .object({ parentRefs: list(parentRef), rules: list(z.object({ backendRefs: list(backendRef) })) })
    .default({ parentRefs: [], rules: [] }),
  status: z
    .object({
      parents: list(z.object({ parentRef, controllerName: word, conditions: list(condition) })),
    })
    .default({ parents: [] }),
});

const grantEnd = z.object({ group: word.default(''), kind: z.string() });

export const referenceGrant = z.object({
  metadata,
  spec: z.object({
    from: list(grantEnd.extend({ namespace: z.string() })),
    to: list(grantEnd.extend({ name: z.string().optional() })),
  }),
});

const servicePort = z.object({
  name: z.string().optional(),
  port: z.number(),
  protocol: z.string().default('TCP'),
  targetPort: z.union([z.number(), z.string()]).optional(),
  nodePort: z.number().optional(),
  appProtocol: z.string().optional(),
});

const ingress = z.object({
  ip: z.string().optional(),
  ipMode: z.string().optional(),
  hostname: z.string().optional(),
});

export const service = z.object({
  metadata,
  spec: z.object({
    type: z.string().default('ClusterIP'),
    selector: z.record(z.string(), z.string()).optional(),
    ports: list(servicePort),
    clusterIP: z.string().optional(),
    loadBalancerIP: z.string().optional(),
    loadBalancerClass: z.string().optional(),
    externalTrafficPolicy: z.string().optional(),
    allocateLoadBalancerNodePorts: z.boolean().optional(),
    externalIPs: list(z.string()),
    ipFamilies: list(z.string()),
    ipFamilyPolicy: z.string().optional(),
    sessionAffinity: z.string().optional(),
    sessionAffinityConfig: z.unknown().optional(),
    publishNotReadyAddresses: z.boolean().optional(),
    trafficDistribution: z.string().optional(),
  }),
  status: z
    .object({ loadBalancer: z.object({ ingress: list(ingress) }).optional() })
    .optional()
    .transform((status) => ({ ingress: status?.loadBalancer?.ingress ?? [] })),
});

const optionalBoolean = z
  .boolean()
  .nullish()
  .transform((value) => value ?? undefined);

const hinted = z.array(z.looseObject({ name: z.string() })).optional();
const endpoint = z.object({
  addresses: list(z.string()),
  conditions: z
    .object({ ready: optionalBoolean, serving: optionalBoolean, terminating: optionalBoolean })
    .nullish()
    .transform((conditions) => conditions ?? undefined),
  nodeName: z.string().optional(),
  zone: z.string().optional(),
  hints: z.looseObject({ forZones: hinted, forNodes: hinted }).optional(),
});

/** A port without a number stands for all ports, which no Service of ours can use. */
export const endpointSlice = z.object({
  metadata,
  addressType: z.string().default(''),
  ports: list(
    z.object({
      name: z.string().nullish(),
      protocol: z.string().default('TCP'),
      port: z.number().nullish(),
      appProtocol: z.string().optional(),
    }),
  ).transform((ports) =>
    ports.flatMap(({ name, port, ...rest }) => (port == null ? [] : [{ name: name ?? '', port, ...rest }])),
  ),
  endpoints: list(endpoint),
});

/** `namespace` and `group` are empty where the parent has none. */
export const ipAddress = z.object({
  metadata,
  spec: z.object({
    parentRef: z.object({
      group: word.default(''),
      resource: z.string(),
      namespace: z.string().default(''),
      name: z.string(),
    }),
  }),
});

export const customResourceDefinition = z.object({ metadata });

export const namespace = z.object({ metadata });

export const node = z.object({
  metadata,
  status: z
    .object({ addresses: list(z.object({ address: z.string().default('') })) })
    .nullish()
    .transform((status) => status ?? { addresses: [] }),
});

export const configMap = z.object({ metadata, data: stringMap });
