import { definitionName } from '../gateway/gateway-class.ts';
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
  'IPAddress',
];

/** Where the pool's ConfigMaps may stand. */
export interface PoolPlaces {
  readonly name: string;
  readonly namespaces: readonly string[];
  readonly isNamespaced?: boolean;
}

/**
 * All collections that are followed, as narrow as they can be: of ConfigMaps only those of the pool, of the definitions of
 * kinds only one. Of the ledger also what others have there (Kubernetes an entry for each Service): an entry of ours can
 * lose its label, and an address of others is passed over without asking for it.
 */
export function sourcesOf(pool: PoolPlaces | undefined): readonly Source[] {
  const fieldSelector = `metadata.name=${pool?.name}`;
  const poolNamespaces = pool?.isNamespaced === true ? [''] : (pool?.namespaces ?? []);
  return [
    ...everywhere.map((kind): Source => ({ kind, namespace: '', selectors: {} })),
    // Only so that their addresses are not handed out: without permission the rest works.
    { kind: 'Node', namespace: '', selectors: {}, isOptional: true },
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
