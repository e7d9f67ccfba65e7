/**
 * Deep equality of JSON-like values; a key whose value is `undefined` counts as absent. It is asked several times for
 * each look at an object, so it makes nothing that would have to be cleared away.
 */
export function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((x, i) => isEqual(x, b[i]));
  }
  const [left, right] = [a as Fields, b as Fields];
  for (const key in left) if (!isEqual(left[key], own(right, key))) return false;
  for (const key in right) if (right[key] !== undefined && own(left, key) === undefined) return false;
  return true;
}

type Fields = Readonly<Record<string, unknown>>;

function own(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}
