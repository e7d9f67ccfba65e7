import { setTimeout as delay } from 'node:timers/promises';
import type { WriteRecord } from '../support/test-server.ts';
import { Api } from './api.ts';
import { type Controller, compile, knowsFlag, startController } from './controller.ts';
import { controllerName, type Group, groupsOf, namespace, type Shape, servicesOf } from './objects.ts';
import { type Goal, Observer } from './observer.ts';
import type { Options } from './options.ts';
import { type Chain, replay, type Snapshot } from './replay.ts';
import { type Report, type Server, startServer } from './server.ts';
import { round } from './statistics.ts';
import { World } from './world.ts';

const controllerAgent = 'gateway-api-controller';
/** Writes that are not for a pair. */
const apart: ReadonlySet<string> = new Set(['events', 'leases', 'gatewayclasses', 'gatewayclasses/status']);
const quietMs = 1_500;
const candidates = [8, 16, 32, 64] as const;

export interface Writes {
  readonly byKind: Readonly<Record<string, number>>;
  readonly total: number;
  /** Events, Leases and the class's status. */
  readonly apart: number;
}

/** What a raw replay sends, what is there before it, and what there shall be after it. */
export interface Replayed {
  readonly chains: readonly Chain[];
  readonly there: Snapshot;
  readonly goal: Goal;
}

/** The server, the objects on it, and the controllers that are measured there. */
export class Bench {
  readonly options: Options;
  readonly report: Report;
  readonly server: Server;
  readonly world: World;
  readonly observer: Observer;
  /** Compiled outputs by what they are called in the results. */
  readonly builds: ReadonlyMap<'this' | 'against', string>;
  /** The pairs that are there, all settled; `undefined` where nothing is. */
  settled: Shape | undefined;
  readonly #replayApis = new Map<number, Api>();
  #inFlight: number | undefined;

  private constructor(options: Options, report: Report, server: Server, builds: Bench['builds']) {
    this.options = options;
    this.report = report;
    this.server = server;
    this.builds = builds;
    this.world = new World(server.kubeconfigPath);
    this.observer = new Observer(server.kubeconfigPath);
    this.#inFlight = options.inFlight;
  }

  static async start(options: Options, report: Report): Promise<Bench> {
    report('compiling the controller');
    const builds = new Map<'this' | 'against', string>([['this', await compile()]]);
    if (options.against !== undefined) builds.set('against', options.against);
    const server = await startServer(options.target, report);
    const bench = new Bench(options, report, server, builds);
    await bench.world.setUp();
    return bench;
  }

