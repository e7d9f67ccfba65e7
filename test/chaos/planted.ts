import { Leadership } from '../../src/actors/leadership.ts';
import { parsePool } from '../../src/ipam/pool.ts';
import type { ApiClient, ApiRequest, ApiResult } from '../../src/kubernetes/client.ts';
import type { Controller } from '../../src/main.ts';
import { at, isObject, type Json, type JsonObject, objectOf, textOf } from '../api-server/json.ts';
import { paths, pool } from './manifests.ts';
import type { Plant } from './process.ts';
import { seedsUntilFound } from './suite.ts';

/** Bugs that the suite must find: each replaces a part of the controller from outside, in the test only. */
export const plants: Readonly<Record<string, Plant>> = {
  'ledger write skipped': {
    client: (client) => ({
      ...forward(client),
      request: async (request) => (isLedgerCreation(request) ? pretended(request) : client.request(request)),
    }),
  },
  'claim before adoption is done': {
    controller: (controller) => {
      controller.pool.setPool(parsePool(dataOf(pool(0))));
      controller.actors.open();
    },
  },
  'release before the Gateway is gone': { controller: releaseOnEdit },
  'stale body sent': {
    client: (client, timers) => ({
      ...forward(client),
      request: async (request) => {
        if (request.method !== 'PATCH') return client.request(request);
        await timers.sleep(3_000, new AbortController().signal);
        return client.request({ ...request, body: withoutVersion(request.body) });
      },
    }),
  },
  'retry of a create without reading again': {
    client: (client) => ({
      ...forward(client),
      request: async (request) => {
        const result = await client.request(request);
        const isTaken = 'failure' in result && result.failure.kind === 'exists';
        return isTaken && isLedgerCreation(request) ? pretended(request) : result;
      },
    }),
  },
  'restore forgotten': {
    client: (client) => ({
      ...forward(client),
      request: (request) => client.request(isRestore(request) ? withoutSpec(request) : request),
    }),
  },
  'quarantine ignored': {
    client: (client) => ({
      ...forward(client),
      request: (request) => {
        if (!isRelease(request)) return client.request(request);
        return client.request({
          method: 'DELETE',
          path: request.path,
          body: { apiVersion: 'v1', kind: 'DeleteOptions' },
        });
      },
    }),
  },
  'leader does not stop': {
    controller: (controller) => {
      controller.actors.stop = () => {};
    },
    staysWithoutLease: true,
  },
};

export interface Finding {
  readonly bug: string;
  /** How many seeds it took; `undefined` where none found it. */
  readonly seeds: number | undefined;
  readonly what: string;
}

/** Plants one bug, and runs seeds until one finds it. */
export async function plantAndFind(bug: string, range: { seed: number; seeds: number }): Promise<Finding> {
  const plant = plants[bug];
  if (plant === undefined) throw new Error(`no such bug: ${bug}`);
  const find = (): ReturnType<typeof seedsUntilFound> => seedsUntilFound(plant, range);
  const found = await (plant.staysWithoutLease === true ? withEndlessLeaders(find) : find());
  return {
    bug,
    seeds: found?.seeds,
    what: found === undefined ? '' : `${found.problem.counter}: ${found.problem.what}`,
  };
}

/** Lets `action` run while every leader believes that it may write. */
async function withEndlessLeaders<T>(action: () => Promise<T>): Promise<T> {
  const real = Object.getOwnPropertyDescriptor(Leadership.prototype, 'mayWrite');
  Object.defineProperty(Leadership.prototype, 'mayWrite', { configurable: true, get: () => true });
  try {
    return await action();
  } finally {
    if (real !== undefined) Object.defineProperty(Leadership.prototype, 'mayWrite', real);
  }
}

const annotationPrefix = 'gateway-api-controller.thebsdbox.co.uk/';

/** A client's methods, bound: a class instance cannot be spread. */
function forward(client: ApiClient): ApiClient {
  return {
    request: (request) => client.request(request),
    watch: (path, signal) => client.watch(path, signal),
    close: () => client.close(),
  };
}

function isLedgerCreation({ method, path }: ApiRequest): boolean {
  return method === 'POST' && path.endsWith('/ipaddresses');
}

/** The answer of a server that has done it. */
function pretended({ body }: ApiRequest): ApiResult {
  const manifest = objectOf(body as Json);
  return { body: { ...manifest, metadata: { ...objectOf(manifest.metadata), uid: 'none', resourceVersion: '1' } } };
}

/** A Gateway that is edited is taken for one that is gone. */
function releaseOnEdit(controller: Controller, client: ApiClient): void {
  controller.cluster.onChange(({ key, before, after }) => {
    if (!key.startsWith('Gateway/') || before?.kind !== 'Gateway' || after?.kind !== 'Gateway') return;
    if (before.metadata.generation === after.metadata.generation) return;
    const held = controller.pool.held(after.metadata.uid);
    controller.pool.release(after.metadata.uid);
    for (const address of held) void client.request({ method: 'DELETE', path: `${paths.ipAddresses}/${address}` });
  });
}

function withoutVersion(body: unknown): JsonObject {
  const { metadata, ...rest } = objectOf(body as Json);
  const { resourceVersion: _none, ...kept } = objectOf(metadata);
  return { ...rest, metadata: kept };
}

function annotationsOf({ body }: ApiRequest): JsonObject {
  return objectOf(at(isObject(body as Json) ? (body as JsonObject) : {}, 'metadata', 'annotations'));
}

/** What takes our record off a user's Service. */
function isRestore(request: ApiRequest): boolean {
  return request.method === 'PATCH' && annotationsOf(request)[`${annotationPrefix}original`] === null;
}

function withoutSpec(request: ApiRequest): ApiRequest {
  const { spec: _forgotten, ...body } = objectOf(request.body as Json);
  return { ...request, body };
}

/** What marks an entry of the ledger as given up. */
function isRelease(request: ApiRequest): boolean {
  const mark = annotationsOf(request)[`${annotationPrefix}released-at`];
  return request.method === 'PATCH' && request.path.includes('/ipaddresses/') && typeof mark === 'string';
}

function dataOf(configMap: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(objectOf(configMap.data)).map(([key, value]) => [key, textOf(value)]));
}
