import type { ActorSystem } from '../actors/system.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';
import type { Follow, Stage } from '../watch/follow.ts';
import type { Page, Pages } from './http.ts';
import { reportActor } from './inspector/rows.ts';
import type { Metrics } from './metrics.ts';

export function metricsPages({ registry }: Metrics): Pages {
  return {
    '/metrics': async () => ({ status: 200, contentType: registry.contentType, body: await registry.metrics() }),
  };
}

/** What the controller answers of an object that it has no actor for, with 404. */
export const noSuchActor = 'no such actor';

/**
 * `/debug/actors/KIND/NAMESPACE/NAME`: what an actor tells of itself, for `explain`; the namespace is empty for a
 * GatewayClass. A standby has no actors: 503.
 */
export function actorPages(running: () => ActorSystem | undefined): Pages {
  return {
    '/debug/actors/': (path) => {
      const actors = running();
      if (actors === undefined) return text(503, 'not leading, or still reading the cluster: ask another replica\n');
      const report = reportActor(keyAt(path), { actors });
      if (report === undefined) return text(404, `${noSuchActor}\n`);
      return { status: 200, contentType: 'application/json', body: JSON.stringify(report) };
    },
  };
}

/** The key that stands in a path; what is no path names nobody. */
function keyAt(path: string): ObjectKey<ActorKind> {
  try {
    return decodeURIComponent(path) as ObjectKey<ActorKind>;
  } catch {
    return 'Gateway//';
  }
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
