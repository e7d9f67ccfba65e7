import {
  type ApiObject,
  arrayOf,
  at,
  type Json,
  type JsonObject,
  numberOf,
  objectOf,
  objectsOf,
  stringOf,
  stringsOf,
  textOf,
} from './json.ts';
import { age, formatLabels, sinceText } from './table-text.ts';

/** One column as the real server's printer, or a CRD's additionalPrinterColumns, defines it. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  /** 1: shown with `-o wide` only. */
  readonly priority?: number;
  /** A cell without a definition: the real server has one. */
  readonly hidden?: boolean;
  readonly cell: (object: ApiObject, now: Date) => Json;
}

function text(name: string, cell: Column['cell'], priority = 0): Column {
  return { name, type: 'string', priority, cell };
}

const AGE = text('Age', age);
/** Custom resources carry the time itself; the client makes an age of it. */
const DATE: Column = { name: 'Age', type: 'date', cell: (object, now) => age(object, now) };

function pathColumn(name: string, path: readonly string[], priority = 0): Column {
  return text(name, (object) => (at(object, ...path) as Json | undefined) ?? null, priority);
}

function conditionColumn(type: string): Column {
  return text(type, (object) => {
    const condition = objectsOf(at(object, 'status', 'conditions')).find((candidate) => candidate.type === type);
    return condition?.status ?? null;
  });
}

function gatewayAddresses(object: ApiObject): Json {
  const addresses = objectsOf(at(object, 'status', 'addresses'));
  return addresses.length === 0 ? null : addresses.map((address) => stringOf(address.value)).join(',');
}

function loadBalancerAddresses(service: ApiObject): string[] {
  const ingress = objectsOf(at(service, 'status', 'loadBalancer', 'ingress'));
  const shown = ingress.map((item) => stringOf(item.ip) || stringOf(item.hostname)).filter((item) => item !== '');
  return [...new Set(shown)].sort();
}

const LOAD_BALANCER_WIDTH = 16;

function externalAddress(service: ApiObject): string {
  const spec = objectOf(service.spec);
  const external = stringsOf(spec.externalIPs);
  switch (spec.type) {
    case 'LoadBalancer': {
      const joined = loadBalancerAddresses(service).join(',');
      const shown = joined.length > LOAD_BALANCER_WIDTH ? `${joined.slice(0, LOAD_BALANCER_WIDTH - 3)}...` : joined;
      return [...(shown === '' ? [] : [shown]), ...external].join(',') || '<pending>';
    }
    case 'ExternalName':
      return stringOf(spec.externalName);
    default:
      return external.join(',') || '<none>';
  }
}

function servicePorts(service: ApiObject): string {
  const shown = objectsOf(at(service, 'spec', 'ports')).map(({ port, nodePort, protocol }) => {
    return nodePort ? `${textOf(port)}:${textOf(nodePort)}/${textOf(protocol)}` : `${textOf(port)}/${textOf(protocol)}`;
  });
  return shown.join(',') || '<none>';
}

function dataSize(object: ApiObject): number {
  return Object.keys(objectOf(object.data)).length + Object.keys(objectOf(object.binaryData)).length;
}

function atMostThree(items: readonly string[]): string {
  if (items.length === 0) return '<unset>';
  const shown = items.slice(0, 3).join(',');
  return items.length > 3 ? `${shown} + ${items.length - 3} more...` : shown;
}

function slicePort(port: JsonObject): string {
  return typeof port.port === 'number' ? String(port.port) : stringOf(port.name) || '*';
}

function parentReference(object: ApiObject): string {
  const parent = at(object, 'spec', 'parentRef');
  if (parent === undefined) return '<none>';
  const { group, resource, namespace, name } = objectOf(parent);
  const kind = stringOf(group) === '' ? stringOf(resource) : `${stringOf(resource)}.${stringOf(group)}`;
  return [kind.toLowerCase(), stringOf(namespace), stringOf(name)].filter((part) => part !== '').join('/');
}

function containers(object: ApiObject): JsonObject[] {
  return objectsOf(at(object, 'spec', 'template', 'spec', 'containers') ?? at(object, 'spec', 'containers'));
}

function readyContainers(pod: ApiObject): string {
  const statuses = objectsOf(at(pod, 'status', 'containerStatuses'));
  return `${statuses.filter((status) => status.ready === true).length}/${containers(pod).length}`;
}

function replicas(object: ApiObject, field: string): number {
  return numberOf(at(object, 'status', field));
}

function nodeStatus(node: ApiObject): string {
  const ready = objectsOf(at(node, 'status', 'conditions')).find((condition) => condition.type === 'Ready');
  if (!ready) return 'Unknown';
  return ready.status === 'True' ? 'Ready' : 'NotReady';
}

