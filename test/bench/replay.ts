import { isDeepStrictEqual } from 'node:util';
import type { Api, Request } from './api.ts';
import { type ApiObject, pathOf, type Resource, resources } from './objects.ts';

/** All objects that come and go, by kind and name. */
export type Snapshot = Readonly<Record<Resource, ReadonlyMap<string, ApiObject>>>;

/** The writes for one Gateway: those that come one after the other, then for each route such a chain. */
export interface Chain {
  readonly name: string;
  readonly head: readonly Request[];
  readonly tails: readonly (readonly Request[])[];
}

/**
 * The least writes that lead from one state to the other: one for each object that is created, one for the metadata
 * and spec, and one for the status of each that is changed. An address is in the ledger before it is in the Gateway,
 * in the Gateway before it is on a Service, and the route's status comes last.
 */
export function writesBetween(before: Snapshot, after: Snapshot): readonly Chain[] {
  const of = (kind: Resource, name: string): readonly Request[] =>
    writesOf(kind, before[kind].get(name), after[kind].get(name));
  const ledger = groupBy(after.IPAddress, ({ spec }) => nameIn(spec?.parentRef));
  const services = groupBy(after.Service, ownerOf);
  const slices = groupBy(after.EndpointSlice, ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] ?? '');
  const routes = groupBy(after.TCPRoute, parentOf);
  const withSlices = (service: string): readonly Request[] => [
    ...of('Service', service),
    ...(slices.get(service) ?? []).flatMap((slice) => of('EndpointSlice', slice)),
  ];
  return [...after.Gateway.keys()].map((name) => ({
    name,
    head: [
      ...(ledger.get(name) ?? []).flatMap((address) => of('IPAddress', address)),
      ...of('Gateway', name),
      ...(services.get(name) ?? []).flatMap(withSlices),
    ],
    tails: (routes.get(name) ?? []).map((route) => [
      ...(services.get(route) ?? []).flatMap(withSlices),
      ...of('TCPRoute', route),
    ]),
  }));
}

/** Before each chain, the objects themselves. */
export function withCreation(chains: readonly Chain[], before: Snapshot): readonly Chain[] {
  const routes = groupBy(before.TCPRoute, parentOf);
  return chains.map(({ name, head, tails }) => {
    const created = [
      ...writesOf('Gateway', undefined, before.Gateway.get(name)).slice(0, 1),
      ...(routes.get(name) ?? []).flatMap((route) =>
        writesOf('TCPRoute', undefined, before.TCPRoute.get(route)).slice(0, 1),
      ),
    ];
    return { name, head: [...created, ...head], tails };
  });
}

/**
 * Sends all: the connections of `api` are what bounds the number in flight.
 * @param there objects that owners are looked for in: they have other uids than the first time.
 */
export async function replay(api: Api, chains: readonly Chain[], there: Snapshot): Promise<void> {
  const uids = new Map<string, unknown>();
  for (const kind of ['Gateway', 'TCPRoute'] as const) {
    for (const [name, { metadata }] of there[kind]) uids.set(`${kind}/${name}`, metadata.uid);
  }
  const send = async (requests: readonly Request[]): Promise<void> => {
    for (const request of requests) await sendOne(api, request, uids);
  };
  await Promise.all(
    chains.map(async ({ head, tails }) => {
      await send(head);
      await Promise.all(tails.map(send));
    }),
  );
}

async function sendOne(api: Api, request: Request, uids: Map<string, unknown>): Promise<void> {
  const { code, text } = await api.raw({ ...request, body: withOwners(request.body as ApiObject, uids) });
  if (code >= 300) throw new Error(`${request.method} ${request.path} is answered with ${code}: ${text}`);
  if (request.method !== 'POST' || !/\/(gateways|tcproutes)$/.test(request.path)) return;
  const { kind, metadata } = JSON.parse(text) as ApiObject;
  uids.set(`${kind}/${metadata.name}`, metadata.uid);
}

interface Owner {
  readonly kind: string;
  readonly name: string;
}

function withOwners(body: ApiObject, uids: ReadonlyMap<string, unknown>): ApiObject {
  const owners = body.metadata?.ownerReferences as readonly Owner[] | undefined;
  if (owners === undefined) return body;
  const ownerReferences = owners.map((owner) => ({ ...owner, uid: uids.get(`${owner.kind}/${owner.name}`) }));
  return { ...body, metadata: { ...body.metadata, ownerReferences } };
}

function groupBy(objects: ReadonlyMap<string, ApiObject>, keyOf: (object: ApiObject) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, object] of objects) {
    const key = keyOf(object);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [name]);
    else group.push(name);
  }
  return groups;
}

function parentOf({ spec }: ApiObject): string {
  return nameIn((spec?.parentRefs as readonly unknown[] | undefined)?.[0]);
}

function nameIn(reference: unknown): string {
  return (reference as { readonly name?: string } | undefined)?.name ?? '';
}

/** A Service is written for the route of its name (or of its original's), or for its Gateway. */
function ownerOf({ metadata: { name, annotations } }: ApiObject): string {
  return annotations?.['gateway-api-controller.thebsdbox.co.uk/gateway'] ?? name.replace(/-gw-api$/, '');
}

function writesOf(kind: Resource, before: ApiObject | undefined, after: ApiObject | undefined): readonly Request[] {
  if (after === undefined) return [];
  if (before !== undefined) return [...patch(kind, before, after), ...patchStatus(kind, before, after)];
  return [{ method: 'POST', path: resources[kind], body: manifestOf(after) }, ...patchStatus(kind, undefined, after)];
}

/** What a user would have sent: without what the server adds. */
function manifestOf(object: ApiObject): object {
  const metadata = omit(object.metadata, [
    'uid',
    'resourceVersion',
    'creationTimestamp',
    'generation',
    'managedFields',
  ]);
  const spec = object.spec && omit(object.spec, ['clusterIP', 'clusterIPs']);
  return { ...omit(object, ['status']), metadata, ...(spec && { spec }) };
}

function omit(fields: Readonly<Record<string, unknown>>, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

function patch(kind: Resource, before: ApiObject, after: ApiObject): readonly Request[] {
  const metadata = changed(pick(before.metadata), pick(after.metadata));
  const spec = changed(before.spec ?? {}, after.spec ?? {});
  const endpoints = isDeepStrictEqual(before.endpoints, after.endpoints) ? {} : { endpoints: after.endpoints };
  const body = { ...(metadata && { metadata }), ...(spec && { spec }), ...endpoints };
  return Object.keys(body).length === 0 ? [] : [{ method: 'PATCH', path: pathOf(kind, after.metadata.name), body }];
}

function pick({ labels, annotations, finalizers, ownerReferences }: ApiObject['metadata']) {
  return { labels, annotations, finalizers, ownerReferences };
}

function patchStatus(kind: Resource, before: ApiObject | undefined, after: ApiObject): readonly Request[] {
  const isEmpty = isDeepStrictEqual(after.status ?? {}, {}) || isDeepStrictEqual(after.status, { loadBalancer: {} });
  if (isEmpty || isDeepStrictEqual(before?.status, after.status)) return [];
  const body = { status: after.status };
  return [{ method: 'PATCH', path: `${pathOf(kind, after.metadata.name)}/status`, body }];
}

/** The fields that differ; one that is gone is null, as a merge patch says it. */
function changed(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>) {
  const names = Object.keys({ ...before, ...after }).filter((name) => !isDeepStrictEqual(before[name], after[name]));
  return names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, after[name] ?? null]));
}
