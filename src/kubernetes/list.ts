import type { ApiClient } from './client.ts';
import type { Failure } from './failure.ts';

export interface Listing<Kept> {
  readonly objects: readonly Kept[];
  readonly resourceVersion: string;
}

export interface ListOptions<Kept> {
  readonly client: ApiClient;
  /** Of the collection. */
  readonly path: string;
  readonly selectors: Readonly<Record<string, string>>;
  /** What is kept of each object. */
  readonly keep: (object: unknown) => Kept;
}

const pageSize = 500;

/** All objects of a collection, in pages of one consistent state; a page that has expired (410) is a failure. */
export async function listAll<Kept>({
  client,
  path,
  selectors,
  keep,
}: ListOptions<Kept>): Promise<Listing<Kept> | { readonly failure: Failure }> {
  const objects: Kept[] = [];
  let next = '';
  for (;;) {
    const query = new URLSearchParams({ ...selectors, limit: `${pageSize}`, ...(next !== '' && { continue: next }) });
    const result = await client.request({ method: 'GET', path: `${path}?${query.toString()}` });
    if ('failure' in result) return result;
    const list = result.body as { items?: unknown[]; metadata?: { resourceVersion?: string; continue?: string } };
    for (const item of list.items ?? []) objects.push(keep(item));
    next = list.metadata?.continue ?? '';
    if (next === '') return { objects, resourceVersion: list.metadata?.resourceVersion ?? '0' };
  }
}
