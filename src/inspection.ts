import type { Server } from 'node:http';
import { poolSource, readPool } from './actors/pool-source.ts';
import { reportsOf } from './actors/reports.ts';
import type { Transition } from './actors/system-options.ts';
import type { Config } from './config.ts';
import { type DryRun, onlookers } from './dry-run.ts';
import { ownNamespace } from './kubernetes/connect.ts';
import type { PoolSource } from './objects/pool-source.ts';
import type { ActorKey } from './observability/inspector/feed.ts';
import { Inspector } from './observability/inspector/inspector.ts';
import type { Reporter } from './observability/reporter.ts';
import type { Surroundings } from './surroundings.ts';
import type { Follow } from './watch/follow.ts';

export interface InspectedParts {
  /** Whose actors decide and write, from the moment that `opened` is called. */
  readonly controller: Pick<DryRun, 'cluster' | 'actors' | 'pool'>;
  readonly config: Config;
  readonly surroundings: Surroundings;
  readonly follow: Pick<Follow, 'describe'>;
  readonly reporter: Pick<Reporter, 'crash'>;
}

/** The inspector, where it is wanted. */
export function inspectionOf(parts: InspectedParts): Inspection | undefined {
  const { config, surroundings, controller, follow, reporter } = parts;
  if (config.inspect === '') return undefined;
  const { cluster, actors, pool } = controller;
  return new Inspection({
    config,
    surroundings,
    running: { cluster, actors, pool, reports: reportsOf(actors), settings: config },
    poolSource: poolSource(config, ownNamespace(surroundings.environment)),
    kinds: () => follow.describe(),
    onCrash: (who, error) => reporter.crash(who, error),
  });
}

interface InspectionParts {
  readonly config: Config;
  readonly surroundings: Surroundings;
  readonly running: DryRun;
  readonly poolSource: PoolSource | undefined;
  readonly kinds: () => ReturnType<Follow['describe']>;
  readonly onCrash: (who: string, error: unknown) => void;
}

/** The inspector's page over the running actors; on a standby, over actors that only look, while somebody watches. */
export class Inspection {
  readonly #parts: InspectionParts;
  readonly #inspector: Inspector;
  #isOpen = false;
  #onlookers: DryRun | undefined;

  constructor(parts: InspectionParts) {
    this.#parts = parts;
    const { config, surroundings, running } = parts;
    this.#inspector = new Inspector({
      address: config.inspect,
      token: config.inspectToken,
      isStately: config.inspectStately,
      witnesses: () => this.#witnesses(),
      status: () => this.#status(),
      timers: surroundings.timers,
      onUnwatched: () => this.#dismiss(),
    });
    running.cluster.onChange(({ key }) => {
      if (key.startsWith('ConfigMap/')) this.#onlookers?.pool.setPool(readPool(parts.poolSource, running.cluster));
      const isOfPool = /^(IPAddress|Service|Node|ConfigMap)\//.test(key);
      if (isOfPool && this.#inspector.isWatched) this.#inspector.notePool();
    });
  }

  /** @throws BindError */
  async start(): Promise<Server> {
    return this.#inspector.start();
  }

  stop(): void {
    this.#inspector.stop();
    this.#dismiss();
  }

  /** The running actors decide from now on. */
  opened(): void {
    this.#isOpen = true;
    this.#dismiss();
    this.#inspector.noteAll();
  }

  noteEvent(key: ActorKey): void {
    this.#inspector.noteEvent(key);
  }

  noteTransition(transition: Transition): void {
    this.#inspector.noteTransition(transition);
  }

  #witnesses(): DryRun {
    if (this.#isOpen || !this.#isRead()) return this.#parts.running;
    this.#onlookers ??= this.#look();
    return this.#onlookers;
  }

  /** Who only looks is there as long as somebody watches. */
  #dismiss(): void {
    this.#onlookers?.actors.stop();
    this.#onlookers = undefined;
  }

  /** Whether every kind that can be read was read once. */
  #isRead(): boolean {
    return this.#parts.kinds().every(({ stage }) => stage !== 'starting');
  }

  #look(): DryRun {
    const { running, surroundings, poolSource, onCrash } = this.#parts;
    return onlookers(running.cluster, running.settings, poolSource, {
      soon: surroundings.timers.soon,
      now: surroundings.timers.now,
      onTransition: (transition) => this.#inspector.noteTransition(transition),
      onEvent: (key) => this.#inspector.noteEvent(key),
      onCrash,
    });
  }

  #status(): object {
    const { config, kinds } = this.#parts;
    // Who came before everything was read has onlookers from the moment that it was.
    this.#witnesses();
    return {
      controllerName: config.controllerName,
      role: this.#isOpen ? (config.leaderElect ? 'leading' : 'running') : this.#isRead() ? 'standby' : 'starting',
      unread: kinds()
        .filter(({ stage }) => stage === 'starting' || stage === 'forbidden')
        .map(({ kind, stage }) => `${kind}: ${stage === 'starting' ? 'not read yet' : 'no permission to read it'}`),
    };
  }
}
