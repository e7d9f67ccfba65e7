import type { ObjectKey, RouteKind } from '../objects/keys.ts';
import type { Service } from '../objects/service.ts';
import { carriesOthers, mayGetBack } from './address-doubt.ts';
import { chooseBehaviour } from './behaviour.ts';
import type { World } from './graph.ts';
import { gatewaysOf } from './home.ts';
import { annotations, routeLabels } from './names.ts';
import { doubtOfOptions } from './options.ts';

/**
 * Why the route may want this Service again: parameters chose its behaviour, and these are not known now. Then what
 * the flags say is no reason to take it away.
 */
export function doubtOfBehaviour(
  key: ObjectKey<RouteKind>,
  current: Service | undefined,
  world: World,
): string | undefined {
  const route = world.view.get(key);
  if (route === undefined || routeLabels.behaviour in route.metadata.labels) return undefined;
  const flagged = chooseBehaviour(route, world.settings);
  if ('behaviour' in flagged && flagged.behaviour === current?.metadata.annotations[annotations.behaviour]) {
    return undefined;
  }
  for (const gateway of gatewaysOf(route, world.view)) {
    const why = doubtOfOptions(gateway, world);
    const held = world.addresses.held(gateway.metadata.uid);
    const isAnothers = held.length > 0 && carriesOthers(current, held);
    if (why !== undefined && !isAnothers && mayGetBack(gateway, current, world)) return why;
  }
  return undefined;
}
