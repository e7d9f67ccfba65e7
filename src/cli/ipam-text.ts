import type { PoolPlan, ScopePlan } from '../ipam/pool-plan.ts';
import { describeProblem, isInvalid } from '../ipam/pool-problem.ts';
import type { Holding, PoolReport } from '../ipam/report.ts';
import { table } from './table.ts';

/** The report of `ipam ls` for people. */
export function renderReport({ scopes, holdings, outside, others, problems }: PoolReport): string {
  const isOutside = new Set(outside.map(({ address }) => address));
  const parts = [
    scopes.length === 0
      ? ''
      : table([
          ['SCOPE', 'ENTRIES', 'SIZE', 'IN USE', 'QUARANTINED', 'OTHERS', 'EXCLUDED'],
          ...scopes.map((row) => [
            row.scope,
            row.entries.join(','),
            row.size,
            `${row.inUse}`,
            `${row.quarantined}`,
            `${row.others}`,
            row.excluded,
          ]),
        ]),
    holdings.length === 0 && others.length === 0
      ? 'no address is in use\n'
      : table([
          ['ADDRESS', 'GATEWAY', 'SINCE', 'STATE'],
          ...holdings.map((row) => [row.address, row.gateway, row.since || '-', stateOf(row, isOutside)]),
          ...others.map(({ address, who }) => [address, '-', '-', `held by ${who}`]),
        ]),
    renderProblems(problems),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function stateOf({ address, released }: Holding, isOutside: ReadonlySet<string>): string {
  if (released !== undefined) return `quarantined since ${released}`;
  return isOutside.has(address) ? 'in use, outside the pool' : 'in use';
}

/** The plan of `ipam plan` for people. */
export function renderPlan({ scopes, outside, stranded, problems }: PoolPlan): string {
  const rows = scopes.map((row) => [row.scope, row.sizeBefore, row.sizeAfter, differenceOf(row)]);
  const isNew = new Set(stranded.map(({ address }) => address));
  const outsideLines = outside.map(({ address, gateway }) =>
    isNew.has(address)
      ? `Gateway ${gateway} would keep ${address}, which would lie outside the pool\n`
      : `Gateway ${gateway} keeps ${address}, which lies outside the pool already\n`,
  );
  const verdict = stranded.length === 0 && !problems.some(isInvalid) ? 'harmless\n' : '';
  return [table([['SCOPE', 'BEFORE', 'AFTER', 'ENTRIES'], ...rows]), ...outsideLines, renderProblems(problems), verdict]
    .filter((part) => part !== '')
    .join('');
}

function differenceOf({ added, removed, excluded, sizeBefore, sizeAfter }: ScopePlan): string {
  const parts = [
    ...added.map((entry) => `+${entry}`),
    ...removed.map((entry) => `-${entry}`),
    ...excluded.added.map((entry) => `+exclude ${entry}`),
    ...excluded.removed.map((entry) => `-exclude ${entry}`),
  ];
  return parts.join(' ') || (sizeBefore === sizeAfter ? 'unchanged' : 'the same entries');
}

function renderProblems(problems: PoolReport['problems']): string {
  return problems.map((problem) => `${problem.kind}: ${describeProblem(problem)}\n`).join('');
}
