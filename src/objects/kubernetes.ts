export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean | undefined;
  readonly blockOwnerDeletion?: boolean | undefined;
}

export type StringMap = Readonly<Record<string, string>>;

/** Object metadata, trimmed to what decisions need. */
export interface ObjectMeta {
  readonly name: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  /** RFC 3339. */
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string | undefined;
  readonly labels: StringMap;
  readonly annotations: StringMap;
  readonly ownerReferences: readonly OwnerReference[];
}

export type ConditionStatus = 'True' | 'False' | 'Unknown';

export interface Condition {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number | undefined;
  readonly lastTransitionTime: string;
}

/** What a rule decides about one condition, before it gets a generation and a time. */
export interface Verdict {
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
}

/** The definition of a kind, trimmed to what it says of its release. */
export interface CustomResourceDefinition {
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: ObjectMeta;
  /** Of the Gateway API's release that it came with, as `v1.6.3`. */
  readonly bundleVersion?: string | undefined;
}

export interface ConfigMap {
  readonly kind: 'ConfigMap';
  readonly metadata: ObjectMeta;
  readonly data: StringMap;
}

export interface Namespace {
  readonly kind: 'Namespace';
  readonly metadata: ObjectMeta;
}

/** A Node, trimmed to what makes an address one that is in use. */
export interface Node {
  readonly kind: 'Node';
  readonly metadata: ObjectMeta;
  /** As its status has them: IP addresses and names. */
  readonly addresses: readonly string[];
}
