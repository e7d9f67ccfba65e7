import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { placesOf } from '../actors/pool-source.ts';
import { UsageError } from '../flags.ts';
import type { PoolSource } from '../objects/pool-source.ts';

/** The pool's ConfigMap as it would be. */
export interface PoolFile {
  readonly data: Readonly<Record<string, string>>;
  /** As it names itself. */
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

const anything = z.object({ kind: z.string().optional(), items: z.array(z.unknown()).optional() });
const metadata = z.object({ name: z.string().optional(), namespace: z.string().optional() });
const configMapFile = z.object({
  kind: z.literal('ConfigMap'),
  metadata: metadata.nullish(),
  data: z.record(z.string(), z.string()).nullish(),
});

/**
 * Reads the ConfigMap of a file, of which there may be several documents or lists: the only one, or the pool's. Where
 * namespaces may have pools of their own, all of the pool's name.
 * @param file its path; `-`: the standard input.
 * @throws UsageError
 */
export async function readPoolFile(file: string, source: PoolSource, stdin: Readable): Promise<readonly PoolFile[]> {
  const objects = await readObjects(file, stdin);
  const configMaps = objects.filter((object) => anything.safeParse(object).data?.kind === 'ConfigMap').map(decode);
  if (configMaps.length === 0) throw unusable(file, 'it has no ConfigMap');
  if (configMaps.some((decoded) => decoded === undefined))
    throw unusable(file, 'a ConfigMap has other data than texts');
  const found = choose(
    configMaps.filter((decoded) => decoded !== undefined),
    source,
  );
  if (found.length > 0) return found;
  const wanted = source.isNamespaced === true ? `called ${source.name}` : placesOf(source);
  throw unusable(file, `it has ${configMaps.length} ConfigMaps, and none is ${wanted}`);
}

/** What to say where the ConfigMap of the file names itself otherwise than the pool's. @param current where that is. */
export function hintOf({ name, namespace }: PoolFile, source: PoolSource, current: string | undefined): string {
  const isName = name === undefined || name === source.name;
  const main = current === undefined ? source.namespaces : [current];
  const namespaces = source.isNamespaced === true && namespace !== undefined ? [namespace] : main;
  if (isName && (namespace === undefined || namespaces.includes(namespace))) return '';
  const own = namespace === undefined ? name : `${namespace}/${name ?? source.name}`;
  const pool = placesOf({ ...source, namespaces });
  return `the file has ConfigMap ${own}, but the pool is ${pool}: this is what its data would do there\n`;
}

async function readObjects(file: string, stdin: Readable): Promise<readonly unknown[]> {
  try {
    const content = file === '-' ? await text(stdin) : readFileSync(file, 'utf8');
    return [...parseAllDocuments(content)].flatMap((document) => {
      const [error] = document.errors;
      if (error !== undefined) throw error;
      const object: unknown = document.toJS();
      const { kind, items } = anything.safeParse(object).data ?? {};
      return kind?.endsWith('List') === true && items !== undefined ? items : [object];
    });
  } catch (error) {
    throw unusable(file, String(error).split('\n')[0] ?? '');
  }
}

function decode(object: unknown): PoolFile | undefined {
  const { success, data: decoded } = configMapFile.safeParse(object);
  return success ? { ...decoded.metadata, data: decoded.data ?? {} } : undefined;
}

function choose(configMaps: readonly PoolFile[], source: PoolSource): readonly PoolFile[] {
  if (configMaps.length === 1) return configMaps;
  const named = configMaps.filter(({ name }) => name === source.name);
  const unplaced = named.filter(({ namespace }) => namespace === undefined);
  if (source.isNamespaced === true) return [...named.filter((configMap) => !unplaced.includes(configMap)), ...unplaced];
  const placed = source.namespaces.flatMap((place) => named.filter(({ namespace }) => namespace === place));
  return [...placed, ...unplaced].slice(0, 1);
}

function unusable(file: string, why: string): UsageError {
  return new UsageError(`flag -f: ${file === '-' ? 'the standard input' : file} cannot be used: ${why}`);
}
