import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canonicalAddress } from '../../src/ipam/address.ts';
import { Allocator } from '../../src/ipam/allocator.ts';
import { parsePool } from '../../src/ipam/pool.ts';
import { whyUnusable } from '../../src/ipam/unusable.ts';

const refused: Readonly<Record<string, readonly string[]>> = {
  'the unspecified address': ['0.0.0.0', '::', '0:0:0:0:0:0:0:0'],
  'a loopback address': ['127.0.0.1', '127.255.255.254', '::1'],
  'a link-local address': ['169.254.0.1', '169.254.169.254', 'fe80::1', 'FEBF::1'],
  'a multicast address': ['224.0.0.1', '239.255.255.255', 'ff02::1', 'ff0e:1::'],
  'the broadcast address': ['255.255.255.255'],
};

/** Right beside those that are refused. */
const usable = [
  '0.0.0.1',
  '1.2.3.4',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '223.255.255.255',
  '240.0.0.0',
  '255.255.255.254',
  '::2',
  '2001:db8::1',
  'fe8::1',
  'fe7f::1',
  'fec0::1',
  'fd00::1',
  'ff::1',
];

describe('addresses that no load balancer can have', () => {
  for (const [why, texts] of Object.entries(refused)) {
    for (const text of texts) {
      test(`${text} is ${why}`, () => assert.equal(whyUnusable(canonicalAddress(text) ?? ''), why));
    }
  }

  test('their neighbours can be had', () => {
    assert.deepEqual(
      usable.map((text) => whyUnusable(canonicalAddress(text) ?? 'none')),
      usable.map(() => undefined),
    );
  });

  test('a pool hands none of them out, and says so', () => {
    const pool = parsePool({
      'cidr-global': '127.0.0.0/30, 169.254.0.0/16',
      'range-global': '223.255.255.255-224.0.0.9',
    });
    const allocator = new Allocator(pool);
    const claim = (uid: string) => allocator.claim({ uid, namespace: 'blue', name: uid }, { kind: 'any' });
    assert.deepEqual(claim('a'), { addresses: ['223.255.255.255'] });
    assert.ok('refusal' in claim('b'));
    assert.deepEqual(
      pool.problems.map(({ kind, message }) => `${kind}: ${message}`),
      [
        'invalid: "127.0.0.0/30" lies within 127.0.0.0/8, which no load balancer can have',
        'invalid: "169.254.0.0/16" lies within 169.254.0.0/16, which no load balancer can have',
        'remark: "223.255.255.255-224.0.0.9" has 224.0.0.0/4, which no load balancer can have: that is left out',
      ],
    );
  });

  test('one is refused to the Gateway that names it, and one that a Gateway is said to have had is passed over', () => {
    const allocator = new Allocator(parsePool({ 'cidr-global': '10.0.0.0/30' }));
    const holder = { uid: 'a', namespace: 'blue', name: 'a' };
    assert.deepEqual(allocator.claim(holder, { kind: 'fixed', addresses: ['10.0.0.1', '127.0.0.1'] }), {
      refusal: {
        reason: 'AddressNotUsable',
        message: 'address 127.0.0.1 is a loopback address, which no load balancer can have: name another one',
      },
    });
    assert.deepEqual(allocator.claim(holder, { kind: 'kept', addresses: ['127.0.0.1'] }), { addresses: ['10.0.0.0'] });
  });
});
