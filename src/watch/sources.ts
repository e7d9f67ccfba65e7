import { definitionName } from '../gateway/gateway-class.ts';
import { managedBy, managedByLabel } from '../gateway/ledger.ts';
import type { Kind } from '../objects/keys.ts';
import type { Source } from './follow.ts';

const everywhere: readonly Kind[] = [
  'GatewayClass',
  'Gateway',
  'TCPRoute',
  'UDPRoute',
  'ListenerSet',
  'ReferenceGrant',
  'Namespace',
  'Service',
  'EndpointSlice',
];

export interface SourceSettings {
  readonly controllerName: string;
  /** Where the pool's ConfigMaps may stand. */
  readonly pool:
    | { readonly name: string; readonly namespaces: readonly string[]; readonly isNamespaced?: boolean }
    | undefined;
}

/**
 * All collections that are followed, as narrow as they can be: of ConfigMaps only those of the pool, of the ledger only our
 * own entries (Kubernetes has one for each Service), of the definitions of kinds only one.
 */
export function sourcesOf({ controllerName, pool }: SourceSettings): readonly Source[] {
  const labelSelector = `${managedByLabel}=${managedBy({ controllerName })}`;
  const fieldSelector = `metadata.name=${pool?.name}`;
  const poolNamespaces = pool?.isNamespaced === true ? [''] : (pool?.namespaces ?? []);
  return [
    ...everywhere.map((kind): Source => ({ kind, namespace: '', selectors: {} })),
    // Only so that their addresses are not handed out: without permission the rest works.
    { kind: 'Node', namespace: '', selectors: {}, isOptional: true },
    { kind: 'IPAddress', namespace: '', selectors: { labelSelector } },
    {
      kind: 'CustomResourceDefinition',
      namespace: '',
      selectors: { fieldSelector: `metadata.name=${definitionName}` },
      isOptional: true,
    },
    ...poolNamespaces.map(
      (namespace): Source => ({ kind: 'ConfigMap', namespace, name: pool?.name, selectors: { fieldSelector } }),
    ),
  ];
}
