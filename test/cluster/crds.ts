import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import type { ApiClient } from './api-client.ts';
import { goModuleFolder } from './build.ts';

/** Which of the Gateway API's CRDs to install; by default all of the standard channel as they are. */
export interface CrdSelection {
  readonly channel?: 'standard' | 'experimental';
  /** Kinds to install, e.g. `['GatewayClass', 'Gateway', 'TCPRoute']`. */
  readonly kinds?: readonly string[];
  /** Versions that each kind serves, e.g. `{ TCPRoute: ['v1alpha2'] }`; a kind that is not named serves its own. */
  readonly served?: Readonly<Record<string, readonly string[]>>;
}

/** The part of a CustomResourceDefinition that we read or change. */
export interface Crd {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly names: { readonly kind: string }; readonly versions: readonly CrdVersion[] };
}

interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
}

const collection = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const establishedWithinMs = 30_000;

/** Reads the chosen CRDs of the Gateway API release that the control plane's go.mod pins, from the module cache. */
export async function readCrds({ channel = 'standard', kinds, served = {} }: CrdSelection = {}): Promise<Crd[]> {
  const folder = join(await goModuleFolder('sigs.k8s.io/gateway-api'), 'config', 'crd', channel);
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
  const objects = await Promise.all(files.map((name) => readManifest(join(folder, name))));
  const crds = objects
    .flat()
    .filter(({ kind, spec }) => kind === 'CustomResourceDefinition' && (kinds?.includes(spec.names.kind) ?? true))
    .map((crd) => serveOnly(crd, served[crd.spec.names.kind]));
  const missing = (kinds ?? []).filter((wanted) => !crds.some(({ spec }) => spec.names.kind === wanted));
  if (missing.length > 0) throw new Error(`the ${channel} channel has no CRD for ${missing.join(', ')}`);
  return crds;
}

/** Creates the CRDs and waits until the API server serves all of them. */
export async function installCrds(client: ApiClient, crds: readonly Crd[]): Promise<void> {
  await Promise.all(crds.map((crd) => create(client, crd)));
  const deadline = performance.now() + establishedWithinMs;
  for (const { metadata } of crds) {
    while (!(await isEstablished(client, metadata.name))) {
      if (performance.now() > deadline) throw new Error(`CRD ${metadata.name} is not established`);
      await delay(50);
    }
  }
}

async function readManifest(path: string): Promise<Crd[]> {
  const documents = parseAllDocuments(await readFile(path, 'utf8'));
  return [...documents].map((document) => document.toJS() as Crd);
}

function serveOnly(crd: Crd, served: readonly string[] | undefined): Crd {
  if (served === undefined) return crd;
  const { versions } = crd.spec;
  const unknown = served.filter((wanted) => !versions.some(({ name }) => name === wanted));
  if (unknown.length > 0) throw new Error(`CRD ${crd.metadata.name} has no version ${unknown.join(', ')}`);
  const changed = versions.map((version) => ({ ...version, served: served.includes(version.name) }));
  return { ...crd, spec: { ...crd.spec, versions: changed } };
}

async function create(client: ApiClient, crd: Crd): Promise<void> {
  const { status, body } = await client.request('POST', collection, crd);
  if (status !== 201) throw new Error(`CRD ${crd.metadata.name} is refused: ${JSON.stringify(body)}`);
}

/** Part of a CustomResourceDefinition's answer; a CRD that was created just now has null for conditions. */
interface CrdStatus {
  readonly status?: { readonly conditions?: readonly { type: string; status: string }[] | null };
}

async function isEstablished(client: ApiClient, name: string): Promise<boolean> {
  const { body } = await client.request('GET', `${collection}/${name}`);
  const conditions = (body as CrdStatus).status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
}