function eventTarget(event: ApiObject): string {
  const { kind, name } = objectOf(event.involvedObject);
  return [stringOf(kind).toLowerCase(), stringOf(name)].filter((part) => part !== '').join('/');
}

function lastSeen(event: ApiObject, now: Date): string {
  const series = at(event, 'series', 'lastObservedTime');
  return sinceText(
    stringOf(series) || stringOf(event.lastTimestamp) || stringOf(event.firstTimestamp) || stringOf(event.eventTime),
    now,
  );
}

/** Columns by kind, after the name (Events: all of them). */
export const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Namespace: [pathColumn('Status', ['status', 'phase']), AGE],
  Service: [
    pathColumn('Type', ['spec', 'type']),
    text('Cluster-IP', (object) => stringOf(arrayOf(at(object, 'spec', 'clusterIPs'))[0]) || '<none>'),
    text('External-IP', externalAddress),
    text('Port(s)', servicePorts),
    AGE,
    text('Selector', (object) => formatLabels(at(object, 'spec', 'selector')), 1),
  ],
  ConfigMap: [{ name: 'Data', type: 'string', cell: dataSize }, AGE],
  Secret: [pathColumn('Type', ['type']), { name: 'Data', type: 'string', cell: dataSize }, AGE],
  ServiceAccount: [AGE],
  Pod: [
    text('Ready', readyContainers),
    text('Status', (object) =>
      object.metadata.deletionTimestamp ? 'Terminating' : stringOf(at(object, 'status', 'phase')),
    ),
    text('Restarts', () => '0'),
    AGE,
    text('IP', (object) => stringOf(at(object, 'status', 'podIP')) || '<none>', 1),
    text('Node', (object) => stringOf(at(object, 'spec', 'nodeName')) || '<none>', 1),
    text('Nominated Node', () => '<none>', 1),
    text('Readiness Gates', () => '<none>', 1),
  ],
  Node: [
    text('Status', nodeStatus),
    text('Roles', () => '<none>'),
    AGE,
    pathColumn('Version', ['status', 'nodeInfo', 'kubeletVersion']),
  ],
  Deployment: [
    text('Ready', (object) => `${replicas(object, 'readyReplicas')}/${numberOf(at(object, 'spec', 'replicas'))}`),
    { name: 'Up-to-date', type: 'string', cell: (object) => replicas(object, 'updatedReplicas') },
    { name: 'Available', type: 'string', cell: (object) => replicas(object, 'availableReplicas') },
    AGE,
    text(
      'Containers',
      (object) =>
        containers(object)
          .map((container) => stringOf(container.name))
          .join(','),
      1,
    ),
    text(
      'Images',
      (object) =>
        containers(object)
          .map((container) => stringOf(container.image))
          .join(','),
      1,
    ),
    text('Selector', (object) => formatLabels(at(object, 'spec', 'selector', 'matchLabels')), 1),
  ],
  EndpointSlice: [
    pathColumn('AddressType', ['addressType']),
    text('Ports', (object) => atMostThree(objectsOf(object.ports).map(slicePort))),
    text('Endpoints', (object) =>
      atMostThree(objectsOf(object.endpoints).flatMap((endpoint) => stringsOf(endpoint.addresses))),
    ),
    AGE,
  ],
  Lease: [pathColumn('Holder', ['spec', 'holderIdentity']), AGE],
  IPAddress: [text('ParentRef', parentReference), { ...AGE, hidden: true }],
  Event: [
    text('Last Seen', lastSeen),
    pathColumn('Type', ['type']),
    pathColumn('Reason', ['reason']),
    text('Object', eventTarget),
    text('Subobject', (object) => stringOf(at(object, 'involvedObject', 'fieldPath')), 1),
    text('Source', (object) => stringOf(at(object, 'source', 'component')) || stringOf(object.reportingComponent), 1),
    text('Message', (object) => stringOf(object.message).trim()),
    text(
      'First Seen',
      (object, now) => sinceText(stringOf(object.firstTimestamp) || stringOf(object.eventTime), now),
      1,
    ),
    text('Count', (object) => numberOf(at(object, 'series', 'count')) || numberOf(object.count) || 1, 1),
    { name: 'Name', type: 'string', format: 'name', priority: 1, cell: (object) => object.metadata.name },
  ],
  GatewayClass: [
    pathColumn('Controller', ['spec', 'controllerName']),
    conditionColumn('Accepted'),
    DATE,
    pathColumn('Description', ['spec', 'description'], 1),
  ],
  Gateway: [
    pathColumn('Class', ['spec', 'gatewayClassName']),
    text('Address', gatewayAddresses),
    conditionColumn('Programmed'),
    DATE,
  ],
  ListenerSet: [conditionColumn('Accepted'), conditionColumn('Programmed'), DATE],
  TCPRoute: [DATE],
  UDPRoute: [DATE],
  ReferenceGrant: [DATE],
};
