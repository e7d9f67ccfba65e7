import { type ApiObject, at } from '../../api-server/json.ts';
import { paths, type RouteChoice, route } from '../manifests.ts';
import { type Choice, namespaceOf, type Operation, oneRoute, pathOf, user } from './choices.ts';

export const routeOperations = {
  'create route': (world, choice) => {
    const plural = choice.which % 4 === 0 ? 'udproutes' : 'tcproutes';
    const namespace = namespaceOf(choice);
    const name = `rt-${(choice.which >> 5) % 3}`;
    world.call(user, 'POST', paths.routes(namespace, plural), route({ namespace, plural, name, choice: choice.what }));
  },
  'edit route': (world, choice) => {
    const current = oneRoute(world, choice);
    if (current === undefined) return;
    const { spec, metadata } = route(choiceOf(current, choice));
    world.patch(user, pathOf(current), { spec: spec ?? {}, metadata: { labels: at(metadata, 'labels') ?? {} } });
  },
  'delete route': (world, choice) => void world.call(user, 'DELETE', pathOf(oneRoute(world, choice))),
  'recreate route': (world, choice) => {
    const current = oneRoute(world, choice);
    if (current === undefined) return;
    const again = choiceOf(current, choice);
    world.call(user, 'DELETE', pathOf(current));
    world.call(user, 'POST', paths.routes(again.namespace, again.plural), route(again));
  },
} as const satisfies Record<string, Operation>;

function choiceOf(current: ApiObject, { what }: Choice): RouteChoice {
  const { namespace = '', name } = current.metadata;
  return { namespace, name, plural: current.kind === 'TCPRoute' ? 'tcproutes' : 'udproutes', choice: what };
}
