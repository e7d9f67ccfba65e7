import * as z from 'zod';

/** Most objects have many parts that are empty: one for all. */
const emptyMap: Readonly<Record<string, string>> = Object.freeze({});
const emptyList: readonly never[] = Object.freeze([]);

/** Labels and the like; absent is empty. */
export const stringMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((map) => (map == null || isEmpty(map) ? emptyMap : map));

/** Absent is empty. */
export function list<T extends z.ZodType>(item: T) {
  return z.array(item).nullish().transform(orEmpty);
}

function orEmpty<T>(items: readonly T[] | null | undefined): readonly T[] {
  return items == null || items.length === 0 ? emptyList : items;
}

function isEmpty(map: object): boolean {
  for (const _key in map) return false;
  return true;
}
