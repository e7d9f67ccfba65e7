import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { Metrics } from '../../src/observability/metrics.ts';
import { alerts, expressions, metricsIn, panels, ruleFile } from './expressions.ts';
import { sources } from './sources.ts';

function metrics(): Metrics {
  return new Metrics(sources());
}

/** Names of all series that /metrics can have. */
function seriesNames(text: string): ReadonlySet<string> {
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Set(
    types.flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

function temporaryFile(t: TestContext, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'monitoring-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'rules.yaml');
  writeFileSync(path, content);
  return path;
}

/** Runs promtool; skips the test where it is not installed. */
function promtool(t: TestContext, args: readonly string[], input = ''): void {
  const { error, status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8', input, timeout: 20_000 });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') {
    t.skip('promtool is not installed (Debian: apt-get install prometheus)');
    return;
  }
  assert.equal(status, 0, `${stdout}${stderr}`);
}

describe('The monitoring manifests', () => {
  test('read in every expression metrics that /metrics has', async () => {
    const there = seriesNames(await metrics().registry.metrics());
    const all = expressions();
    assert.ok(all.length > 40);
    for (const { where, text } of all) {
      const read = metricsIn(text);
      assert.ok(read.length > 0, `${where} reads no metric`);
      for (const name of read) assert.ok(there.has(name), `${where}: there is no metric ${name}`);
    }
  });

  test('use every metric of our own', async () => {
    const used = new Set(expressions().flatMap(({ text }) => metricsIn(text)));
    const own = [...seriesNames(await metrics().registry.metrics())].filter((name) => name.startsWith('gateway_api_'));
    assert.deepEqual(
      own.filter((name) => !used.has(name) && !/_(sum|count)$/.test(name)),
      [],
    );
  });

  test('have expressions that promtool can parse', (t) => {
    const rules = expressions().map(({ text }, index) => ({ record: `expression:${index}`, expr: text }));
    promtool(t, ['check', 'rules', temporaryFile(t, stringify({ groups: [{ name: 'all', rules }] }))]);
  });

  test('have alert rules that promtool finds good, and that fire when they should and not else', (t) => {
    const rules = temporaryFile(t, stringify(ruleFile()));
    promtool(t, ['check', 'rules', rules]);
    const cases = readFileSync(join(import.meta.dirname, 'alerts.yaml'), 'utf8');
    const names = alerts().map(({ alert }) => alert);
    for (const name of names) {
      assert.match(cases, new RegExp(`alertname: ${name} `), `a case where ${name} does not fire`);
      assert.ok(cases.includes(`{alertname="${name}"}`), `a case where ${name} fires`);
    }
    promtool(t, ['test', 'rules', temporaryFile(t, cases.replace('RULES', rules))]);
  });

  test('name in each alert what is wrong and what to do', () => {
    for (const { alert, annotations } of alerts()) {
      assert.deepEqual(Object.keys(annotations), ['summary', 'description'], alert);
    }
  });

  test('give every panel an id, a title and a source', () => {
    const all = panels();
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
    for (const { title, targets = [] } of all) assert.ok(title !== '' && targets.every(({ expr }) => expr !== ''));
  });
});

describe('/metrics', () => {
  test('is well-formed, with help and proper names (promtool check metrics)', async (t) => {
    promtool(t, ['check', 'metrics'], ownLines(await metrics().registry.metrics()));
  });
});

/** Without those that Node.js's own collector names. */
function ownLines(text: string): string {
  const isOwn = (line: string): boolean => !/^(# (HELP|TYPE) )?(nodejs|process)_/.test(line);
  return `${text.split('\n').filter(isOwn).join('\n')}\n`;
}
