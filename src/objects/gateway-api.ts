import type { RouteKind } from './keys.ts';
import type { Condition, ObjectMeta, StringMap } from './kubernetes.ts';

export interface ParametersReference {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  /** Of a class: its parameters are in that namespace. A Gateway's are in its own. */
  readonly namespace?: string | undefined;
}

export interface GatewayClass {
  readonly kind: 'GatewayClass';
  readonly metadata: ObjectMeta;
  readonly finalizers: readonly string[];
  readonly spec: {
    readonly controllerName: string;
    readonly parametersRef?: ParametersReference | undefined;
  };
  readonly status: {
    readonly conditions: readonly Condition[];
    /** Absent where nobody has written it. */
    readonly supportedFeatures?: readonly { readonly name: string }[] | undefined;
  };
}

export interface RouteGroupKind {
  readonly group: string;
  readonly kind: string;
}

export interface LabelSelector {
  readonly matchLabels: StringMap;
  readonly matchExpressions: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values: readonly string[];
  }[];
}

/** From which namespaces something may be attached. */
export interface AllowedNamespaces {
  /** `Same`, `All`, `Selector` or `None`. */
  readonly from: string;
  readonly selector?: LabelSelector | undefined;
}

export interface Listener {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  /** Tells apart what is not served here: TCP and UDP have none. */
  readonly hostname?: string | undefined;
  readonly allowedRoutes: AllowedNamespaces & {
    /** Absent: every kind that the protocol can carry. */
    readonly kinds?: readonly RouteGroupKind[] | undefined;
  };
}

export interface GatewayAddress {
  readonly type: string;
  /** Empty: "give me one". */
  readonly value: string;
}

export interface ListenerStatus {
  readonly name: string;
  readonly supportedKinds: readonly RouteGroupKind[];
  readonly attachedRoutes: number;
  readonly conditions: readonly Condition[];
}

export interface Gateway {
  readonly kind: 'Gateway';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly gatewayClassName: string;
    readonly listeners: readonly Listener[];
    /** Which ListenerSets may be attached. */
    readonly allowedListeners: AllowedNamespaces;
    readonly addresses: readonly GatewayAddress[];
    readonly infrastructure: {
      readonly labels: StringMap;
      readonly annotations: StringMap;
      readonly parametersRef?: ParametersReference | undefined;
    };
  };
  readonly status: {
    readonly addresses: readonly GatewayAddress[];
    readonly conditions: readonly Condition[];
    readonly listeners: readonly ListenerStatus[];
    /** ListenerSets that are attached, with at least one valid listener; absent where none ever was. */
    readonly attachedListenerSets?: number | undefined;
  };
}

/** More listeners for a Gateway, by somebody who may not edit that. */
export interface ListenerSet {
  readonly kind: 'ListenerSet';
  readonly metadata: ObjectMeta;
  readonly spec: { readonly parentRef: ParentReference; readonly listeners: readonly Listener[] };
  readonly status: { readonly conditions: readonly Condition[]; readonly listeners: readonly ListenerStatus[] };
}

/** As the user wrote it: it is copied into the status verbatim. */
export interface ParentReference {
  readonly group?: string | undefined;
  readonly kind?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly sectionName?: string | undefined;
  readonly port?: number | undefined;
}

export interface BackendRef {
  readonly group: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly port?: number | undefined;
  readonly weight: number;
}

export interface RouteParentStatus {
  readonly parentRef: ParentReference;
  readonly controllerName: string;
  readonly conditions: readonly Condition[];
}

/** A TCPRoute or a UDPRoute: they differ in the protocol only. */
export interface Route {
  readonly kind: RouteKind;
  /** API version at which the cluster served it, e.g. `v1`. */
  readonly version: string;
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly parentRefs: readonly ParentReference[];
    readonly rules: readonly { readonly backendRefs: readonly BackendRef[] }[];
  };
  readonly status: { readonly parents: readonly RouteParentStatus[] };
}

/** Lets objects of other namespaces refer to objects of its own. */
export interface ReferenceGrant {
  readonly kind: 'ReferenceGrant';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly from: readonly { readonly group: string; readonly kind: string; readonly namespace: string }[];
    /** Without a name: every object of that kind. */
    readonly to: readonly { readonly group: string; readonly kind: string; readonly name?: string | undefined }[];
  };
}
