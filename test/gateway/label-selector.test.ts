import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { matchesSelector } from '../../src/gateway/label-selector.ts';
import type { LabelSelector } from '../../src/objects/gateway-api.ts';

const labels = { team: 'blue', stage: 'test' };
const term = (key: string, operator: string, ...values: string[]): LabelSelector => ({
  matchLabels: {},
  matchExpressions: [{ key, operator, values }],
});

const cases: readonly (readonly [text: string, selector: LabelSelector, expected: boolean])[] = [
  ['nothing', { matchLabels: {}, matchExpressions: [] }, true],
  ['a label', { matchLabels: { team: 'blue' }, matchExpressions: [] }, true],
  ['two labels, one of which differs', { matchLabels: { team: 'blue', stage: 'live' }, matchExpressions: [] }, false],
  ['a label and an expression that fails', { ...term('stage', 'Exists'), matchLabels: { team: 'red' } }, false],
  ['In with the value', term('team', 'In', 'red', 'blue'), true],
  ['In without the value', term('team', 'In', 'red'), false],
  ['In of a label that is not there', term('none', 'In', 'red'), false],
  ['NotIn with the value', term('team', 'NotIn', 'blue'), false],
  ['NotIn of a label that is not there', term('none', 'NotIn', 'blue'), true],
  ['Exists', term('team', 'Exists'), true],
  ['Exists of a label that is not there', term('none', 'Exists'), false],
  ['DoesNotExist', term('team', 'DoesNotExist'), false],
  ['DoesNotExist of a label that is not there', term('none', 'DoesNotExist'), true],
  ['an operator that nobody knows', term('team', 'Near', 'blue'), false],
];

describe('a label selector', () => {
  for (const [text, selector, expected] of cases) {
    test(`${expected ? 'is' : 'is not'} satisfied: ${text}`, () => {
      assert.equal(matchesSelector(selector, labels), expected);
    });
  }
});
