import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { addressBits, canonicalAddress, formatAddress, type IPAddress, parseAddress } from '../../src/ipam/address.ts';

const anyAddress = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << addressBits.IPv4) - 1n }).map((value): IPAddress => ({ family: 'IPv4', value })),
  fc
    .bigInt({ min: 0n, max: (1n << addressBits.IPv6) - 1n })
    .filter((value) => value >> 32n !== 0xffffn)
    .map((value): IPAddress => ({ family: 'IPv6', value })),
);

describe('an address', () => {
  const canonical: readonly (readonly [string, string])[] = [
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::1', '::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8::0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ];
  for (const [text, expected] of canonical) {
    test(`${text} is ${expected}`, () => assert.equal(canonicalAddress(text), expected));
  }

  const none = [
    '',
    ' ',
    'ten',
    '10.0.0',
    '10.0.0.0.0',
    '10.0.0.256',
    '10.0.0.01',
    '010.0.0.1',
    '0x0a.0.0.1',
    '10.0.0.1/32',
    '10.0.0.1:80',
    ' 10.0.0.1',
    '10.0.0.1\n',
    '167772161',
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
    'fe80::1%eth0',
    '[::1]',
    ':::',
    '1::2::3',
    '12345::',
    '::/0',
    '1:2:3:4:5:6:7:8:9',
  ];
  for (const text of none) {
    test(`${JSON.stringify(text)} is none`, () => assert.equal(parseAddress(text), undefined));
  }

  test('is the same again when it is written and read', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        const text = formatAddress(address);
        assert.deepEqual(parseAddress(text), address);
        assert.equal(canonicalAddress(text), text);
      }),
    );
  });

  test('is never thrown at by any text', () => {
    const parts = fc.constantFrom('10', '.', ':', '::', 'ffff', '/', '%', '-', ' ', '0', '256', '1e1', '\u0660');
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), (list) => {
        const address = parseAddress(list.join(''));
        if (address !== undefined) assert.deepEqual(parseAddress(formatAddress(address)), address);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => parseAddress(text) === undefined || /[.:]/.test(text)),
    );
  });
});
