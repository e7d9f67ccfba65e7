import assert from 'node:assert/strict';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { setup } from 'xstate';
import { chartOf, statesOf } from '../../src/charts/chart.ts';
import { mermaidOf } from '../../src/charts/mermaid.ts';
import { svgOf } from '../../src/charts/svg.ts';
import { allCharts } from '../../src/cli/machines.ts';
import { chartsOf } from '../house/charts.ts';
import { machinesPage } from './machines-page.ts';

const root = join(import.meta.dirname, '..', '..');
const page = join(root, 'docs', 'machines.md');

const small = setup({
  guards: { isGone: () => true, isRefused: (_, params: { reason: string }) => params.reason !== '' },
  actions: { write: () => {} },
}).createMachine({
  id: 'Small',
  description: 'A small one; it has everything',
  initial: 'Waiting',
  on: {
    Observed: [
      { guard: 'isGone', target: '.Gone' },
      { guard: { type: 'isRefused', params: { reason: 'Because' } }, target: '.Waiting.Refused', actions: ['write'] },
      { target: '.Ready' },
    ],
    Written: { actions: ['write'] },
  },
  states: {
    Waiting: {
      description: 'Waits',
      initial: 'Starting',
      states: {
        Starting: { description: 'Begins', on: { Granted: { target: 'Refused' } } },
        Refused: { description: 'No: "never"' },
      },
    },
    Ready: { description: 'There' },
    Gone: { type: 'final', description: 'Gone' },
  },
});

describe('A chart', () => {
  test('is read from the machine itself, in its order', () => {
    const chart = chartOf(small);
    assert.deepEqual(
      statesOf(chart).map(({ path }) => path),
      ['Waiting', 'Waiting.Starting', 'Waiting.Refused', 'Ready', 'Gone'],
    );
    assert.deepEqual(
      chart.everywhere.map(({ event, guard, target }) => `${event} ${guard} ${target}`),
      ['Observed isGone Gone', 'Observed isRefused(Because) Waiting.Refused', 'Observed  Ready', 'Written  '],
    );
  });

  test('as Mermaid has every state with its description, every question with its number, every transition', () => {
    assert.equal(mermaidOf(chartOf(small)), readFileSync(join(import.meta.dirname, 'small.mmd'), 'utf8'));
  });

  test('as SVG has a group for each state and both ends of each transition', async () => {
    const svg = await svgOf(chartOf(small));
    for (const { path } of statesOf(chartOf(small))) assert.ok(svg.includes(`data-state="${path}"`), path);
    assert.match(svg, /data-from="Waiting\.Starting" data-to="Waiting\.Refused"/);
    assert.match(svg, />2 isRefused\(Because\)</);
    assert.match(svg, /<title>Waiting\.Refused: No: &quot;never&quot;<\/title>/);
  });
});

describe('The charts of the controller', () => {
  test('are all that there are in machines/', async () => {
    const files = globSync('*.ts', { cwd: join(root, 'machines') });
    const modules = files.map(
      async (file) => (await import(pathToFileURL(join(root, 'machines', file)).href)) as object,
    );
    const names = (await Promise.all(modules)).flatMap(chartsOf).map(({ id }) => id);
    assert.deepEqual(new Set(allCharts().map(({ name }) => name)), new Set(names));
  });

  test('stand in docs/machines.md as they are (UPDATE_DOCS=1 writes it anew)', () => {
    const wanted = machinesPage(allCharts());
    if (process.env.UPDATE_DOCS === '1') writeFileSync(page, wanted);
    assert.equal(readFileSync(page, 'utf8'), wanted, 'npm run docs writes it anew');
  });
});
