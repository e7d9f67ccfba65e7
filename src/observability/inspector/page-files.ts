import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of the page, beside this one: read when they are asked for, so that the page costs nothing before. */
const pageFolder = join(import.meta.dirname, 'page');
/** Those of the page that hands on to the Stately inspector what it is told. */
const relayFolder = join(import.meta.dirname, 'stately', 'page');

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml; charset=utf-8',
};

export interface PageFile {
  readonly contentType: string;
  readonly body: string;
}

/** @param path of the request; `undefined`: no such file. */
export function readPageFile(path: string): Promise<PageFile | undefined> {
  return readFileOf(pageFolder, path === '/' ? 'index.html' : path.slice(1));
}

/** The same of the page at /stately, which shows the Stately inspector from where its vendor serves it. */
export async function readRelayFile(path: string): Promise<(PageFile & { readonly mayLoad: string }) | undefined> {
  const name = path === '/stately' ? 'index.html' : (/^\/stately\/(.+)$/.exec(path)?.[1] ?? '');
  const file = await readFileOf(relayFolder, name);
  return file && { ...file, mayLoad: 'frame-src https://stately.ai' };
}

async function readFileOf(folder: string, name: string): Promise<PageFile | undefined> {
  const contentType = types[/^[a-z][a-z-]*\.([a-z]+)$/.exec(name)?.[1] ?? ''];
  if (contentType === undefined) return undefined;
  try {
    return { contentType, body: await readFile(join(folder, name), 'utf8') };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
