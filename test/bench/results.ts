import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { barChart, lineChart } from './plot.ts';
import type { Result } from './report.ts';

const folder = join(import.meta.dirname, 'results');

/** Keeps a result as `<target>-<scenario>.json`, and draws the plots of all that are kept. */
export function save(result: Result): void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${result.target}-${result.scenario}.json`);
  writeFileSync(path, `${JSON.stringify(result, undefined, 2)}\n`);
  for (const [name, svg] of plots(readAll())) writeFileSync(join(folder, `${name}.svg`), svg);
}

function readAll(): readonly Result[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Result);
}

interface Timed {
  readonly gateways: number;
  readonly routes: number;
  readonly convergeSeconds: number;
  readonly replaySeconds: number;
  readonly ratio: number;
}

/** Name and SVG text of each plot that there are results for. */
export function plots(results: readonly Result[]): readonly (readonly [string, string])[] {
  return ['cluster', 'memory'].flatMap((target) => {
    const of = results.filter((result) => result.target === target);
    const timed = timedOf(of);
    const { growth } = (of.find(({ scenario }) => scenario === 'large') ?? {}) as { growth?: readonly Grown[] };
    return [
      ...(timed.length === 0 ? [] : againstReplay(target, timed)),
      ...(growth === undefined || growth.length < 2 ? [] : growthPlots(target, growth)),
    ];
  });
}

type Named = Timed & { readonly name: string };

function timedOf(results: readonly Result[]): readonly Named[] {
  const plain = results.filter(({ scenario }) => scenario === 'converge' || scenario === 'online');
  const sizes = results.find(({ scenario }) => scenario === 'fan-in')?.sizes as readonly Timed[] | undefined;
  return [
    ...plain.map(
      (result): Named => ({ name: `${result.scenario} ${result.gateways}`, ...(result as unknown as Timed) }),
    ),
    ...(sizes ?? []).map((one): Named => ({ name: `fan-in ${one.routes}`, ...one })),
  ];
}

function againstReplay(target: string, timed: readonly Named[]): readonly (readonly [string, string])[] {
  const seconds = barChart({
    title: `Until the last Service and status, beside the same writes sent raw (${target})`,
    yTitle: 'seconds',
    names: ['controller', 'raw replay'],
    groups: timed.map(({ name, convergeSeconds, replaySeconds }) => ({
      name,
      values: [convergeSeconds, replaySeconds].map((value) => Number(value.toPrecision(3))),
    })),
  });
  const ratios = barChart({
    title: `Ratio to the raw replay (${target})`,
    yTitle: 'times the raw replay',
    names: ['controller'],
    groups: timed.map(({ name, ratio }) => ({ name, values: [Number(ratio.toFixed(2))] })),
    target: { name: 'target 1.15', value: 1.15 },
  });
  return [
    [`${target}-seconds`, seconds],
    [`${target}-ratio`, ratios],
  ];
}

interface Grown extends Timed {
  readonly cpuSeconds: number;
  readonly rssMiB: number;
  readonly settledHeapMiB: number;
  readonly restartRssMiB: number;
  readonly restartReadySeconds: number;
}

function growthPlots(target: string, growth: readonly Grown[]): readonly (readonly [string, string])[] {
  const series = (name: string, figure: (one: Grown) => number) => ({
    name,
    points: growth.map((one) => [one.gateways, figure(one)] as const),
  });
  const xTitle = 'Gateways, and as many routes';
  return [
    [
      `${target}-growth-time`,
      lineChart({
        title: `How time grows (${target})`,
        xTitle,
        yTitle: 'seconds',
        series: [
          series('converge', (one) => one.convergeSeconds),
          series('raw replay', (one) => one.replaySeconds),
          series('CPU of the controller', (one) => one.cpuSeconds),
          series('restart until ready', (one) => one.restartReadySeconds),
        ],
      }),
    ],
    [
      `${target}-growth-memory`,
      lineChart({
        title: `How memory grows (${target})`,
        xTitle,
        yTitle: 'MiB',
        series: [
          series('peak RSS, converge', (one) => one.rssMiB),
          series('peak RSS, restart', (one) => one.restartRssMiB),
          series('live heap, settled', (one) => one.settledHeapMiB),
        ],
      }),
    ],
  ];
}
