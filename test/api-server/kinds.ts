/** How an object's name is checked. */
export type NameRule = 'subdomain' | 'label' | 'address' | 'pathSegment';

/** One kind of object that the server can store. Facts of the real server's registry, per kind. */
export interface Kind {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Versions that can be served, best first. */
  readonly versions: readonly string[];
  /** Versions that are served unless told otherwise: those of the Gateway API's standard channel. */
  readonly standard: readonly string[];
  /** Defined by a CustomResourceDefinition. */
  readonly custom: boolean;
  /** Has a `status` subresource. */
  readonly status: boolean;
  /** Counts `metadata.generation`. */
  readonly generation: boolean;
  readonly names: NameRule;
  /** Field selectors beside `metadata.name` and `metadata.namespace`. */
  readonly fields: readonly string[];
  /** DELETE answers with the object; else with a Status. */
  readonly returnsDeleted: boolean;
  /** PUT to a name that does not exist creates. */
  readonly createOnUpdate: boolean;
  /** PUT may leave out the resourceVersion. */
  readonly unconditionalUpdate: boolean;
  /** Kind id under which its objects are stored, where it shares them with another kind. */
  readonly storedAs?: string;
}

type Given = Pick<Kind, 'group' | 'kind' | 'plural'> & Partial<Kind>;

function builtin(given: Given): Kind {
  return {
    singular: given.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    namespaced: true,
    versions: ['v1'],
    standard: ['v1'],
    custom: false,
    status: false,
    generation: false,
    names: 'subdomain',
    fields: [],
    returnsDeleted: false,
    createOnUpdate: false,
    unconditionalUpdate: true,
    ...given,
  };
}

export const GATEWAY_API = 'gateway.networking.k8s.io';

function gatewayApi(kind: string, plural: string, rest: Partial<Kind>): Kind {
  const base = builtin({ group: GATEWAY_API, kind, plural });
  const custom = { custom: true, status: true, generation: true, unconditionalUpdate: false };
  return { ...base, ...custom, categories: ['gateway-api'], ...rest };
}

const BETA = ['v1', 'v1beta1'];
const POD_FIELDS = [
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.schedulerName',
  'spec.serviceAccountName',
  'spec.hostNetwork',
  'status.phase',
  'status.podIP',
  'status.nominatedNodeName',
];
const INVOLVED_OBJECT = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
const EVENT_FIELDS = ['reason', 'reportingComponent', 'source', 'type'].concat(
  INVOLVED_OBJECT.map((field) => `involvedObject.${field}`),
);
const CORE_KINDS: readonly Kind[] = [
  {
    kind: 'Namespace',
    plural: 'namespaces',
    shortNames: ['ns'],
    namespaced: false,
    status: true,
    names: 'label',
    returnsDeleted: true,
    fields: ['status.phase'],
  },
  {
    kind: 'Service',
    plural: 'services',
    shortNames: ['svc'],
    categories: ['all'],
    status: true,
    names: 'label',
    returnsDeleted: true,
    createOnUpdate: true,
    fields: ['spec.clusterIP', 'spec.type'],
  },
  { kind: 'ConfigMap', plural: 'configmaps', shortNames: ['cm'] },
  { kind: 'Secret', plural: 'secrets', fields: ['type'] },
  { kind: 'ServiceAccount', plural: 'serviceaccounts', shortNames: ['sa'], returnsDeleted: true },
  {
    kind: 'Pod',
    plural: 'pods',
    shortNames: ['po'],
    categories: ['all'],
    status: true,
    generation: true,
    returnsDeleted: true,
    fields: POD_FIELDS,
  },
  {
    kind: 'Node',
    plural: 'nodes',
    shortNames: ['no'],
    namespaced: false,
    status: true,
    fields: ['spec.unschedulable'],
  },
  { kind: 'Event', plural: 'events', shortNames: ['ev'], createOnUpdate: true, fields: EVENT_FIELDS },
].map((given) => builtin({ group: '', ...given, names: given.names === 'label' ? 'label' : 'subdomain' }));

