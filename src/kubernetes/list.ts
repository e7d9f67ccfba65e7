import type { ApiClient } from './client.ts';
import type { Failure } from './failure.ts';

export interface Listing {
  readonly objects: readonly unknown[];
  readonly resourceVersion: string;
}

const pageSize = 500;

/** All objects of a collection, in pages of one consistent state; a page that has expired (410) is a failure. */
export async function listAll(
  client: ApiClient,
  path: string,
  selectors: Readonly<Record<string, string>>,
): Promise<Listing | { readonly failure: Failure }> {
  const objects: unknown[] = [];
  let next = '';
  for (;;) {
    const query = new URLSearchParams({ ...selectors, limit: `${pageSize}`, ...(next !== '' && { continue: next }) });
    const result = await client.request({ method: 'GET', path: `${path}?${query.toString()}` });
    if ('failure' in result) return result;
    const list = result.body as { items?: unknown[]; metadata?: { resourceVersion?: string; continue?: string } };
    objects.push(...(list.items ?? []));
    next = list.metadata?.continue ?? '';
    if (next === '') return { objects, resourceVersion: list.metadata?.resourceVersion ?? '0' };
  }
}
