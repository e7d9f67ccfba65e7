import { type Failure, failureOf } from './failure.ts';
import { fieldsOf, type Path, pathText, valueAt } from './field-paths.ts';
import { equal, type Json, type JsonObject } from './json.ts';

/** Who last set which fields of one object. */
interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly fields: Map<string, Path>;
}

export interface FieldConflict {
  readonly path: Path;
  readonly owner: string;
}

function describe(owner: Owner, apiVersion: string): string {
  return owner.operation === 'Apply' ? `"${owner.manager}"` : `"${owner.manager}" using ${apiVersion}`;
}

/** The field owners of one object (or its status). The real server keeps them in `metadata.managedFields`. */
export class FieldOwners {
  readonly #owners = new Map<string, Owner>();

  #owner(manager: string, operation: Owner['operation']): Owner {
    const key = `${operation} ${manager}`;
    const owner = this.#owners.get(key) ?? { manager, operation, fields: new Map<string, Path>() };
    this.#owners.set(key, owner);
    return owner;
  }

  /** Fields of others that an applied configuration would change. */
  conflicts(manager: string, live: JsonObject, applied: JsonObject, apiVersion: string): FieldConflict[] {
    const mine = this.#owner(manager, 'Apply');
    const fields = [...fieldsOf(applied)].sort(([left], [right]) => (left < right ? -1 : 1));
    return fields.flatMap(([text, path]) => {
      if (equal(valueAt(live, path), valueAt(applied, path))) return [];
      const others = [...this.#owners.values()].filter((owner) => owner !== mine && owner.fields.has(text));
      return others.map((owner) => ({ path, owner: describe(owner, apiVersion) }));
    });
  }

  /** Fields that a manager applied before and has left out now, and that nobody else owns. */
  abandoned(manager: string, applied: JsonObject): Path[] {
    const mine = this.#owner(manager, 'Apply');
    const wanted = fieldsOf(applied);
    const others = [...this.#owners.values()].filter((owner) => owner !== mine);
    const left = [...mine.fields].filter(([text]) => {
      return !wanted.has(text) && !others.some((owner) => owner.fields.has(text));
    });
    // An item of a list goes as a whole, and before its parts: it is found by them.
    return left.map(([, path]) => path).sort((one, other) => one.length - other.length);
  }

  /** Records an applied configuration. Fields that it took from others by force are no longer theirs. */
  applied(manager: string, configuration: JsonObject, taken: readonly FieldConflict[]): void {
    const mine = this.#owner(manager, 'Apply');
    for (const { path } of taken) {
      for (const owner of this.#owners.values()) if (owner !== mine) owner.fields.delete(pathText(path));
    }
    mine.fields.clear();
    for (const [text, path] of fieldsOf(configuration)) mine.fields.set(text, path);
  }

  /** Records a write of another sort: what it changed is its manager's alone. */
  updated(manager: string, before: JsonObject, after: JsonObject): void {
    const [old, now] = [fieldsOf(before), fieldsOf(after)];
    const owner = this.#owner(manager, 'Update');
    for (const [text, path] of new Map([...old, ...now])) {
      if (equal(valueAt(before, path), valueAt(after, path))) continue;
      for (const other of this.#owners.values()) other.fields.delete(text);
      if (now.has(text)) owner.fields.set(text, path);
    }
  }
}

function conflictText(conflicts: readonly FieldConflict[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first)
    return `Apply failed with 1 conflict: conflict with ${first.owner}: ${pathText(first.path)}`;
  const owners = [...new Set(conflicts.map(({ owner }) => owner))];
  const listed = owners.map((owner) => {
    const paths = conflicts.filter((conflict) => conflict.owner === owner).map(({ path }) => `\n- ${pathText(path)}`);
    return `conflicts with ${owner}:${paths.join('')}`;
  });
  return `Apply failed with ${conflicts.length} conflicts: ${listed.join('\n')}`;
}

export function applyConflict(conflicts: readonly FieldConflict[]): Failure {
  const causes: Json = conflicts.map(({ path, owner }) => {
    return { reason: 'FieldManagerConflict', message: `conflict with ${owner}`, field: pathText(path) };
  });
  const failure = failureOf(409, 'Conflict', conflictText(conflicts));
  failure.status.details = { causes };
  return failure;
}
