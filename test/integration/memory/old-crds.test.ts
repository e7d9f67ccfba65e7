import { describe, test } from 'node:test';
import { twoRules } from '../bad-input/behaviours.ts';
import { checkExplained } from '../bad-input/check.ts';
import { memoryOnly, useMemory } from './memory.ts';

describe('CRDs of v1alpha2', memoryOnly, () => {
  test('let in a route with two rules, of which explain says what is wrong', async (t) => {
    const versions = { TCPRoute: 'v1alpha2' };
    const { f } = await useMemory(t, { kinds: { tcproutes: ['v1alpha2'] } }, { versions });
    const { refusal: _letIn, ...bad } = twoRules;
    await checkExplained(f, bad, t);
  });

  test('and a kind that the cluster has not is said to be missing', async (t) => {
    const { f } = await useMemory(t, { kinds: { udproutes: [] } });
    const cause = (): RegExp => /this cluster has no UDPRoutes: its CRD is not installed/;
    await checkExplained(f, { name: 'no such kind', kind: 'UDPRoute', state: 'Absent', cause }, t);
  });
});
