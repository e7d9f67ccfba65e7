import type { ServerResponse } from 'node:http';

/** What a request is answered with, at once. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** What its page may load besides what it has from here: a part of its Content-Security-Policy. */
  readonly mayLoad?: string;
}

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const securityHeaders = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cache-control': 'no-store',
} as const;

/** Goes before every answer. */
export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
}

export function json(value: unknown): Answer {
  return { status: 200, contentType: 'application/json', body: JSON.stringify(value) };
}

export function text(status: number, body: string): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

export function send(response: ServerResponse, method: string, answer: Answer): void {
  const { status, contentType, body, mayLoad } = answer;
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    ...(status === 405 && { allow: 'GET, HEAD' }),
    ...(mayLoad !== undefined && { 'content-security-policy': `${policy}; ${mayLoad}` }),
  });
  response.end(method === 'HEAD' ? undefined : body);
}
