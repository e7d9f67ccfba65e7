import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type AnyStateMachine, createMachine, not, setup } from 'xstate';
import { chartProblems, chartsOf } from './charts.ts';

const machines = join(import.meta.dirname, '..', '..', 'machines');

describe('every chart', () => {
  const files = globSync('*.ts', { cwd: machines }).sort();

  for (const file of files) {
    test(`in machines/${file} is built and keeps the rules`, async () => {
      const module: object = await import(pathToFileURL(join(machines, file)).href);
      const charts = chartsOf(module);
      assert.ok(charts.length > 0, 'the file exports no chart');
      assert.deepEqual(charts.flatMap(chartProblems), []);
    });
  }

  test('was found', () => assert.ok(files.length > 0));
});

describe('each rule of the charts can fail', () => {
  const description = 'Described';
  const guarded = setup({ guards: { isReady: () => true, isAfter: (_, count: number) => count > 1 } });
  const cases: { name: string; chart: AnyStateMachine; found: RegExp[] }[] = [
    {
      name: 'a chart that keeps them all',
      chart: guarded.createMachine({
        id: 'm',
        description,
        on: { Seen: [{ guard: 'isReady' }, { guard: { type: 'isAfter', params: 2 } }] },
      }),
      found: [],
    },
    {
      name: 'states without description',
      chart: createMachine({ id: 'm', initial: 'A', states: { A: { description }, B: {} } }),
      found: [/^m has no description/, /^m\.B has no description/],
    },
    {
      name: 'invoke',
      chart: createMachine({ id: 'm', description, invoke: { src: 'fetch' } }),
      found: [/^m invokes/],
    },
    {
      name: 'after',
      chart: createMachine({ id: 'm', description, after: { 1000: { actions: 'retry' } } }),
      found: [/^m has a delay/],
    },
    {
      name: 'effects on entry and exit',
      chart: createMachine({ id: 'm', description, entry: 'write', exit: 'write' }),
      found: [/^m has actions on entry/, /^m has actions on exit/],
    },
    {
      name: 'a combined guard',
      chart: guarded.createMachine({ id: 'm', description, on: { Seen: { guard: not('isReady') } } }),
      found: [/^m has a guard without a name/],
    },
    {
      name: 'a closure as a guard of an eventless transition',
      chart: createMachine({ id: 'm', description, always: { guard: () => false, actions: 'write' } }),
      found: [/^m has a guard without a name/],
    },
  ];

  for (const { name, chart, found } of cases) {
    test(name, () => {
      const problems = chartProblems(chart);
      assert.equal(problems.length, found.length, problems.join('\n'));
      for (const [index, pattern] of found.entries()) assert.match(problems[index] ?? '', pattern);
    });
  }

  test('a target that does not exist cannot be built', () => {
    assert.throws(() => createMachine({ id: 'm', initial: 'A', states: { A: { on: { Seen: 'B' } } } }));
  });
});
