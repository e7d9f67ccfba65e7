import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Backoff } from '../../src/kubernetes/backoff.ts';
import { failureOf, networkFailure } from '../../src/kubernetes/failure.ts';
import { collectionPath, groupPath, objectPath } from '../../src/kubernetes/kinds.ts';

describe('a failure', () => {
  const cases: readonly (readonly [number, string | undefined, string])[] = [
    [400, 'BadRequest', 'refused'],
    [401, undefined, 'unauthorized'],
    [403, 'Forbidden', 'forbidden'],
    [404, 'NotFound', 'absent'],
    [409, 'Conflict', 'conflict'],
    [409, 'AlreadyExists', 'exists'],
    [409, undefined, 'conflict'],
    [410, 'Expired', 'gone'],
    [422, 'Invalid', 'refused'],
    [429, 'TooManyRequests', 'retry'],
    [500, 'InternalError', 'retry'],
    [503, undefined, 'retry'],
    [504, 'Timeout', 'retry'],
  ];
  for (const [code, reason, kind] of cases) {
    test(`${code} ${reason ?? ''} is ${kind}`, () => {
      const failure = failureOf(code, { kind: 'Status', reason, message: 'words' }, undefined);
      assert.deepEqual(failure, { kind, code, message: 'words' });
    });
  }

  test('of an object that is not there is told from one of its kind', () => {
    const details = { name: 'gw', group: 'gateway.networking.k8s.io', kind: 'gateways' };
    assert.equal(failureOf(404, { kind: 'Status', reason: 'NotFound', details }, undefined).isOfObject, true);
    for (const body of [{ message: '404 page not found' }, { kind: 'Status', reason: 'NotFound', details: {} }]) {
      assert.equal(failureOf(404, body, undefined).isOfObject, undefined);
    }
  });

  for (const body of [undefined, null, 'text', 7, [], { message: 7 }]) {
    test(`with the body ${JSON.stringify(body)} tells its code`, () => {
      assert.equal(failureOf(502, body, undefined).message, 'HTTP 502');
    });
  }

  const waits: readonly (readonly [string | undefined, number | undefined])[] = [
    ['7', 7_000],
    ['0', undefined],
    [undefined, undefined],
    ['soon', undefined],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    ['', undefined],
    ['-5', undefined],
  ];
  for (const [text, ms] of waits) {
    test(`with Retry-After ${JSON.stringify(text)} waits ${ms ?? 'as it likes'}`, () => {
      assert.equal(failureOf(429, undefined, text).retryAfterMs, ms);
    });
  }

  test('without an answer is tried again, and tells the cause', () => {
    const cause = Object.assign(new Error(''), { code: 'ECONNREFUSED' });
    const failure = networkFailure(new Error('fetch failed', { cause }));
    assert.deepEqual(failure, { kind: 'retry', code: 0, message: 'fetch failed: ECONNREFUSED' });
    assert.equal(networkFailure('words').message, 'words');
  });
});

describe('backoff', () => {
  test('doubles from the first to the longest, and begins anew after success', () => {
    const backoff = new Backoff({ firstMs: 800, longestMs: 30_000, random: () => 0 });
    const delays = Array.from({ length: 8 }, () => backoff.next());
    assert.deepEqual(delays, [800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
    backoff.reset();
    assert.equal(backoff.next(), 800);
  });

  test('adds up to half as jitter, and is never longer than the longest', () => {
    const backoff = new Backoff({ firstMs: 1_000, longestMs: 2_500, random: () => 0.999_999 });
    const [first = 0, ...rest] = Array.from({ length: 2_000 }, () => backoff.next());
    assert.ok(first > 1_499 && first < 1_500);
    assert.ok(rest.every((ms) => ms === 2_500));
  });
});

describe('paths', () => {
  const cases: readonly (readonly [string, string])[] = [
    [groupPath('', 'v1'), '/api/v1'],
    [groupPath('discovery.k8s.io', 'v1'), '/apis/discovery.k8s.io/v1'],
    [collectionPath('Service', 'v1'), '/api/v1/services'],
    [collectionPath('Service', 'v1', 'blue'), '/api/v1/namespaces/blue/services'],
    [objectPath('Service/blue/web', 'v1'), '/api/v1/namespaces/blue/services/web'],
    [objectPath('GatewayClass//l4', 'v1beta1'), '/apis/gateway.networking.k8s.io/v1beta1/gatewayclasses/l4'],
    [objectPath('IPAddress//10.0.0.1', 'v1'), '/apis/networking.k8s.io/v1/ipaddresses/10.0.0.1'],
  ];
  for (const [path, expected] of cases) test(expected, () => assert.equal(path, expected));
});
