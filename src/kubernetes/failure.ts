/**
 * What to do about a request that failed:
 * - `conflict`: somebody wrote in between (409 Conflict): read again, decide again;
 * - `exists`: the name is taken (409 AlreadyExists);
 * - `absent`: 404;
 * - `gone`: the resourceVersion is too old (410): list again;
 * - `retry`: the server is busy or unreachable (429, 5xx, network): later again;
 * - `unauthorized`: 401;
 * - `forbidden`: 403;
 * - `refused`: any other 4xx: the same request will fail again.
 */
export type FailureKind =
  | 'conflict'
  | 'exists'
  | 'absent'
  | 'gone'
  | 'retry'
  | 'unauthorized'
  | 'forbidden'
  | 'refused';

export interface Failure {
  readonly kind: FailureKind;
  /** HTTP status; 0 where there was no answer. */
  readonly code: number;
  readonly message: string;
  /** Of `absent`: the object is, and not what it would be of: a namespace, or the kind at that version. */
  readonly isOfObject?: boolean;
  /** What the server asked to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** Reads a `metav1.Status` answer. */
export function failureOf(code: number, body: unknown, retryAfter: string | undefined): Failure {
  const { reason, message, name } = statusOf(body);
  const seconds = /^\d+$/.test(retryAfter ?? '') ? Number(retryAfter) : 0;
  return {
    kind: kindOf(code, reason),
    code,
    message: message ?? `HTTP ${code}`,
    ...(code === 404 && name !== undefined && { isOfObject: true }),
    // One that asks for no wait at all would be asked again without a pause.
    ...(seconds > 0 && { retryAfterMs: seconds * 1000 }),
  };
}

/** A request that got no answer: connection refused, reset, timed out. */
export function networkFailure(error: unknown): Failure {
  const message = error instanceof Error ? describeError(error) : String(error);
  return { kind: 'retry', code: 0, message };
}

/** The error's own words and, where it has one, its cause's: Node says "fetch failed" and hides why in the cause. */
export function describeError(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const own = error.message === '' ? code : error.message;
  return error.cause instanceof Error ? `${own}: ${describeError(error.cause)}` : own || error.name;
}

function kindOf(code: number, reason: string | undefined): FailureKind {
  if (code === 409) return reason === 'AlreadyExists' ? 'exists' : 'conflict';
  if (code === 429 || code >= 500) return 'retry';
  const kinds: Readonly<Record<number, FailureKind>> = {
    401: 'unauthorized',
    403: 'forbidden',
    404: 'absent',
    410: 'gone',
  };
  return kinds[code] ?? 'refused';
}

function statusOf(body: unknown): { reason?: string; message?: string; name?: string } {
  if (typeof body !== 'object' || body === null) return {};
  const { reason, message, details } = body as { reason?: unknown; message?: unknown; details?: { name?: unknown } };
  const name = details?.name;
  return {
    ...(typeof reason === 'string' && { reason }),
    ...(typeof message === 'string' && { message }),
    ...(typeof name === 'string' && name !== '' && { name }),
  };
}
