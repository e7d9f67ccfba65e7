import type { ApiObject, JsonObject } from './json.ts';

/** Fields that events.k8s.io/v1 and core/v1 name differently: [events.k8s.io, core]. One storage holds both. */
const RENAMED: readonly (readonly [string, string])[] = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
];

function renamed(object: JsonObject, names: ReadonlyMap<string, string>): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [names.get(name) ?? name, value]));
}

const TO_CORE = new Map(RENAMED);
const FROM_CORE = new Map(RENAMED.map(([ours, core]) => [core, ours]));

/** An events.k8s.io/v1 Event in the form that is stored, core/v1. */
export function toCoreEvent(object: ApiObject): ApiObject {
  return {
    ...object,
    ...emptied(object),
    ...renamed(object, TO_CORE),
    kind: 'Event',
    apiVersion: 'v1',
    metadata: object.metadata,
  };
}

/** A stored Event as events.k8s.io/v1 shows it. */
export function fromCoreEvent(object: ApiObject): ApiObject {
  const view = { ...object, ...emptied(object), ...renamed(object, FROM_CORE) };
  const named = {
    reportingController: view.reportingController || undefined,
    reportingInstance: view.reportingInstance || undefined,
  };
  return { ...view, ...named, kind: 'Event', apiVersion: 'events.k8s.io/v1', metadata: object.metadata };
}

/** The names that are about to be renamed, set to undefined. */
function emptied(object: JsonObject): JsonObject {
  const names = RENAMED.flat().filter((name) => name in object);
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
