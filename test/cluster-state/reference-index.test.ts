import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ReferenceIndex } from '../../src/cluster/reference-index.ts';

const keys = ['TCPRoute/a/r', 'TCPRoute/a/s', 'UDPRoute/a/r', 'IPAddress//10.0.0.1'] as const;
const tokens = ['Gateway/a/g', 'Service/a/s', 'address/10.0.0.1'] as const;

describe('who names whom', () => {
  test('is found both ways, whatever comes to be named and is named no more', () => {
    const change = fc.tuple(fc.constantFrom(...keys), fc.uniqueArray(fc.constantFrom(...tokens)));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const index = new ReferenceIndex<string>();
        const named = new Map<string, readonly string[]>();
        for (const [key, now] of changes) {
          index.set(key, now);
          named.set(key, now);
        }
        for (const key of keys) assert.deepEqual(index.tokensOf(key), named.get(key) ?? []);
        for (const token of tokens) {
          const naming = keys.filter((key) => named.get(key)?.includes(token));
          assert.deepEqual(index.naming(token).toSorted(), naming.toSorted());
          for (const kind of ['TCPRoute', 'UDPRoute', 'IPAddress', 'Service']) {
            const ofKind = naming.filter((key) => key.startsWith(`${kind}/`));
            assert.deepEqual([...index.namingOf(kind, token)].toSorted(), ofKind.toSorted());
            assert.equal(index.isNamedBy(kind, token), ofKind.length > 0);
          }
        }
      }),
    );
  });
});
