import { keyOf } from '../../src/gateway/keys.ts';
import type { Controller } from '../../src/main.ts';
import type { Gateway, Route } from '../../src/objects/gateway-api.ts';
import type { Kind } from '../../src/objects/keys.ts';
import type { Condition } from '../../src/objects/kubernetes.ts';
import type { Service } from '../../src/objects/service.ts';
import type { FollowedObject } from '../../src/objects/view.ts';

/** What the demo ends with; with `--output json` this document. */
export interface Summary {
  readonly gateways: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly addresses: readonly string[];
    readonly accepted: boolean;
    readonly programmed: boolean;
    readonly state: string;
  }[];
  readonly routes: readonly {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly accepted: boolean;
    readonly resolvedRefs: boolean;
    readonly state: string;
    readonly reasons: readonly string[];
  }[];
  readonly services: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly type: string;
    readonly addresses: readonly string[];
    readonly selector: Readonly<Record<string, string>>;
    readonly ports: readonly {
      readonly port: number;
      readonly targetPort: number | string;
      readonly protocol: string;
    }[];
  }[];
}

/** From what the cluster says of itself, and the states of the actors. */
export function summarise({ cluster, actors }: Controller): Summary {
  const all = (...kinds: Kind[]): FollowedObject[] =>
    [...cluster.keysOf(...kinds)].toSorted().flatMap((key) => cluster.get(key) ?? []);
  /** The parent states hide their substates: `ServiceReady` says it all, the others say where they wait. */
  const stateOf = (object: Gateway | Route): string => {
    const state = actors.entries.get(keyOf(object))?.state ?? 'NotOurs';
    return state.startsWith('ServiceReady.') ? 'ServiceReady' : state;
  };
  return {
    gateways: all('Gateway').map((object) => gatewayRow(object as Gateway, stateOf(object as Gateway))),
    routes: all('TCPRoute', 'UDPRoute').map((object) => routeRow(object as Route, stateOf(object as Route))),
    services: all('Service').map((object) => serviceRow(object as Service)),
  };
}

function gatewayRow({ metadata, status }: Gateway, state: string): Summary['gateways'][number] {
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    addresses: status.addresses.map(({ value }) => value),
    accepted: isTrue(status.conditions, 'Accepted'),
    programmed: isTrue(status.conditions, 'Programmed'),
    state,
  };
}

function routeRow({ kind, metadata, status }: Route, state: string): Summary['routes'][number] {
  const conditions = status.parents.map((parent) => parent.conditions);
  const all = (type: string): boolean => conditions.length > 0 && conditions.every((list) => isTrue(list, type));
  return {
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    accepted: all('Accepted'),
    resolvedRefs: all('ResolvedRefs'),
    state,
    reasons: [...new Set(conditions.flatMap((list) => list.map(({ reason }) => reason)))],
  };
}

function serviceRow({ metadata, spec, status }: Service): Summary['services'][number] {
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    type: spec.type,
    addresses: status.ingress.flatMap(({ ip }) => ip ?? []),
    selector: spec.selector ?? {},
    ports: spec.ports.map(({ port, targetPort, protocol }) => ({ port, targetPort: targetPort ?? port, protocol })),
  };
}

function isTrue(conditions: readonly Condition[], type: string): boolean {
  return conditions.some((condition) => condition.type === type && condition.status === 'True');
}

/** The summary as a table for people. */
export function table({ gateways, routes, services }: Summary): string {
  const rows = [
    ['KIND', 'NAME', 'STATE', 'ADDRESSES', 'DETAILS'],
    ...gateways.map((row) => [
      'Gateway',
      `${row.namespace}/${row.name}`,
      row.state,
      row.addresses.join(',') || '-',
      `accepted=${row.accepted} programmed=${row.programmed}`,
    ]),
    ...routes.map((row) => [row.kind, `${row.namespace}/${row.name}`, row.state, '-', row.reasons.join(',') || '-']),
    ...services.map((row) => [
      'Service',
      `${row.namespace}/${row.name}`,
      row.type,
      row.addresses.join(',') || '-',
      row.ports.map(({ port, targetPort, protocol }) => `${port}->${targetPort}/${protocol}`).join(' '),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
