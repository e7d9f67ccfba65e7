import { spawnSync } from 'node:child_process';
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Texts of files by path; paths are relative to the root and have forward slashes. */
export type Tree = ReadonlyMap<string, string>;

/** What the rules of the house want to know of one TypeScript file. */
export interface Source {
  readonly path: string;
  /** What it imports or re-exports, types and dynamic imports included: a path of the tree, or a package's name. */
  readonly imports: readonly string[];
  /** Statements that are still there when types are stripped. */
  readonly runtimeStatements: readonly string[];
  /** Calls, constructions and properties of plain names, e.g. `fetch()`, `new Date`, `Date.now`. */
  readonly uses: readonly string[];
  /** String literals that are values (not types, not compared with). */
  readonly stringValues: readonly string[];
}

const skippedFolders = new Set(['node_modules', 'dist', '.git']);

/** Every text file under `root` that belongs to the project. */
export function readTree(root: string): Tree {
  const tree = new Map<string, string>();
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (isFolder(entry)) visit(path);
      else if (entry.isFile()) tree.set(path, readFileSync(join(root, path), 'utf8'));
    }
  };
  visit('');
  return tree;
}

function isFolder(entry: Dirent): boolean {
  return entry.isDirectory() && !skippedFolders.has(entry.name);
}

/** Parses the TypeScript files of a tree. */
export function parseSources(tree: Tree): Source[] {
  const files = [...tree].filter(([path]) => path.endsWith('.ts'));
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'parse-sources.ts')], {
    input: JSON.stringify(files),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`the TypeScript compiler does not parse the tree:\n${stderr}`);
  return JSON.parse(stdout) as Source[];
}
