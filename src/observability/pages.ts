import type { Follow } from '../watch/follow.ts';
import type { Page, Pages } from './http.ts';
import type { Metrics } from './metrics.ts';

export function metricsPages({ registry }: Metrics): Pages {
  return {
    '/metrics': async () => ({ status: 200, contentType: registry.contentType, body: await registry.metrics() }),
  };
}

/** `/healthz`: the process answers. `/readyz`: all kinds that the cluster serves are in sync; else says which are not. */
export function healthPages(follow: Pick<Follow, 'describe' | 'isSynced'>): Pages {
  return {
    '/healthz': () => text(200, 'ok\n'),
    '/readyz': () => {
      const lines = follow.describe().map(({ kind, stage }) => `[${marks[stage]}] ${kind}: ${words[stage]}`);
      return follow.isSynced ? text(200, `ok\n${lines.join('\n')}\n`) : text(503, `not ready\n${lines.join('\n')}\n`);
    },
  };
}

type Stage = ReturnType<Follow['describe']>[number]['stage'];

const marks: Readonly<Record<Stage, string>> = {
  synced: '+',
  absent: '+',
  without: '+',
  starting: '-',
  forbidden: '-',
};

const words: Readonly<Record<Stage, string>> = {
  synced: 'in sync',
  absent: 'not served by this cluster, looked for again every few seconds',
  without: 'no permission to list and watch it; done without',
  starting: 'not read yet',
  forbidden: 'no permission to list and watch it',
};

function text(status: number, body: string): Page {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}
