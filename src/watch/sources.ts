import { definitionName } from '../gateway/gateway-class.ts';
import type { Kind } from '../objects/keys.ts';
import type { PoolSource } from '../objects/pool-source.ts';
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

/**
 * All collections that are followed, as narrow as they can be: of ConfigMaps only those of the pool's name, of the
 * definitions of kinds only one. Of the ledger also what others have there (Kubernetes an entry for each Service): an
 * entry of ours can lose its label, and an address of others is passed over without asking for it.
 */
export function sourcesOf(pool: PoolSource | undefined): readonly Source[] {
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
    ...(pool === undefined ? [] : sourcesOfPool(pool)),
  ];
}

/** Where the pool is in certain namespaces only, those that stand elsewhere unused are named to who waits there. */
function sourcesOfPool({ name, namespaces, isNamespaced = false }: PoolSource): readonly Source[] {
  const ofName = { kind: 'ConfigMap', name, selectors: { fieldSelector: `metadata.name=${name}` } } as const;
  const anywhere: Source = { ...ofName, namespace: '' };
  if (isNamespaced) return [anywhere];
  return [
    ...namespaces.map((namespace) => ({ ...ofName, namespace })),
    { ...anywhere, isOptional: true, isExtra: true },
  ];
}
