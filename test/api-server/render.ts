import { fromCoreEvent } from './event-view.ts';
import { type JsonObject, omit } from './json.ts';
import { apiVersionOf, type Kind } from './kinds.ts';
import type { ApiRequest } from './request.ts';
import type { Change, Stored } from './store.ts';
import { tableColumns, tableRow } from './table.ts';

type Form = 'object' | 'table' | 'metadata';

/** In which form a client wants its objects. */
export interface Representation {
  /** Equal for equal representations: the key under which rendered text is kept. */
  readonly id: string;
  readonly kind: Kind;
  readonly apiVersion: string;
  readonly form: Form;
  readonly includeObject: string;
  readonly now: () => Date;
}

function formOf(accept: string): Form {
  for (const type of accept.split(',')) {
    if (type.includes('as=Table')) return 'table';
    if (type.includes('as=PartialObjectMetadata')) return 'metadata';
    if (/^\s*(application\/json|\*\/\*)\s*(;|$)/.test(type)) return 'object';
  }
  return 'object';
}

export function representation(request: ApiRequest, now: () => Date): Representation {
  const form = formOf(request.accept);
  const apiVersion = apiVersionOf(request.kind, request.version);
  const includeObject = request.query.get('includeObject') ?? 'Metadata';
  return { id: `${form} ${apiVersion} ${includeObject}`, kind: request.kind, apiVersion, form, includeObject, now };
}

function envelope(kind: string, apiVersion: string): string {
  return `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`;
}

/** The object alone, whatever form the list or table around it has. */
export function objectText(stored: Stored, want: Representation): string {
  if (want.kind.storedAs !== undefined) return JSON.stringify(fromCoreEvent(stored.object));
  return envelope(want.kind.kind, want.apiVersion) + stored.text.slice(1);
}

function metadataOnly(stored: Stored): string {
  return `${envelope('PartialObjectMetadata', 'meta.k8s.io/v1')}"metadata":${JSON.stringify(stored.object.metadata)}}`;
}

function included(stored: Stored, want: Representation): string {
  if (want.includeObject === 'None') return 'null';
  return want.includeObject === 'Object' ? objectText(stored, want) : metadataOnly(stored);
}

function tableText(items: readonly Stored[], listMetadata: JsonObject, want: Representation): string {
  const rows = items.map((stored) => {
    return `{"cells":${JSON.stringify(tableRow(stored.object, want.kind, want.now()))},"object":${included(stored, want)}}`;
  });
  const columns = JSON.stringify(tableColumns(want.kind));
  const head = `${envelope('Table', 'meta.k8s.io/v1')}"metadata":${JSON.stringify(listMetadata)}`;
  return `${head},"columnDefinitions":${columns},"rows":[${rows.join(',')}]}`;
}

export function renderOne(stored: Stored, want: Representation): string {
  switch (want.form) {
    case 'table':
      return tableText([stored], { resourceVersion: stored.object.metadata.resourceVersion }, want);
    case 'metadata':
      return metadataOnly(stored);
    case 'object':
      return objectText(stored, want);
  }
}

function itemText(stored: Stored, want: Representation): string {
  if (want.form === 'metadata') return metadataOnly(stored);
  // The real server leaves kind and apiVersion out of list items, except for custom resources.
  if (want.kind.custom) return objectText(stored, want);
  return want.kind.storedAs === undefined
    ? stored.text
    : JSON.stringify(omit(fromCoreEvent(stored.object), 'kind', 'apiVersion'));
}

export function renderList(items: readonly Stored[], listMetadata: JsonObject, want: Representation): string {
  if (want.form === 'table') return tableText(items, listMetadata, want);
  const head =
    want.form === 'metadata'
      ? envelope('PartialObjectMetadataList', 'meta.k8s.io/v1')
      : envelope(`${want.kind.kind}List`, want.apiVersion);
  const texts = items.map((stored) => itemText(stored, want));
  return `${head}"metadata":${JSON.stringify(listMetadata)},"items":[${texts.join(',')}]}`;
}

export function watchLine(type: string, stored: Stored, want: Representation): Buffer {
  return Buffer.from(`{"type":"${type}","object":${renderOne(stored, want)}}\n`);
}

/** The line of a change, made once for all watchers that want the same form. */
export function changeLine(change: Change, type: string, want: Representation): Buffer {
  const key = `${type} ${want.id}`;
  const known = change.lines.get(key);
  if (known) return known;
  const line = watchLine(type, change.current, want);
  change.lines.set(key, line);
  return line;
}

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

export function bookmarkLine(version: number, want: Representation, initialEventsEnd = false): Buffer {
  const annotations = initialEventsEnd ? { [INITIAL_EVENTS_END]: 'true' } : undefined;
  const metadata = { resourceVersion: String(version), annotations };
  const body = `${envelope(want.kind.kind, want.apiVersion)}"metadata":${JSON.stringify(metadata)}}`;
  return Buffer.from(`{"type":"BOOKMARK","object":${body}}\n`);
}
