import { invalidValue } from './causes.ts';
import { toCoreEvent } from './event-view.ts';
import { badRequest, invalid } from './failure.ts';
import { type ApiObject, isObject, type JsonObject, objectOf, textOf } from './json.ts';
import { apiVersionOf, type Kind } from './kinds.ts';
import type { ApiRequest } from './request.ts';

function checkType({ kind, version }: ApiRequest, body: JsonObject, expected: string): void {
  const given = { apiVersion: textOf(body.apiVersion ?? expected), kind: textOf(body.kind ?? kind.kind) };
  const where = `cannot be handled as a ${kind.kind}`;
  if (given.apiVersion !== expected) {
    throw badRequest(
      `${given.kind} in version "${given.apiVersion}" ${where}: no kind "${given.kind}" is registered for version "${given.apiVersion}"`,
    );
  }
  if (given.kind !== kind.kind) throw badRequest(`${given.kind} in version "${version}" ${where}: unknown conversion`);
}

/** Custom resources must say what they are. */
function checkCustomType({ kind, verb }: ApiRequest, body: JsonObject, expected: string): void {
  const name = textOf(objectOf(body.metadata).name);
  if (body.kind === undefined && verb !== 'patch') {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind.kind}): Object 'Kind' is missing in '${JSON.stringify(body)}'`,
    );
  }
  if (body.kind !== undefined && body.kind !== kind.kind) {
    const cause = invalidValue('kind', body.kind, `must be ${kind.kind}`);
    throw invalid({ group: kind.group, resource: textOf(body.kind), name }, [cause]);
  }
  if (body.apiVersion !== undefined && body.apiVersion !== expected) {
    const cause = invalidValue('apiVersion', body.apiVersion, `must be ${expected}`);
    if (verb === 'patch') throw invalid({ group: '', resource: kind.kind, name }, [cause]);
    throw badRequest(
      `the API version in the data (${textOf(body.apiVersion)}) does not match the expected API version (${expected})`,
    );
  }
}

/** Labels and annotations are maps of texts: anything else is a 400, as Go's decoder makes it. */
function checkTexts(kind: Kind, metadata: JsonObject): void {
  for (const field of ['labels', 'annotations']) {
    const wrong = Object.values(objectOf(metadata[field])).find((value) => typeof value !== 'string');
    if (wrong === undefined) continue;
    throw badRequest(
      `${kind.kind} in version "v1" cannot be handled as a ${kind.kind}: json: cannot unmarshal ${typeof wrong} into Go struct field ObjectMeta.metadata.${field} of type string`,
    );
  }
}

/** What of `metadata` the API knows; managedFields are not kept. */
const METADATA_FIELDS = [
  'name',
  'namespace',
  'generateName',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'finalizers',
  'ownerReferences',
];

/** The object that a body describes: checked to be of the request's kind, name and namespace. */
export function decodeObject(request: ApiRequest, body: unknown): ApiObject {
  if (!isObject(body)) throw badRequest('the object provided is unrecognized (must be of type Object)');
  const { kind, namespace, name } = request;
  const expected = apiVersionOf(kind, request.version);
  if (kind.custom) checkCustomType(request, body, expected);
  else checkType(request, body, expected);
  const given = objectOf(body.metadata);
  if (kind.namespaced && given.namespace && given.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (name !== '' && given.name && given.name !== name) {
    throw badRequest(`the name of the object (${textOf(given.name)}) does not match the name on the URL (${name})`);
  }
  checkTexts(kind, given);
  const known = Object.fromEntries(
    METADATA_FIELDS.map((field) => [field, given[field]]).filter(([, value]) => value != null),
  );
  const metadata = { uid: '', resourceVersion: '', creationTimestamp: '', ...known, name: textOf(given.name ?? name) };
  if (kind.namespaced) Object.assign(metadata, { namespace });
  const object = { ...body, apiVersion: expected, kind: kind.kind, metadata };
  return kind.storedAs === undefined ? object : toCoreEvent(object);
}
