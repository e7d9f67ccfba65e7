import { type Json, type JsonObject, textOf } from './json.ts';

/** One field that the server refuses, as `details.causes` of a 422 names it. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export interface ResourceId {
  readonly group: string;
  /** Plural for most errors, kind for 422. */
  readonly resource: string;
  readonly name: string;
}

export interface StatusBody extends JsonObject {
  code: number;
}

/** A request that ends in a Status of failure. Thrown by handlers, written as the answer by the server. */
export class Failure extends Error {
  readonly status: StatusBody;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: StatusBody, headers: Readonly<Record<string, string>> = {}) {
    super(textOf(status.message));
    this.status = status;
    this.headers = headers;
  }
}

function failure(code: number, reason: string, message: string, details?: JsonObject): Failure {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code };
  return new Failure(status);
}

function detailsOf(id: ResourceId): JsonObject {
  return { name: id.name || undefined, group: id.group || undefined, kind: id.resource || undefined };
}

/** `services` or `gateways.gateway.networking.k8s.io`, as messages write it. */
export function qualified(id: Pick<ResourceId, 'group' | 'resource'>): string {
  return id.group === '' ? id.resource : `${id.resource}.${id.group}`;
}

export function notFound(id: ResourceId): Failure {
  return failure(404, 'NotFound', `${qualified(id)} "${id.name}" not found`, detailsOf(id));
}

/** What the server says of a path that it does not serve at all. */
export function unknownPath(): Failure {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function alreadyExists(id: ResourceId): Failure {
  return failure(409, 'AlreadyExists', `${qualified(id)} "${id.name}" already exists`, detailsOf(id));
}

export function conflict(id: ResourceId, why: string): Failure {
  const message = `Operation cannot be fulfilled on ${qualified(id)} "${id.name}": ${why}`;
  return failure(409, 'Conflict', message, detailsOf(id));
}

export const STALE = 'the object has been modified; please apply your changes to the latest version and try again';

export function forbidden(id: ResourceId, why: string, causes?: Cause[]): Failure {
  const subject = id.name === '' ? qualified(id) : `${qualified(id)} "${id.name}"`;
  const listed = causes?.map((cause) => ({ ...cause }));
  return failure(403, 'Forbidden', `${subject} is forbidden: ${why}`, { ...detailsOf(id), causes: listed });
}

/** 422 with the causes listed as the real server does: `id.resource` is the kind here. */
export function invalid(id: ResourceId, causes: readonly Cause[]): Failure {
  const lines = [...new Set(causes.map((cause) => (cause.field ? `${cause.field}: ${cause.message}` : cause.message)))];
  const listed = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  const message = `${qualified(id)} "${id.name}" is invalid: ${listed}`;
  return failure(422, 'Invalid', message, { ...detailsOf(id), causes: causes.map((cause) => ({ ...cause })) });
}

export function badRequest(message: string): Failure {
  return failure(400, 'BadRequest', message);
}

/** A patch that the server could not apply to the object. */
export function unprocessable(message: string): Failure {
  return failure(422, 'Invalid', message, {});
}

export function gone(message: string): Failure {
  return failure(410, 'Expired', message);
}

export function methodNotAllowed(): Failure {
  return failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

/** An error that Go code returned without a reason: a 500. */
export function plainError(message: string): Failure {
  const { status } = failure(500, '', message);
  return new Failure({ ...status, reason: undefined });
}

export function unsupportedMediaType(accepted: readonly string[]): Failure {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return failure(415, 'UnsupportedMediaType', message);
}

export function tooLargeBody(): Failure {
  return failure(413, 'RequestEntityTooLarge', 'limit is 3145728', {});
}

export function tooLarge(requested: number, current: number): Failure {
  const message = `Timeout: Too large resource version: ${requested}, current: ${current}`;
  const causes: Json = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  return failure(504, 'Timeout', message, { causes, retryAfterSeconds: 1 });
}

export function internalError(message: string): Failure {
  return failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

/** A failure of any code and reason, for faults on demand. */
export function failureOf(code: number, reason: string, message: string, retryAfter?: number): Failure {
  const details = retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter };
  const { status } = failure(code, reason, message, details);
  return new Failure(status, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) });
}
