import { requestFaults } from './board.ts';
import { type OperationKind, operationWeights } from './operations.ts';
import { derive, Random } from './random.ts';

/** Faults that hit a controller, its watches, the server, or what the controller wrote. */
const otherFaults = [
  'restarted',
  'two leaders',
  'paused',
  'watch 410',
  'watch silent',
  'watch reset',
  'stale list',
  'events in a burst',
  'foreign edit of labels',
  'foreign edit of spec.addresses',
  'foreign edit of a Service',
  'API server restarted',
  'clock stepped',
] as const;

export type OtherFault = (typeof otherFaults)[number];

export const faultKinds = [...requestFaults, ...otherFaults] as const;

export type FaultKind = (typeof faultKinds)[number];

/** Something that happens at a time: an operation or a fault. */
export interface Step {
  /** Milliseconds after the start. */
  readonly at: number;
  readonly kind: OperationKind | FaultKind;
  /** Numbers that choose the object and what is done. */
  readonly which: number;
  readonly what: number;
}

/** Everything that one seed does, decided beforehand: a step can be left out without changing the others. */
export interface Plan {
  readonly seed: number;
  /** One controller, or two with leader election. */
  readonly replicas: 1 | 2;
  /** Whether the server can send the initial state in a watch. */
  readonly canStream: boolean;
  readonly steps: readonly Step[];
}

export function isFault(kind: Step['kind']): kind is FaultKind {
  return faultKinds.some((fault) => fault === kind);
}

const longest = 2 ** 20;

export function makePlan(seed: number): Plan {
  const random = new Random(derive(seed, 'plan'));
  const length = 50_000 + random.between(0, 50_000);
  const at = (): number => random.between(500, length);
  const step = (kind: Step['kind'], time: number): Step => {
    return { at: time, kind, which: random.between(0, longest), what: random.between(0, longest) };
  };
  const operations = Array.from({ length: random.between(45, 90) }, () => {
    return step(random.weighted(operationWeights), at());
  });
  // Something is there when the first faults strike.
  for (const kind of ['create Gateway', 'create route'] as const) {
    operations.push(...Array.from({ length: 6 }, () => step(kind, random.between(500, 4_000))));
  }
  const faults = Array.from({ length: random.between(8, 25) }, () => {
    return step(faultKinds[random.between(0, faultKinds.length)] ?? 'restarted', at());
  });
  return {
    seed,
    replicas: random.chance(0.3) ? 2 : 1,
    canStream: random.chance(0.75),
    steps: [...operations, ...faults].toSorted((one, other) => one.at - other.at),
  };
}
