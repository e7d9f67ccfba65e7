import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of the page, beside this one: read when they are asked for, so that the page costs nothing before. */
const folder = join(import.meta.dirname, 'page');

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
export async function readPageFile(path: string): Promise<PageFile | undefined> {
  const name = path === '/' ? 'index.html' : path.slice(1);
  const contentType = types[/^[a-z][a-z-]*\.([a-z]+)$/.exec(name)?.[1] ?? ''];
  if (contentType === undefined) return undefined;
  try {
    return { contentType, body: await readFile(join(folder, name), 'utf8') };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
