import { keyOf, partsOf } from '../../src/gateway/keys.ts';
import { groupPath, kinds } from '../../src/kubernetes/kinds.ts';
import type { Kind, ObjectKey } from '../../src/objects/keys.ts';

/** An object as the API server has it. */
export interface Manifest {
  readonly kind: Kind;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

/** An object of the API server, with all that the server adds. */
export interface Stored extends Manifest {
  readonly metadata: Manifest['metadata'] & {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation: number;
  };
}

export function keyOfManifest({ kind, metadata: { namespace, name } }: Manifest): ObjectKey {
  return keyOf({ kind, metadata: { namespace: kinds[kind].isNamespaced ? (namespace ?? 'default') : '', name } });
}

/**
 * Fills in what the API server would: uids and times that tests can foretell, the defaults of a Service.
 * @param births which object of this name it is: another one has another uid.
 */
export function stored(manifest: Manifest, version: number, births = 1): Stored {
  const { kind, metadata } = manifest;
  const { namespace, name } = partsOf(keyOfManifest(manifest));
  const { group, versions } = kinds[kind];
  const apiVersion = groupPath(group, versions[0] ?? 'v1').replace(/^\/apis?\//, '');
  return {
    apiVersion,
    ...manifest,
    ...(kind === 'Service' && { spec: serviceDefaults(manifest.spec) }),
    metadata: {
      uid: `${kind}-${name}${births > 1 ? `-${births}` : ''}`.toLowerCase(),
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
      ...(kinds[kind].isNamespaced && { namespace }),
      resourceVersion: String(version),
    },
  };
}

function serviceDefaults(spec: unknown): Readonly<Record<string, unknown>> {
  const given = (spec ?? {}) as { readonly ports?: readonly { readonly port: number }[] };
  const ports = (given.ports ?? []).map((port) => ({ protocol: 'TCP', targetPort: port.port, ...port }));
  return {
    type: 'ClusterIP',
    clusterIP: '10.96.0.10',
    sessionAffinity: 'None',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ...given,
    ports,
  };
}
