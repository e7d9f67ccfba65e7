/** Bounds of what is shown of one value. */
const longestText = 2_000;
const longestList = 50;
const deepest = 10;

const secretName =
  /token|secret|password|passwd|authorization|credential|cookie|privatekey|private_key|apikey|api_key/i;
const secretTexts = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
];

/**
 * A copy of a value that may be shown to anybody who may see the page: without what looks like a secret, and bounded
 * in depth, length and number. What is left out is said.
 */
export function sanitise(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return sanitiseText(value);
  if (typeof value === 'bigint') return `${value}`;
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
  if (depth >= deepest) return '(deeper levels are left out)';
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    const shown = items.slice(0, longestList).map((item) => sanitise(item, depth + 1));
    return items.length > longestList ? [...shown, `(${items.length - longestList} more)`] : shown;
  }
  const entries = Object.entries(value);
  const shown = entries
    .slice(0, longestList)
    .map(([name, item]) => [name, secretName.test(name) ? '(left out)' : sanitise(item, depth + 1)]);
  if (entries.length > longestList) shown.push(['(more)', entries.length - longestList]);
  return Object.fromEntries(shown) as unknown;
}

/** A text without what looks like a credential, and not too long. */
export function sanitiseText(text: string): string {
  const clean = secretTexts.reduce((rest, pattern) => rest.replaceAll(pattern, '(left out)'), text);
  return clean.length > longestText ? `${clean.slice(0, longestText)}… (${clean.length - longestText} more)` : clean;
}
