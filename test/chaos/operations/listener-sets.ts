import { at } from '../../api-server/json.ts';
import { listenerSet, paths } from '../manifests.ts';
import { namespaceOf, type Operation, oneListenerSet, pathOf, user } from './choices.ts';

export const listenerSetOperations = {
  'create ListenerSet': (world, choice) => {
    const namespace = namespaceOf(choice);
    const name = `set-${(choice.which >> 5) % 2}`;
    world.call(user, 'POST', paths.listenerSets(namespace), listenerSet(namespace, name, choice.what));
  },
  'edit ListenerSet': (world, choice) => {
    const current = oneListenerSet(world, choice);
    if (current === undefined) return;
    const { namespace = '', name } = current.metadata;
    const { spec } = listenerSet(namespace, name, choice.what);
    // Mostly other listeners; now and then it goes to another Gateway.
    const edit = choice.what % 3 > 0 ? { listeners: at(spec, 'listeners') ?? [] } : (spec ?? {});
    world.patch(user, pathOf(current), { spec: edit });
  },
  'delete ListenerSet': (world, choice) => void world.call(user, 'DELETE', pathOf(oneListenerSet(world, choice))),
  'recreate ListenerSet': (world, choice) => {
    const { namespace = '', name = '' } = oneListenerSet(world, choice)?.metadata ?? {};
    if (name === '') return;
    world.call(user, 'DELETE', `${paths.listenerSets(namespace)}/${name}`);
    world.call(user, 'POST', paths.listenerSets(namespace), listenerSet(namespace, name, choice.what));
  },
} as const satisfies Record<string, Operation>;
