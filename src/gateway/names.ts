import type { Gateway } from '../objects/gateway-api.ts';
import type { RouteKind } from '../objects/keys.ts';

/** Of all annotations of our own making. */
export const annotationPrefix = 'gateway-api-controller.thebsdbox.co.uk/';

/**
 * Annotations and labels that we write; users write `ipFamilies` and `externalTrafficPolicy`. The first three, and the
 * labels, are the Go original's.
 */
export const annotations = {
  controller: 'gateway-api-controller',
  TCPRoute: 'parent-tcp-route',
  UDPRoute: 'parent-udp-route',
  ownerUid: 'gateway-api-controller.thebsdbox.co.uk/owner-uid',
  behaviour: 'gateway-api-controller.thebsdbox.co.uk/behaviour',
  addresses: 'gateway-api-controller.thebsdbox.co.uk/addresses',
  original: 'gateway-api-controller.thebsdbox.co.uk/original',
  announcer: 'gateway-api-controller.thebsdbox.co.uk/announcer',
  placed: 'gateway-api-controller.thebsdbox.co.uk/placed',
  releasedAt: 'gateway-api-controller.thebsdbox.co.uk/released-at',
  ipFamilies: 'gateway-api-controller.thebsdbox.co.uk/ip-families',
  externalTrafficPolicy: 'gateway-api-controller.thebsdbox.co.uk/external-traffic-policy',
  gateway: 'gateway-api-controller.thebsdbox.co.uk/gateway',
  routes: 'gateway-api-controller.thebsdbox.co.uk/routes',
  source: 'gateway-api-controller.thebsdbox.co.uk/source',
  pinned: 'gateway-api-controller.thebsdbox.co.uk/pinned-addresses',
} as const satisfies Record<string, string> & Record<RouteKind, string>;

export const labels = {
  address: 'ipam-address',
  implementation: 'implementation',
  gatewayName: 'gateway.networking.k8s.io/gateway-name',
  gatewayClassName: 'gateway.networking.k8s.io/gateway-class-name',
} as const;

/** Kubernetes' label that ties an EndpointSlice to its Service. */
export const serviceNameLabel = 'kubernetes.io/service-name';

/** Labels by which a route chooses its Service's behaviour, as in the Go original. */
export const routeLabels = {
  behaviour: 'serviceBehaviour',
  selectorKey: 'selectorkey',
  selectorValue: 'selectorvalue',
} as const;

const longestLabel = 63;
const copySuffix = '-gw-api';

/**
 * A legal label value for any text: what is illegal becomes `-`, and a hash of the whole text tells apart what
 * would look the same then. Texts that are legal already (an IPv4 address) stay as they are.
 */
export function labelValue(text: string): string {
  const legal = text
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .replace(/[^A-Za-z0-9]+$/, '');
  if (legal === text && text.length <= longestLabel) return text;
  return withHash(legal, text, longestLabel);
}

/** What stands on all that is generated for a Gateway (GEP-1762). */
export function labelsFor(gateway: Gateway | undefined): Record<string, string> {
  if (gateway === undefined) return {};
  return {
    [labels.gatewayName]: labelValue(gateway.metadata.name),
    [labels.gatewayClassName]: labelValue(gateway.spec.gatewayClassName),
  };
}

/** The name of the copy that `duplicate` makes: at most 63 characters, whatever the original's name is. */
export function copyName(original: string): string {
  const name = `${original}${copySuffix}`;
  if (name.length <= longestLabel) return name;
  return `${withHash(original, original, longestLabel - copySuffix.length)}${copySuffix}`;
}

/**
 * Names for the Service of a Gateway: `<gateway>-<class>`, and another for where that one is taken. Both are DNS labels
 * that begin with a letter, as a Service's name must.
 */
export function gatewayServiceNames(namespace: string, gateway: string, gatewayClass: string): readonly string[] {
  const text = `${gateway}-${gatewayClass}`;
  const legal = (/^[a-z]/.test(text) ? text : `gateway-${text}`).replaceAll('.', '-');
  const plain = legal === text && text.length <= longestLabel ? text : withHash(legal, text, longestLabel);
  return [plain, withHash(legal, `${namespace}/${gateway}/${gatewayClass}`, longestLabel)];
}

/** The name of the slice that mirrors one source: the hash keeps them apart, the stem says whose it is. */
export function sliceName(service: string, source: string): string {
  return `${service}-${hashOf(source)}`;
}

export function portName(protocol: string, port: number): string {
  return `${protocol.toLowerCase()}-${port}`;
}

function withHash(stem: string, of: string, longest: number): string {
  const hash = hashOf(of);
  const kept = stem.slice(0, longest - hash.length - 1).replace(/[^A-Za-z0-9]+$/, '');
  return kept === '' ? hash : `${kept}-${hash}`;
}

function hashOf(text: string): string {
  return fnv1a(text).toString(16).padStart(8, '0');
}

/** FNV-1a, 32 bits: enough to tell names apart, and needs no crypto in a pure module. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}
