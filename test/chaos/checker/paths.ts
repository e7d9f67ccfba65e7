import { isObject, type Json, textOf } from '../../api-server/json.ts';

/** The leaves of a value by their paths; ports of a Service by port and protocol, other lists by their index. */
export function flatten(value: Json | undefined, path = ''): Map<string, string> {
  const leaves = new Map<string, string>();
  visit(value, path, leaves);
  return leaves;
}

function visit(value: Json | undefined, path: string, leaves: Map<string, string>): void {
  if (value === undefined) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) visit(item, `${path}[${idOf(item, index)}]`, leaves);
  } else if (isObject(value)) {
    for (const [name, item] of Object.entries(value)) visit(item, path === '' ? name : `${path}.${name}`, leaves);
  } else {
    leaves.set(path, JSON.stringify(value));
  }
}

function idOf(item: Json, index: number): string {
  if (isObject(item) && typeof item.port === 'number') return `${item.port}/${textOf(item.protocol ?? 'TCP')}`;
  return String(index);
}
