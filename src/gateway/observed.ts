import type { ResultEvent } from '../objects/facts.ts';

/** What every chart hears: the facts of its object, and the results of effects. */
export type ChartEvent<Facts> = { readonly type: 'Observed'; readonly facts: Facts } | ResultEvent;

/** A guard over the facts of an `Observed` event; other events never pass it. */
export function guardOver<Facts, Context>(test: (facts: Facts, context: Context) => boolean) {
  return ({ context, event }: { readonly context: Context; readonly event: ChartEvent<Facts> }): boolean =>
    event.type === 'Observed' && test(event.facts, context);
}