  async stop(): Promise<void> {
    await this.observer.stop();
    for (const api of this.#replayApis.values()) await api.close();
    await this.world.close();
    await this.server.stop();
  }

  shape(defaults: Partial<Shape> = {}): Shape {
    const { gateways, routesPerGateway, behaviour } = this.options;
    return { gateways: gateways ?? 1_000, routesPerGateway: routesPerGateway ?? 1, behaviour, ...defaults };
  }

  /** @param flags besides those that all scenarios need. */
  async startController(build: 'this' | 'against' = 'this', flags: readonly string[] = []): Promise<Controller> {
    const compiled = this.builds.get(build) ?? '';
    const { profile } = this.options;
    const writesIngress = await this.writesIngress(build);
    return startController({
      compiled,
      kubeconfigPath: this.server.kubeconfigPath,
      flags: [
        `-gateway-class-name=${controllerName}`,
        `-ipam-configmap=${namespace}/ipam`,
        ...(writesIngress ? ['-announcer=none'] : []),
        ...flags,
      ],
      profile: build === 'this' ? profile : undefined,
    });
  }

  /** Whether this build can do without an announcer: then Services carry the address in their status in the end. */
  writesIngress(build: 'this' | 'against' = 'this'): Promise<boolean> {
    return knowsFlag(this.builds.get(build) ?? '', 'announcer');
  }

  async goal(shape: Shape, build: 'this' | 'against' = 'this'): Promise<Goal> {
    const { gateways, routesPerGateway } = shape;
    return {
      count: { Gateway: gateways, TCPRoute: gateways * routesPerGateway, Service: servicesOf(shape) },
      attachedRoutes: routesPerGateway,
      ingress: await this.writesIngress(build),
    };
  }

  /** Waits until nothing changes any more, and counts what the controller has written since this was last asked. */
  async countWrites(): Promise<Writes> {
    let changedAt = performance.now();
    const end = this.observer.onChange(() => {
      changedAt = performance.now();
    });
    while (performance.now() - changedAt < quietMs) await delay(50);
    end();
    const all = (await this.server.newWrites()).filter(({ userAgent }) => userAgent.startsWith(controllerAgent));
    return countByKind(all);
  }

  /** Everything of this shape, settled by the controller; nothing is done where it is there already. */
  async settle(shape: Shape): Promise<void> {
    if (JSON.stringify(this.settled) === JSON.stringify(shape)) return;
    await this.clean();
    this.report(`settling ${describe(shape)}`);
    await this.world.create(groupsOf(shape));
    const controller = await this.startController();
    await this.observer.reach(await this.goal(shape), this.report);
    await this.countWrites();
    await controller.stop();
    this.settled = shape;
  }

  async clean(): Promise<void> {
    this.settled = undefined;
    await this.world.clean();
  }

  /** @returns seconds until the observer has seen all that these writes make, with the best number in flight. */
  async timeReplay({ chains, there, goal }: Replayed, atOnce: number): Promise<number> {
    const started = performance.now();
    const reached = this.observer.reach(goal, this.report);
    await replay(this.#replayApi(atOnce), chains, there);
    return ((await reached) - started) / 1000;
  }

  /**
   * The number of requests in flight with which a raw replay is fastest here, found once: the chains are cut into
   * slices, and the candidates take turns, there and back, so that what the machine does meanwhile hits all alike.
   */
  async bestInFlight(groups: readonly Group[], chains: readonly Chain[]): Promise<number> {
    if (this.#inFlight !== undefined) return this.#inFlight;
    this.report(`looking for the best number of raw requests in flight, of ${candidates.join(', ')}`);
    const there = await this.world.create(groups);
    const order = [...candidates, ...candidates.toReversed()];
    const size = Math.ceil(chains.length / order.length);
    const spent = new Map<number, number>();
    for (const [index, atOnce] of order.entries()) {
      const started = performance.now();
      await replay(this.#replayApi(atOnce), chains.slice(index * size, (index + 1) * size), there);
      spent.set(atOnce, (spent.get(atOnce) ?? 0) + performance.now() - started);
    }
    await this.clean();
    const [[best] = [32]] = [...spent].toSorted(([, a], [, b]) => a - b);
    const figures = [...spent].map(([atOnce, ms]) => `${atOnce}: ${round(ms / 1000, 2)} s`).join(', ');
    this.report(`best: ${best} (${figures})`);
    this.#inFlight = best;
    return best;
  }

  #replayApi(atOnce: number): Api {
    const api = this.#replayApis.get(atOnce) ?? new Api(this.server.kubeconfigPath, atOnce);
    this.#replayApis.set(atOnce, api);
    return api;
  }
}

export function describe({ gateways, routesPerGateway, behaviour }: Shape): string {
  return `${gateways} Gateways with ${routesPerGateway} routes each, ${behaviour}`;
}

function countByKind(records: readonly WriteRecord[]): Writes {
  const byKind: Record<string, number> = {};
  let total = 0;
  for (const { resource, verb } of records) {
    if (apart.has(resource)) continue;
    const kind = verb === 'delete' ? `${resource} (deleted)` : resource;
    byKind[kind] = (byKind[kind] ?? 0) + 1;
    total += 1;
  }
  return { byKind, total, apart: records.length - total };
}
