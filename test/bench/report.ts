import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import type { Behaviour } from './options.ts';

const root = join(import.meta.dirname, '..', '..');

/** What a scenario found. */
export interface Figures {
  readonly scenario: string;
  readonly gateways: number;
  readonly routes: number;
  /** Of the routes, where the scenario has one of its own whatever is asked for. */
  readonly behaviour?: Behaviour;
}

/** Figures with all that is needed to have them again. */
export type Result = Figures & { readonly target: string; readonly [field: string]: unknown };

export function document(figures: Figures, { options, server }: Bench): Result {
  const [cpu] = cpus();
  return {
    ...figures,
    target: options.target,
    behaviour: figures.behaviour ?? options.behaviour,
    repeat: options.repeat ?? (figures.scenario === 'large' ? 1 : 3),
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores of ${cpu?.model.trim() ?? 'unknown kind'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`,
    versions: `${server.description}, Node.js ${process.versions.node}, commit ${commit()}`,
    command: `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim(),
  };
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

/** All figures, one a line, for people. */
export function table(results: readonly Result[]): string {
  return results.map((result) => rows(result).join('\n')).join('\n\n');
}

function rows(result: Result): readonly string[] {
  const lines = flatten('', result);
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

function flatten(prefix: string, value: unknown): readonly [string, string][] {
  if (typeof value !== 'object' || value === null) return [[prefix, String(value)]];
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return [[prefix, value.join(' to ')]];
  return Object.entries(value).flatMap(([name, inner]) => flatten(prefix === '' ? name : `${prefix} ${name}`, inner));
}
