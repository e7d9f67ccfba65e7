import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { isLoopback } from '../http.ts';

/** What is looked at of a request before anything else. */
export interface Knock {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

export interface AccessRules {
  /** The host that the page was told to listen on, without brackets; empty: all. */
  readonly host: string;
  /** Empty: none is asked for. */
  readonly token: string;
}

export type Admission =
  | { readonly kind: 'in' }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }
  /** The token was in the address: it goes into a cookie, so that it stands in no history and no Referer. */
  | { readonly kind: 'redirect'; readonly location: string; readonly cookie: string };

const cookieName = 'gateway-api-inspector';

/**
 * Decides over a request:
 * - only GET and HEAD: nothing can be changed here; and a path that is one;
 * - the Host must be this machine or an address, never a name that somebody else's DNS could point here (rebinding);
 * - an Origin must be the page's own, and a browser must not say that another site asks;
 * - the token, where there is one: as `?token=`, as a cookie, or as a Bearer token.
 */
export function admit({ method, url, headers }: Knock, rules: AccessRules): Admission {
  if (method !== 'GET' && method !== 'HEAD') return refused(405, 'read-only: GET and HEAD only');
  if (!URL.canParse(url, 'http://localhost')) return refused(400, 'what this asks for is no path');
  const host = headers.host ?? '';
  if (!isOwnHost(host, rules)) {
    return refused(421, `the Host "${host.slice(0, 100)}" is not served here: use localhost or an IP address`);
  }
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    return refused(403, 'another origin may not read this');
  }
  const site = headers['sec-fetch-site'];
  const isNavigation = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isNavigation) {
    return refused(403, 'another site may not read this');
  }
  return rules.token === '' ? { kind: 'in' } : admitWithToken(url, headers, rules.token);
}

function admitWithToken(url: string, headers: IncomingHttpHeaders, token: string): Admission {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const given = searchParams.get('token');
  if (given !== null && isSame(given, token)) {
    const attributes = 'Path=/; HttpOnly; SameSite=Strict';
    // One that begins with two slashes would name another host.
    const location = pathname.replace(/^\/+/, '/');
    return { kind: 'redirect', location, cookie: `${cookieName}=${digest(token)}; ${attributes}` };
  }
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  const cookie = cookieOf(headers.cookie ?? '');
  const isKnown = (bearer !== undefined && isSame(bearer, token)) || (cookie !== '' && isSame(cookie, digest(token)));
  return isKnown ? { kind: 'in' } : refused(401, 'open this page with ?token= and what -inspect-token says');
}

/** The host of a Host header, without port and brackets. */
function isOwnHost(header: string, rules: AccessRules): boolean {
  const host = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d+)?$/i
    .exec(header)
    ?.slice(1)
    .find((part) => part !== undefined);
  if (host === undefined) return false;
  const name = host.toLowerCase();
  if (isLoopback(name)) return true;
  if (isLoopback(rules.host)) return false;
  return isIP(name) !== 0 || name === rules.host.toLowerCase();
}

function cookieOf(header: string): string {
  for (const part of header.split(';')) {
    const [name, value = ''] = part.trim().split('=');
    if (name === cookieName) return value;
  }
  return '';
}

/** What the cookie holds: it outlives a restart, and is not the token. */
function digest(token: string): string {
  return createHash('sha256').update(`${cookieName}:${token}`).digest('hex');
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}

function refused(status: number, message: string): Admission {
  return { kind: 'refused', status, message };
}
