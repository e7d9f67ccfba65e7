import type { EffectContext } from '../../src/effects/context.ts';
import type { World } from '../../src/gateway/graph.ts';

/** What effects decide from, where no actor has anything to tell and nothing is doubtful. */
export function contextIn(world: World, rest: Partial<EffectContext> = {}): EffectContext {
  return {
    world,
    reports: {
      gatewayClass: () => undefined,
      gateway: () => undefined,
      listenerSet: () => undefined,
      route: () => undefined,
    },
    versionOf: () => 'v1',
    quarantineMs: () => 0,
    isDoubtful: () => false,
    timestamp: () => '2026-01-01T12:00:00Z',
    ...rest,
  };
}
