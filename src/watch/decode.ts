import type { z } from 'zod';
import { managedByLabel } from '../gateway/ledger.ts';
import { serviceNameLabel } from '../gateway/names.ts';
import { isReady } from '../gateway/readiness.ts';
import type { Kind } from '../objects/keys.ts';
import type { StringMap } from '../objects/kubernetes.ts';
import type { Rejection } from '../objects/rejection.ts';
import type { FollowedObject } from '../objects/view.ts';
import * as schemas from './schemas.ts';

export type Decoded = { readonly object: FollowedObject } | { readonly rejection: Rejection };

/**
 * From what the API server sent to a typed object, once, at the boundary; never throws.
 * @returns `undefined` for what has not even a name.
 */
export function decode(kind: Kind, raw: unknown): Decoded | undefined {
  const result = decoders[kind](raw);
  if ('object' in result) return result;
  const identified = schemas.identity.safeParse(raw);
  if (!identified.success) return undefined;
  const { name, namespace, uid, resourceVersion } = identified.data.metadata;
  const [issue] = result.error.issues;
  const message = issue === undefined ? 'cannot be decoded' : `${issue.path.join('.')}: ${issue.message}`;
  const { addresses, gatewayClass } = legibleIn(raw);
  return { rejection: { kind, namespace, name, uid, resourceVersion, message, addresses, gatewayClass } };
}

type Result = { readonly object: FollowedObject } | { readonly error: z.ZodError };

const decoders: Readonly<Record<Kind, (raw: unknown) => Result>> = {
  GatewayClass: by(schemas.gatewayClass, ({ metadata: { finalizers, ...metadata }, spec, status }) => ({
    kind: 'GatewayClass',
    metadata,
    finalizers,
    spec,
    status,
  })),
  Gateway: by(schemas.gateway, (value) => ({ kind: 'Gateway', ...value })),
  TCPRoute: by(schemas.route, ({ apiVersion, ...value }) => ({ kind: 'TCPRoute', version: apiVersion, ...value })),
  UDPRoute: by(schemas.route, ({ apiVersion, ...value }) => ({ kind: 'UDPRoute', version: apiVersion, ...value })),
  ListenerSet: by(schemas.listenerSet, (value) => ({ kind: 'ListenerSet', ...value })),
  ReferenceGrant: by(schemas.referenceGrant, (value) => ({ kind: 'ReferenceGrant', ...value })),
  Service: by(schemas.service, (value) => ({ kind: 'Service', ...value })),
  EndpointSlice: by(schemas.endpointSlice, (slice) => ({
    kind: 'EndpointSlice',
    ...slice,
    serviceName: slice.metadata.labels[serviceNameLabel] ?? '',
    hasReadyEndpoint: slice.endpoints.some(isReady),
  })),
  IPAddress: by(schemas.ipAddress, ({ metadata, spec }) => ({
    kind: 'IPAddress',
    metadata: { ...metadata, labels: only(managedByLabel, metadata.labels) },
    parentRef: spec.parentRef,
  })),
  CustomResourceDefinition: by(schemas.customResourceDefinition, ({ metadata }) => ({
    kind: 'CustomResourceDefinition',
    metadata: { ...metadata, annotations: {} },
    bundleVersion: metadata.annotations['gateway.networking.k8s.io/bundle-version'],
  })),
  Namespace: by(schemas.namespace, (value) => ({ kind: 'Namespace', ...value })),
  Node: by(schemas.node, ({ metadata, status }) => ({
    kind: 'Node',
    metadata: { ...metadata, labels: {}, annotations: {} },
    addresses: status.addresses.map(({ address }) => address),
  })),
  ConfigMap: by(schemas.configMap, (value) => ({ kind: 'ConfigMap', ...value })),
};

function only(label: string, { [label]: value }: StringMap): StringMap {
  return value === undefined ? {} : { [label]: value };
}

function by<S extends z.ZodType>(schema: S, build: (value: z.output<S>) => FollowedObject): (raw: unknown) => Result {
  return (raw) => {
    const parsed = schema.safeParse(raw);
    return parsed.success ? { object: build(parsed.data) } : { error: parsed.error };
  };
}

/** What can be read all the same. */
function legibleIn(raw: unknown): Pick<Rejection, 'addresses' | 'gatewayClass'> {
  const { spec, status } = raw as Readonly<Partial<Record<'spec' | 'status', Legible>>>;
  const addresses = [spec?.addresses, status?.addresses].flatMap((list) =>
    Array.isArray(list) ? list.flatMap((item) => (typeof item?.value === 'string' ? [item.value] : [])) : [],
  );
  const name = spec?.gatewayClassName;
  return { addresses, gatewayClass: typeof name === 'string' ? name : undefined };
}

interface Legible {
  readonly addresses?: unknown;
  readonly gatewayClassName?: unknown;
}
