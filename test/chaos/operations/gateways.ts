import type { JsonObject } from '../../api-server/json.ts';
import {
  addressesOf,
  allowedListenersOf,
  classOf,
  gateway,
  infrastructureOf,
  listenersOf,
  namespaces,
  paths,
} from '../manifests.ts';
import { pick } from '../random.ts';
import type { Cluster } from '../world.ts';
import { type Choice, namespaceOf, type Operation, oneGateway, pathOf, user } from './choices.ts';

export const gatewayOperations = {
  'create Gateway': (world, choice) => {
    const namespace = namespaceOf(choice);
    world.call(user, 'POST', paths.gateways(namespace), gateway(namespace, gatewayName(choice.which), choice.what));
  },
  'edit Gateway': (world, choice) => editGateway(world, choice),
  'delete Gateway': (world, choice) => void world.call(user, 'DELETE', pathOf(oneGateway(world, choice))),
  'recreate Gateway': (world, choice) => {
    const { namespace = '', name = '' } = oneGateway(world, choice)?.metadata ?? {};
    if (name === '') return;
    world.call(user, 'DELETE', `${paths.gateways(namespace)}/${name}`);
    world.call(user, 'POST', paths.gateways(namespace), gateway(namespace, name, choice.what));
  },
  'clone Gateway': (world, choice) => {
    const original = oneGateway(world, choice);
    if (original === undefined) return;
    const { labels, annotations } = original.metadata;
    const namespace = pick(namespaces, choice.what) ?? 'a';
    const metadata = {
      namespace,
      name: gatewayName(choice.what >> 2),
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    };
    world.call(user, 'POST', paths.gateways(namespace), { ...original, metadata, status: undefined });
  },
} as const satisfies Record<string, Operation>;

function editGateway(world: Cluster, choice: Choice): void {
  const { what } = choice;
  const current = oneGateway(world, choice);
  const variants: readonly JsonObject[] = [
    { listeners: listenersOf(what >> 3) },
    { listeners: listenersOf(what >> 3) },
    { gatewayClassName: classOf(what >> 3) },
    { addresses: addressesOf((what >> 3) % 2) ?? [] },
    { addresses: null },
    { allowedListeners: allowedListenersOf(what >> 3) ?? null },
    { infrastructure: infrastructureOf(what >> 3) ?? null },
  ];
  if (current !== undefined) world.patch(user, pathOf(current), { spec: pick(variants, what) ?? {} });
}

function gatewayName(which: number): string {
  return `gw-${(which >> 5) % 3}`;
}
