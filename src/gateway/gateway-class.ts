import type { Gateway, GatewayClass } from '../objects/gateway-api.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import type { ClassStanding } from '../objects/verdicts.ts';
import type { ClusterView, Settings } from '../objects/view.ts';
import { classKey, keyOf } from './keys.ts';
import { readParameters } from './parameters.ts';

export function standingOf(
  gatewayClass: GatewayClass | undefined,
  view: ClusterView,
  settings: Settings,
): ClassStanding {
  if (gatewayClass === undefined) return 'missing';
  if (gatewayClass.spec.controllerName !== settings.controllerName) return 'foreign';
  const { kind } = readParameters(gatewayClass, view);
  if (kind === 'awaited') return 'missing';
  return kind === 'known' ? 'accepted' : 'refused';
}

export function classStandingOf(gateway: Gateway, view: ClusterView, settings: Settings): ClassStanding {
  return standingOf(view.get(classKey(gateway.spec.gatewayClassName)), view, settings);
}

export function acceptClass(gatewayClass: GatewayClass, view: ClusterView): Verdict {
  const read = readParameters(gatewayClass, view);
  if (read.kind === 'refused') return { status: 'False', reason: 'InvalidParameters', message: read.message };
  return { status: 'True', reason: 'Accepted', message: 'Gateways of this class are served by this controller' };
}

/** The definition that tells which release of the Gateway API is installed. */
export const definitionName = 'gatewayclasses.gateway.networking.k8s.io';

/** Minor versions of release 1 that this controller was made for. */
const minors = { first: 0, last: 6 } as const;

/** `SupportedVersion` of every class; `undefined` where the definition cannot be read. */
export function judgeVersion(view: ClusterView): Verdict | undefined {
  if (view.get(`CustomResourceDefinition//${definitionName}`) === undefined) return undefined;
  const { text, minor } = installedVersion(view) ?? { text: 'a release that they do not name' };
  const supported = `v1.${minors.first} to v1.${minors.last}`;
  if (minor !== undefined && minor >= minors.first && minor <= minors.last) {
    return { status: 'True', reason: 'SupportedVersion', message: `the Gateway API CRDs are of ${text}` };
  }
  return {
    status: 'False',
    reason: 'UnsupportedVersion',
    message: `the Gateway API CRDs are of ${text}, this controller supports ${supported}: it does what it can`,
  };
}

/** Since v1.4 the standard channel keeps the field; before that each write of it would be lost and repeated. */
export function keepsSupportedFeatures(view: ClusterView): boolean {
  const minor = installedVersion(view)?.minor;
  return minor !== undefined && minor >= 4;
}

/** By the annotation of its definition. `minor` of release 1; absent for any other release. */
function installedVersion(view: ClusterView): { readonly text: string; readonly minor?: number } | undefined {
  const text = view.get(`CustomResourceDefinition//${definitionName}`)?.bundleVersion;
  if (text === undefined) return undefined;
  const minor = /^v1\.(\d+)\b/.exec(text)?.[1];
  return minor === undefined ? { text } : { text, minor: Number(minor) };
}

/** Keeps a class from going while Gateways use it (Gateway API, GatewayClassFinalizerGatewaysExist). */
export const gatewaysExist = 'gateway-exists-finalizer.gateway.networking.k8s.io';

/**
 * The finalizers that a class of ours should have, where that differs from what it has; others' are kept. A class that
 * is deleted can lose a finalizer and get none.
 */
export function finalizersDue(gatewayClass: GatewayClass, view: ClusterView): readonly string[] | undefined {
  const { finalizers, metadata } = gatewayClass;
  const isUsed = view.isClassUsed(keyOf(gatewayClass));
  const isHeld = finalizers.includes(gatewaysExist);
  if (isUsed === true && !isHeld && metadata.deletionTimestamp === undefined) return [...finalizers, gatewaysExist];
  if (isUsed === false && isHeld) return finalizers.filter((finalizer) => finalizer !== gatewaysExist);
  return undefined;
}
