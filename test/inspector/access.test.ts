import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseConfig } from '../../src/config.ts';
import { UsageError } from '../../src/flags.ts';
import { type AccessRules, admit, type Knock } from '../../src/observability/inspector/access.ts';

const local: AccessRules = { host: '127.0.0.1', token: '' };
const open: AccessRules = { host: '', token: 'correct horse' };

function knock(headers: Knock['headers'], rest: Partial<Knock> = {}): Knock {
  return { method: 'GET', url: '/', headers: { host: 'localhost:8090', ...headers }, ...rest };
}

describe('The inspector lets in', () => {
  const cases: readonly (readonly [string, Knock, AccessRules])[] = [
    ['a browser on this machine', knock({ 'sec-fetch-site': 'none' }), local],
    ['one behind a forwarded port', knock({ host: 'localhost:9999' }), local],
    ['one that uses the address of the loopback device', knock({ host: '127.0.0.1:8090' }), local],
    ['one that uses IPv6', knock({ host: '[::1]:8090' }), local],
    ["the page's own requests", knock({ origin: 'http://localhost:8090', 'sec-fetch-site': 'same-origin' }), local],
    ['HEAD', knock({}, { method: 'HEAD' }), local],
    [
      'who follows a link from another page',
      knock({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }),
      local,
    ],
    ['a Bearer token', knock({ host: '192.0.2.7:8090', authorization: 'Bearer correct horse' }), open],
  ];
  for (const [name, request, rules] of cases) {
    test(name, () => assert.deepEqual(admit(request, rules), { kind: 'in' }));
  }

  test('a token in the address, which goes into a cookie that then is enough, and is not the token', () => {
    const first = admit(knock({ host: '192.0.2.7' }, { url: '/?token=correct%20horse' }), open);
    assert.ok(first.kind === 'redirect');
    assert.equal(first.location, '/');
    assert.match(first.cookie, /HttpOnly; SameSite=Strict$/);
    assert.doesNotMatch(first.cookie, /correct|horse/);
    const cookie = `other=1; ${first.cookie.split(';')[0]}`;
    assert.deepEqual(admit(knock({ host: '192.0.2.7', cookie }), open), { kind: 'in' });
  });

  for (const path of ['/.//evil.example', '/x/..//evil.example', '/.\\\\evil.example', '/.////evil.example']) {
    test(`a token in the address, and sends nobody to another host: ${path}`, () => {
      const found = admit(knock({}, { url: `${path}?token=correct%20horse` }), open);
      assert.equal(found.kind === 'redirect' && found.location, '/evil.example');
    });
  }
});

describe('The inspector refuses', () => {
  const cases: readonly (readonly [string, Knock, AccessRules, number])[] = [
    ['a name that somebody pointed at this machine', knock({ host: 'evil.example:8090' }), local, 421],
    ['a name that only begins like ours', knock({ host: 'localhost.evil.example' }), local, 421],
    ['a name that hides behind a user', knock({ host: 'localhost:8090@evil.example' }), local, 421],
    ['a path that is none', knock({}, { url: '//' }), local, 400],
    ['no Host at all', { method: 'GET', url: '/', headers: {} }, local, 421],
    ['another address, where it listens on the loopback device', knock({ host: '192.0.2.7' }), local, 421],
    [
      'a name, where it listens everywhere',
      knock({ host: 'evil.example', authorization: 'Bearer correct horse' }),
      open,
      421,
    ],
    ['another origin', knock({ origin: 'https://evil.example' }), local, 403],
    ['an origin on another port', knock({ origin: 'http://localhost:1' }), local, 403],
    ['an opaque origin', knock({ origin: 'null' }), local, 403],
    ['a script of another site', knock({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }), local, 403],
    [
      'a frame in another site',
      knock({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }),
      local,
      403,
    ],
    ['who has no token', knock({}), open, 401],
    ['who has a wrong token', knock({ authorization: 'Bearer correct horses' }), open, 401],
    ['a wrong token in the address', knock({}, { url: '/?token=x' }), open, 401],
    ['the token itself as cookie', knock({ cookie: 'gateway-api-inspector=correct horse' }), open, 401],
    ...['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT'].map(
      (method) => [method, knock({}, { method }), local, 405] as const,
    ),
  ];
  for (const [name, request, rules, status] of cases) {
    test(name, () => {
      const admission = admit(request, rules);
      assert.deepEqual([admission.kind, 'status' in admission ? admission.status : 0], ['refused', status]);
    });
  }
});

describe('The flag -inspect', () => {
  for (const address of ['127.0.0.1:8090', '127.1.2.3:1', 'localhost:8090', '[::1]:8090']) {
    test(`needs no token for ${address}`, () => assert.equal(parseConfig(['-inspect', address]).inspect, address));
  }
  for (const address of [
    ':8090',
    '0.0.0.0:8090',
    '[::]:8090',
    '192.0.2.7:8090',
    'localhost.example:1',
    '127.0.0.999:1',
  ]) {
    test(`needs one for ${address}`, () => {
      const isClear = (error: unknown): boolean => error instanceof UsageError && /-inspect-token/.test(error.message);
      assert.throws(() => parseConfig(['-inspect', address]), isClear);
      assert.equal(parseConfig(['-inspect', address, '-inspect-token', 'x']).inspect, address);
    });
  }
  test('is off by default, and with 0', () => {
    assert.deepEqual([parseConfig([]).inspect, parseConfig(['-inspect=0']).inspect], ['', '']);
  });
});
