import { at, stringOf } from '../../api-server/json.ts';
import { type Entry, isController } from '../history.ts';
import type { Problem } from './problem.ts';

/** Nobody writes who knows, or must know, that another holds the lease. */
export function findUsurpers(history: readonly Entry[]): readonly Problem[] {
  let holder: { readonly author: string; readonly since: number } | undefined;
  const electing = new Set<string>();
  return history.flatMap(({ kind, author, after, at: time, sentAt = time, key }): Problem[] => {
    if (!isController(author)) return [];
    if (kind === 'Lease') {
      electing.add(author);
      const isHeld = stringOf(at(after, 'spec', 'holderIdentity')) !== '';
      if (holder?.author !== author || !isHeld) holder = isHeld ? { author, since: time } : undefined;
      return [];
    }
    if (holder === undefined || holder.author === author || !electing.has(author) || sentAt <= holder.since) return [];
    const what = `${author} writes ${key} though ${holder.author} holds the lease`;
    return [{ counter: 'foreignChanges', at: time, what }];
  });
}
