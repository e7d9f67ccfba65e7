import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { UsageError } from '../../src/flags.ts';
import { ApiError, type Manifest, type TestClient } from '../support/server.ts';

interface Document {
  readonly file: string;
  readonly manifest: Manifest;
}

/**
 * Applies manifests as `kubectl apply` would, namespaces first; a namespace that no manifest brings is made.
 * @returns one line for each object that the API server refuses.
 * @throws UsageError where a file is no YAML, or a document no object.
 */
export async function applyManifests(client: TestClient, files: readonly string[]): Promise<readonly string[]> {
  const documents = files.flatMap(readDocuments);
  const namespaces = new Set(documents.flatMap(({ manifest }) => manifest.metadata.namespace ?? 'default'));
  const brought = documents.filter(({ manifest }) => manifest.kind === 'Namespace');
  for (const { manifest } of brought) namespaces.delete(manifest.metadata.name ?? '');
  const missing = [...namespaces].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  const refusals: string[] = [];
  const ordered = [...brought, ...documents.filter((document) => !brought.includes(document))];
  const all = [...missing.map((manifest) => ({ file: '', manifest })), ...ordered];
  for (const document of all) {
    const refusal = await apply(client, document);
    if (refusal !== undefined) refusals.push(refusal);
  }
  return refusals;
}

async function apply(client: TestClient, { file, manifest }: Document): Promise<string | undefined> {
  try {
    await client.applyManifest(JSON.stringify(manifest));
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return `${file}: ${manifest.kind} ${manifest.metadata.name} is refused by the API server: ${error.message}`;
  }
}

function readDocuments(file: string): readonly Document[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).flatMap((document): Document[] => {
    const [error] = document.errors;
    if (error !== undefined) throw new UsageError(`${file}: ${error.message.split('\n')[0]}`);
    const manifest = document.toJS() as Manifest | null;
    if (manifest === null) return [];
    if (typeof manifest.kind !== 'string' || typeof manifest.metadata?.name !== 'string') {
      throw new UsageError(`${file}: a document has no kind or no metadata.name`);
    }
    return [{ file: basename(file), manifest: withNamespace(manifest) }];
  });
}

const clusterScoped: ReadonlySet<string> = new Set(['GatewayClass', 'Namespace', 'Node', 'IPAddress']);

function withNamespace(manifest: Manifest): Manifest {
  if (clusterScoped.has(manifest.kind) || manifest.metadata.namespace !== undefined) return manifest;
  return { ...manifest, metadata: { ...manifest.metadata, namespace: 'default' } };
}
