import type { Gateway, GatewayClass } from '../objects/gateway-api.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { ConfigMap, StringMap } from '../objects/kubernetes.ts';
import type { ClusterView, Options } from '../objects/view.ts';
import { nameOf } from './keys.ts';
import { annotations } from './names.ts';
import { settingChoices } from './setting-choices.ts';

/** What a ConfigMap of parameters says; a key that is not there is left to the next one in the order. */
export type Parameters = { readonly [K in keyof Options]?: NonNullable<Options[K]> };

type ParsedParameters =
  | { readonly parameters: Parameters; readonly problem?: undefined }
  | { readonly parameters?: undefined; readonly problem: string };

type Reader = (text: string) => Parameters | { readonly wanted: string };

const readers: Readonly<Record<keyof Options, Reader>> = {
  serviceBehaviour: oneOf('serviceBehaviour'),
  announcer: oneOf('announcer'),
  externalTrafficPolicy: oneOf('externalTrafficPolicy'),
  loadBalancerClass: (text) =>
    isLabelName(text) ? { loadBalancerClass: text } : { wanted: 'a name such as example.com/class' },
  ipFamilies: oneOf('ipFamilies'),
  allocateLoadBalancerNodePorts: (text) =>
    text === 'true' || text === 'false'
      ? { allocateLoadBalancerNodePorts: text === 'true' }
      : { wanted: 'true, false' },
  sessionAffinity: oneOf('sessionAffinity'),
  trafficDistribution: oneOf('trafficDistribution'),
};

/** Reads the data of a ConfigMap. One bad key makes the whole unusable: half of what was asked for is a surprise. */
export function parseParameters(data: StringMap): ParsedParameters {
  const problems: string[] = [];
  let parameters: Parameters = {};
  for (const [key, text] of Object.entries(data)) {
    const read = isOption(key) ? readers[key](text.trim()) : undefined;
    if (read === undefined) problems.push(`key "${key}" is unknown: use ${Object.keys(readers).join(', ')}`);
    else if ('wanted' in read) problems.push(`key ${key} is "${text}": use ${read.wanted}`);
    else parameters = { ...parameters, ...read };
  }
  return problems.length > 0 ? { problem: problems.join('; ') } : { parameters };
}

function isOption(key: string): key is keyof Options {
  return Object.hasOwn(readers, key);
}

function oneOf(key: keyof Options & keyof typeof settingChoices): Reader {
  const allowed: readonly string[] = settingChoices[key];
  return (text) => (allowed.includes(text) ? ({ [key]: text } as Parameters) : { wanted: allowed.join(', ') });
}

/** A name, perhaps with a prefix, as the API server wants `spec.loadBalancerClass`. */
function isLabelName(text: string): boolean {
  return /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(text);
}

/** What is known of the parameters that a Gateway or a class names: none of them is `known` too. */
export type KnownParameters =
  | { readonly kind: 'known'; readonly parameters: Parameters }
  /** Their ConfigMap has not been read yet. */
  | { readonly kind: 'awaited' }
  | { readonly kind: 'refused'; readonly message: string };

const none: KnownParameters = { kind: 'known', parameters: {} };

/** The ConfigMap that a Gateway or a class takes parameters from; `undefined` where it names none, or what is none. */
export function parametersKey(object: Gateway | GatewayClass): ObjectKey<'ConfigMap'> | undefined {
  const ref = refOf(object);
  if (ref === undefined || ref.group !== '' || ref.kind !== 'ConfigMap' || !isObjectName(ref.name)) return undefined;
  const namespace = object.kind === 'Gateway' ? object.metadata.namespace : (ref.namespace ?? '');
  return namespace === '' ? undefined : `ConfigMap/${namespace}/${ref.name}`;
}

/** What a Gateway or a class asks for: by the ConfigMap that it names, and a Gateway first of all by its annotations. */
export function readParameters(object: Gateway | GatewayClass, view: ClusterView): KnownParameters {
  const named = readNamed(object, view);
  return object.kind === 'Gateway' && named.kind === 'known' ? withAnnotations(object, named) : named;
}

/** Options that a Gateway can also have by an annotation. */
const annotated = [
  ['ipFamilies', annotations.ipFamilies],
  ['externalTrafficPolicy', annotations.externalTrafficPolicy],
] as const satisfies readonly (readonly [keyof Options, string])[];

function withAnnotations({ metadata }: Gateway, named: Extract<KnownParameters, { kind: 'known' }>): KnownParameters {
  let { parameters } = named;
  for (const [option, annotation] of annotated) {
    const text = metadata.annotations[annotation];
    if (text === undefined) continue;
    const read = readers[option](text.trim());
    if ('wanted' in read)
      return { kind: 'refused', message: `annotation ${annotation} is "${text}": use ${read.wanted}` };
    parameters = { ...parameters, ...read };
  }
  return parameters === named.parameters ? named : { kind: 'known', parameters };
}

function readNamed(object: Gateway | GatewayClass, view: ClusterView): KnownParameters {
  const ref = refOf(object);
  if (ref === undefined) return none;
  const field = object.kind === 'Gateway' ? 'spec.infrastructure.parametersRef' : 'spec.parametersRef';
  const key = parametersKey(object);
  if (key === undefined) {
    return { kind: 'refused', message: `${field} names ${ref.kind} "${ref.name}": ${adviceOn(ref)}` };
  }
  const broken = view.unreadable(key);
  if (broken !== undefined)
    return { kind: 'refused', message: `${field}: ConfigMap ${nameOf(key)} cannot be read: ${broken}` };
  if (!view.isRead(key)) return { kind: 'awaited' };
  const configMap = view.get(key);
  if (configMap === undefined) {
    return {
      kind: 'refused',
      message: `${field}: ConfigMap ${nameOf(key)} does not exist: create it, or correct the reference`,
    };
  }
  const { parameters, problem } = parsed(configMap);
  if (problem !== undefined) return { kind: 'refused', message: `${field}: ConfigMap ${nameOf(key)}: ${problem}` };
  return { kind: 'known', parameters };
}

function adviceOn({
  group,
  kind,
  name,
}: {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
}): string {
  if (group !== '' || kind !== 'ConfigMap') return 'name a ConfigMap (group "", kind ConfigMap)';
  return isObjectName(name) ? 'name its namespace' : 'no ConfigMap can have that name';
}

/** A DNS subdomain (RFC 1123). */
function isObjectName(text: string): boolean {
  const isOfLabels = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text);
  return isOfLabels && text.length <= 253;
}

function refOf(object: Gateway | GatewayClass) {
  return object.kind === 'Gateway' ? object.spec.infrastructure.parametersRef : object.spec.parametersRef;
}

/** Every decision over a route asks: each ConfigMap is parsed once. */
const memo = new WeakMap<ConfigMap, ParsedParameters>();

function parsed(configMap: ConfigMap): ParsedParameters {
  const known = memo.get(configMap) ?? parseParameters(configMap.data);
  memo.set(configMap, known);
  return known;
}
