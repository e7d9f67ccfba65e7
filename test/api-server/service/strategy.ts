import { badRequest } from '../failure.ts';
import { type ApiObject, isObject, type JsonObject, objectOf } from '../json.ts';
import { completed } from '../schema.ts';
import { firstWrongType } from '../schema-validation.ts';
import type { Strategy } from '../strategy.ts';
import { ServiceAllocator } from './allocation.ts';
import { setServiceDefaults } from './defaults.ts';
import { Families } from './families.ts';
import { SERVICE } from './shape.ts';
import { dropForeignFields, keepAllocated, normalizeClusterIPs, updateCauses } from './update.ts';
import { ingressCauses, serviceCauses } from './validation.ts';

/** Drops unknown fields; a field of a wrong type is a 400, as Go's decoder makes it. */
function decode(next: ApiObject): void {
  const content: JsonObject = { spec: objectOf(next.spec), status: objectOf(next.status) };
  const wrong = firstWrongType(SERVICE, content);
  if (wrong) {
    throw badRequest(
      `Service in version "v1" cannot be handled as a Service: json: cannot unmarshal ${wrong.field}: ${wrong.message}`,
    );
  }
  const known = completed(SERVICE, content);
  for (const name of Object.keys(next)) if (!['apiVersion', 'kind', 'metadata'].includes(name)) delete next[name];
  if (isObject(known)) Object.assign(next, known);
}

/** Services on a cluster that has these IP families, the default one first. */
export function serviceStrategy(families: readonly string[]): Strategy {
  const allocator = new ServiceAllocator(families);
  const settled = new Families(families);
  return {
    schema: SERVICE,
    setDefaults(next) {
      decode(next);
      setServiceDefaults(next);
    },
    prepareCreate(next) {
      normalizeClusterIPs(next, undefined);
      settled.settle(next, undefined);
      allocator.allocate(next, undefined);
    },
    prepareUpdate(next, previous) {
      keepAllocated(next, previous);
      normalizeClusterIPs(next, previous);
      settled.settle(next, previous);
      allocator.allocate(next, previous);
      dropForeignFields(next, previous);
    },
    validate: (next, previous) => [...(previous ? updateCauses(next, previous) : []), ...serviceCauses(next)],
    validateStatus: ingressCauses,
    commit: (next, previous) => allocator.commit(next, previous),
  };
}
