/**
 * A Kubernetes API server that tests run against: the in-memory one (`test/api-server`) or a real kube-apiserver
 * (`test/cluster`). Tests that take a `TestServer` must pass on both.
 */
export interface TestServer {
  readonly kind: 'memory' | 'cluster';
  /** Base URL, without a slash at the end. */
  readonly url: string;
  /** Path of a kubeconfig with full rights. */
  readonly kubeconfigPath: string;
  /** Path of a kubeconfig with the rights that the controller is shipped with; with full rights where there is no RBAC. */
  readonly controllerKubeconfigPath: string;
  /** Every write request (create, update, patch, delete, deletecollection) that was answered so far, in order. */
  writes(): Promise<readonly WriteRecord[]>;
  /** Forgets the past, where a server can be told to: watches from before now are 410. */
  compact?(): void;
  stop(): Promise<void>;
}

/** One write request as the server saw it (from its own history, or from the audit log of a real one). */
export interface WriteRecord {
  readonly verb: 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';
  /** Plural resource name, e.g. `services`; with the subresource behind a slash, e.g. `gateways/status`. */
  readonly resource: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  readonly userAgent: string;
  /** HTTP status of the answer. */
  readonly code: number;
}