/** Every kind that the server knows, in the order of discovery. */
export const ALL_KINDS: readonly Kind[] = [
  ...CORE_KINDS,
  builtin({
    group: 'apps',
    kind: 'Deployment',
    plural: 'deployments',
    shortNames: ['deploy'],
    categories: ['all'],
    status: true,
    generation: true,
  }),
  builtin({ group: 'discovery.k8s.io', kind: 'EndpointSlice', plural: 'endpointslices', generation: true }),
  builtin({
    group: 'events.k8s.io',
    kind: 'Event',
    plural: 'events',
    shortNames: ['ev'],
    createOnUpdate: true,
    storedAs: 'events.',
    fields: EVENT_FIELDS,
  }),
  builtin({
    group: 'coordination.k8s.io',
    kind: 'Lease',
    plural: 'leases',
    createOnUpdate: true,
    unconditionalUpdate: false,
  }),
  builtin({
    group: 'apiextensions.k8s.io',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    shortNames: ['crd'],
    categories: ['api-extensions'],
    namespaced: false,
    status: true,
    generation: true,
    returnsDeleted: true,
  }),
  builtin({
    group: 'networking.k8s.io',
    kind: 'IPAddress',
    plural: 'ipaddresses',
    shortNames: ['ip'],
    namespaced: false,
    names: 'address',
    fields: [],
  }),
  gatewayApi('GatewayClass', 'gatewayclasses', {
    shortNames: ['gc'],
    namespaced: false,
    versions: BETA,
    standard: BETA,
  }),
  gatewayApi('Gateway', 'gateways', { shortNames: ['gtw'], versions: BETA, standard: BETA }),
  gatewayApi('ListenerSet', 'listenersets', { shortNames: ['lset'] }),
  gatewayApi('TCPRoute', 'tcproutes', { versions: ['v1', 'v1alpha2'] }),
  gatewayApi('UDPRoute', 'udproutes', { versions: ['v1', 'v1alpha2'] }),
  gatewayApi('ReferenceGrant', 'referencegrants', {
    shortNames: ['refgrant'],
    status: false,
    versions: ['v1', 'v1beta1', 'v1alpha2'],
    standard: BETA,
  }),
];

/** `services.` or `gateways.gateway.networking.k8s.io`: the key of a kind. */
export function kindId(kind: Pick<Kind, 'group' | 'plural'>): string {
  return `${kind.plural}.${kind.group}`;
}

export function apiVersionOf(kind: Kind, version: string): string {
  return kind.group === '' ? version : `${kind.group}/${version}`;
}

/** Which kinds a server serves in which versions at the start: resource (`tcproutes`) to versions. */
export type ServedVersions = Readonly<Record<string, readonly string[]>>;

function named(kind: Kind, resource: string): boolean {
  return resource === kind.plural || resource === kindId(kind) || resource === `${kind.plural}.${kind.group}`;
}

/** The kinds that are served just now; CRDs may come and go. */
export class ServedKinds {
  readonly #versions = new Map<Kind, readonly string[]>();
  readonly #onWithdrawn: (kind: Kind, version: string) => void;
  readonly #onGone: (kind: Kind) => void;

  /** `start` overrides the default for the resources that it names; `[]` leaves one out. The default is the standard channel's. */
  constructor(start: ServedVersions, onWithdrawn: (kind: Kind, version: string) => void, onGone: (kind: Kind) => void) {
    this.#onWithdrawn = onWithdrawn;
    this.#onGone = onGone;
    for (const kind of ALL_KINDS) {
      const given = start[kind.plural] ?? start[kindId(kind)];
      this.#versions.set(
        kind,
        kind.versions.filter((version) => (given ?? kind.standard).includes(version)),
      );
    }
  }

  /** Serves a resource in more versions, as a CRD that arrives or is changed. */
  serve(resource: string, ...versions: readonly string[]): void {
    for (const kind of this.#matching(resource)) {
      const wanted = versions.length === 0 ? kind.standard : [...versions, ...this.versionsOf(kind)];
      this.#versions.set(
        kind,
        kind.versions.filter((version) => wanted.includes(version)),
      );
    }
  }

  /** Stops serving these versions (all without any): watches end. With the last version the objects go, as with a CRD. */
  withdraw(resource: string, ...versions: readonly string[]): void {
    for (const kind of this.#matching(resource)) {
      const before = this.versionsOf(kind);
      const leaving = versions.length === 0 ? before : before.filter((version) => versions.includes(version));
      this.#versions.set(
        kind,
        before.filter((version) => !leaving.includes(version)),
      );
      // As with a CRD that is deleted: its objects go first, and watchers are told.
      if (this.versionsOf(kind).length === 0) this.#onGone(kind);
      for (const version of leaving) this.#onWithdrawn(kind, version);
    }
  }

  /** Served versions, best first; none if the kind is not served. */
  versionsOf(kind: Kind): readonly string[] {
    return this.#versions.get(kind) ?? [];
  }

  find(group: string, version: string, plural: string): Kind | undefined {
    return ALL_KINDS.find((kind) => {
      return kind.plural === plural && kind.group === group && this.versionsOf(kind).includes(version);
    });
  }

  byKind(group: string, kindName: string): Kind | undefined {
    return ALL_KINDS.find((kind) => kind.group === group && kind.kind === kindName && this.versionsOf(kind).length > 0);
  }

  /** Groups that serve anything, each with its versions and kinds. */
  groups(): Map<string, Map<string, Kind[]>> {
    const groups = new Map<string, Map<string, Kind[]>>();
    for (const kind of ALL_KINDS) {
      for (const version of this.versionsOf(kind)) {
        const versions = groups.get(kind.group) ?? new Map<string, Kind[]>();
        versions.set(version, [...(versions.get(version) ?? []), kind]);
        groups.set(kind.group, versions);
      }
    }
    return groups;
  }

  #matching(resource: string): Kind[] {
    const kinds = ALL_KINDS.filter((kind) => named(kind, resource));
    if (kinds.length === 0) throw new Error(`no such resource: ${resource}`);
    return kinds;
  }
}
