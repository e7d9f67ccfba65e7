import type { ApiObject, Json, JsonObject } from './json.ts';
import type { Kind } from './kinds.ts';
import { COLUMNS, type Column } from './table-columns.ts';

const NAME: Column = { name: 'Name', type: 'string', format: 'name', cell: (object) => object.metadata.name };

function columnsOf(kind: Kind): readonly Column[] {
  const columns = COLUMNS[kind.kind] ?? [];
  return kind.kind === 'Event' ? columns : [NAME, ...columns];
}

/** `columnDefinitions` of a Table, without the descriptions of the real server. */
export function tableColumns(kind: Kind): JsonObject[] {
  return columnsOf(kind)
    .filter((column) => column.hidden !== true)
    .map(({ name, type, format = '', priority = 0 }) => ({ name, type, format, description: '', priority }));
}

export function tableRow(object: ApiObject, kind: Kind, now: Date): Json[] {
  return columnsOf(kind).map((column) => column.cell(object, now));
}
