import { randomInt, randomUUID } from 'node:crypto';
import { forbiddenField, invalidValue, required, tooLong } from './causes.ts';
import type { Cause } from './failure.ts';
import { type ApiObject, equal, type Json, type Metadata, type OwnerReference, textOf } from './json.ts';
import type { Kind } from './kinds.ts';
import { labelValueErrors, nameErrors, qualifiedNameErrors } from './names.ts';

const ANNOTATION_BYTES = 256 * 1024;
const SUFFIX = 'bcdfghjklmnpqrstvwxz2456789';

/** RFC 3339 to the second, as the API writes times. */
export function timestamp(now: Date): string {
  return `${now.toISOString().slice(0, 19)}Z`;
}

/** The name for a generateName: five random characters after at most 58 given ones. */
export function generatedName(base: string): string {
  let suffix = '';
  for (let index = 0; index < 5; index += 1) suffix += SUFFIX[randomInt(SUFFIX.length)];
  return base.slice(0, 58) + suffix;
}

/** Leaves out empty maps and lists, as Go's `omitempty` does. */
function dropEmpty(metadata: Metadata): void {
  if (Object.keys(metadata.labels ?? {}).length === 0) delete metadata.labels;
  if (Object.keys(metadata.annotations ?? {}).length === 0) delete metadata.annotations;
  if ((metadata.finalizers ?? []).length === 0) delete metadata.finalizers;
  if ((metadata.ownerReferences ?? []).length === 0) delete metadata.ownerReferences;
}

/** Metadata of a new object: what the server sets itself replaces what the client sent. */
export function newMetadata(given: Metadata, namespace: string, kind: Kind, now: Date): Metadata {
  const { uid: _uid, generation: _generation, deletionTimestamp: _deletion, ...kept } = given;
  const metadata: Metadata = {
    ...kept,
    name: given.name || (given.generateName ? generatedName(given.generateName) : ''),
    uid: randomUUID(),
    resourceVersion: '',
    creationTimestamp: timestamp(now),
  };
  delete metadata.namespace;
  delete metadata.deletionGracePeriodSeconds;
  if (kind.namespaced) metadata.namespace = namespace;
  if (kind.generation) metadata.generation = 1;
  dropEmpty(metadata);
  return metadata;
}

/** Metadata of an update: what no client may change stays. */
export function updatedMetadata(given: Metadata, before: Metadata): Metadata {
  const { generation: _generation, deletionTimestamp: _deletion, deletionGracePeriodSeconds: _grace, ...kept } = given;
  const metadata: Metadata = { ...kept, uid: given.uid || before.uid, creationTimestamp: before.creationTimestamp };
  if (before.generation !== undefined) metadata.generation = before.generation;
  if (before.deletionTimestamp !== undefined) metadata.deletionTimestamp = before.deletionTimestamp;
  if (before.deletionGracePeriodSeconds !== undefined)
    metadata.deletionGracePeriodSeconds = before.deletionGracePeriodSeconds;
  dropEmpty(metadata);
  return metadata;
}

export function labelCauses(labels: Readonly<Record<string, Json | undefined>>, field: string): Cause[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedNameErrors(key).map((error) => invalidValue(field, key, error)),
    ...labelValueErrors(textOf(value)).map((error) => invalidValue(field, value, error)),
  ]);
}

function annotationCauses(annotations: Readonly<Record<string, string>>): Cause[] {
  const field = 'metadata.annotations';
  const entries = Object.entries(annotations);
  const causes = entries.flatMap(([key]) => {
    return qualifiedNameErrors(key.toLowerCase()).map((error) => invalidValue(field, key, error));
  });
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  return bytes > ANNOTATION_BYTES ? [...causes, tooLong(field, ANNOTATION_BYTES)] : causes;
}

const OWNER_FIELDS = ['apiVersion', 'kind', 'name', 'uid'] as const;

function ownerCauses(owners: readonly OwnerReference[]): Cause[] {
  const field = 'metadata.ownerReferences';
  const causes = owners.flatMap((owner, index) => {
    const missing = OWNER_FIELDS.filter((name) => !owner[name]);
    return missing.map((name) => required(`${field}[${index}].${name}`, 'must not be empty'));
  });
  const [first, second] = owners.filter((owner) => owner.controller === true);
  if (!first || !second) return causes;
  const message = `Only one reference can have Controller set to true. Found "true" in references for ${first.kind}/${first.name} and ${second.kind}/${second.name}`;
  return [...causes, invalidValue(field, [...owners], message)];
}

const STANDARD_FINALIZERS: readonly string[] = ['orphan', 'foregroundDeletion', 'kubernetes'];

function finalizerCauses(finalizers: readonly string[], kind: Kind): Cause[] {
  return finalizers.flatMap((name, index) => {
    const causes = qualifiedNameErrors(name).map((error) => invalidValue('metadata.finalizers', name, error));
    // Only built-in kinds ask for a group in the name.
    if (causes.length > 0 || kind.custom || name.includes('/') || STANDARD_FINALIZERS.includes(name)) return causes;
    const message = 'name is neither a standard finalizer name nor is it fully qualified';
    return [invalidValue(`metadata.finalizers[${index}]`, name, message)];
  });
}

function commonCauses(metadata: Metadata, kind: Kind): Cause[] {
  return [
    ...labelCauses(metadata.labels ?? {}, 'metadata.labels'),
    ...annotationCauses(metadata.annotations ?? {}),
    ...ownerCauses(metadata.ownerReferences ?? []),
    ...finalizerCauses(metadata.finalizers ?? [], kind),
  ];
}

export function createdMetadataCauses(object: ApiObject, kind: Kind): Cause[] {
  const { name, generateName } = object.metadata;
  // A base may end in a dash, which the random part follows.
  const base = generateName ? nameErrors(kind.names, generateName.replace(/-$/, 'a')) : [];
  const ofBase = base.map((error) => invalidValue('metadata.generateName', generateName, error));
  const causes =
    name === ''
      ? [required('metadata.name', 'name or generateName is required')]
      : nameErrors(kind.names, name).map((error) => invalidValue('metadata.name', name, error));
  return [...ofBase, ...causes, ...commonCauses(object.metadata, kind)];
}

/** Finalizers that an update adds although the object is being deleted. */
function lateFinalizers(next: Metadata, before: Metadata): Cause[] {
  if (before.deletionTimestamp === undefined) return [];
  const extra = (next.finalizers ?? []).filter((name) => !before.finalizers?.includes(name));
  if (extra.length === 0) return [];
  const list = extra.map((name) => JSON.stringify(name)).join(', ');
  const message = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
  return [forbiddenField('metadata.finalizers', message)];
}

export function updatedMetadataCauses(object: ApiObject, before: ApiObject, kind: Kind): Cause[] {
  const immutable = (['name', 'namespace', 'uid'] as const).filter((name) => {
    return !equal(object.metadata[name], before.metadata[name]);
  });
  return [
    ...lateFinalizers(object.metadata, before.metadata),
    ...immutable.map((name) => invalidValue(`metadata.${name}`, object.metadata[name], 'field is immutable')),
    ...commonCauses(object.metadata, kind),
  ];
}
