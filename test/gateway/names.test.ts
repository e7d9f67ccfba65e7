import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { copyName, labelValue, portName } from '../../src/gateway/names.ts';

const legalLabel = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const legalServiceName = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const serviceName = fc.stringMatching(/^[a-z][a-z0-9-]{0,61}[a-z0-9]$/);

describe('a label value', () => {
  const same = ['', '10.0.0.1', 'thebsdbox', 'a_b.c-d', 'x'.repeat(63)];
  for (const text of same) test(`of "${text.slice(0, 20)}" is that text`, () => assert.equal(labelValue(text), text));

  test('is legal for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => legalLabel.test(labelValue(text))),
    );
  });

  test('tells apart what would look the same', () => {
    const texts = ['fd00::1', 'fd00:0:1', 'fd00--1', 'a/b', 'a,b', 'a:b', 'x'.repeat(64), 'x'.repeat(65), ':', '::'];
    assert.equal(new Set(texts.map(labelValue)).size, texts.length);
  });
});

describe("a copy's name", () => {
  test('is the original with -gw-api', () => assert.equal(copyName('web'), 'web-gw-api'));

  test('is a legal Service name with that ending for any original', () => {
    fc.assert(
      fc.property(serviceName, (name) => {
        const copy = copyName(name);
        return legalServiceName.test(copy) && copy.endsWith('-gw-api');
      }),
    );
  });

  test('tells long originals apart', () => {
    const stem = 's'.repeat(60);
    assert.notEqual(copyName(`${stem}a`), copyName(`${stem}b`));
  });
});

describe("a port's name", () => {
  test('has protocol and number, and at most 15 characters', () => {
    assert.equal(portName('UDP', 53), 'udp-53');
    assert.ok(portName('TCP', 65535).length <= 15);
  });
});
