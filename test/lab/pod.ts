import type { Manifest } from '../support/objects.ts';

/** The part of a Pod that the kubelet reads. */
export interface Pod {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly [Container, ...Container[]];
    readonly volumes?: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
  };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly EnvVar[];
  readonly ports?: readonly { readonly containerPort: number; readonly protocol?: string }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
}

export const pathOfPod = ({ metadata }: Pod): string =>
  `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;

/** The environment that a container's process gets; only the fields of `fieldRef` that the manifests here use. */
export function environmentOf(pod: Pod, { env = [] }: Container): Record<string, string> {
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
  };
  return Object.fromEntries(
    env.map(({ name, value, valueFrom }) => {
      const path = valueFrom?.fieldRef?.fieldPath;
      const known = value ?? (path === undefined ? undefined : fields[path]);
      if (known === undefined)
        throw new Error(`env ${name} of Pod ${pod.metadata.name} has a value of an unknown kind`);
      return [name, known];
    }),
  );
}

/** How a pod is. */
export interface PodState {
  readonly ready: boolean;
  /** Empty while it runs. */
  readonly trouble: string;
  readonly addresses: readonly string[];
  readonly hostAddress: string;
}

/** The status of a pod as a kubelet writes it; `trouble` is why its container does not run. */
export function statusOf({ spec: { containers } }: Pod, state: PodState): Manifest['status'] {
  const now = new Date().toISOString().replace(/\.\d+/, '');
  const condition = (type: string, isTrue: boolean): object => ({
    type,
    status: isTrue ? 'True' : 'False',
    lastTransitionTime: now,
    ...(!isTrue && { reason: 'ContainersNotReady', message: state.trouble || 'it does not listen yet' }),
  });
  return {
    phase: state.trouble === '' ? 'Running' : 'Failed',
    startTime: now,
    hostIP: state.hostAddress,
    hostIPs: [{ ip: state.hostAddress }],
    ...(state.addresses[0] !== undefined && { podIP: state.addresses[0] }),
    podIPs: state.addresses.map((ip) => ({ ip })),
    conditions: [
      condition('PodScheduled', true),
      condition('Initialized', true),
      condition('ContainersReady', state.ready),
      condition('Ready', state.ready),
    ],
    containerStatuses: containers.map(({ name, image }) => ({
      name,
      image,
      imageID: image,
      restartCount: 0,
      ready: state.ready,
      state:
        state.trouble === ''
          ? { running: { startedAt: now } }
          : { terminated: { exitCode: 1, reason: 'Error', message: state.trouble } },
    })),
  };
}
