import { classParameters, infra, namespaces, parameters, parametersNames, paths } from '../manifests.ts';
import { pick } from '../random.ts';
import { type Choice, className, type Operation } from './choices.ts';

export const parameterOperations = {
  'write parameters': (world, choice) => {
    const { namespace, name } = placeOf(choice);
    const isThere = world.find('ConfigMap', namespace, name) !== undefined;
    const path = paths.configMaps(namespace);
    const manifest = parameters(namespace, name, choice.what);
    if (isThere) world.call('user', 'PUT', `${path}/${name}`, manifest);
    else world.call('user', 'POST', path, manifest);
  },
  'delete parameters': (world, choice) => {
    const { namespace, name } = placeOf(choice);
    world.call('user', 'DELETE', `${paths.configMaps(namespace)}/${name}`);
  },
  'edit class': (world, { which, what }) => {
    const path = `${paths.classes}/${className(which)}`;
    world.patch('admin', path, { spec: { parametersRef: what % 2 === 0 ? classParameters : null } });
  },
} as const satisfies Record<string, Operation>;

/** A ConfigMap of parameters for Gateways, or that for classes. */
function placeOf({ which }: Choice): { readonly namespace: string; readonly name: string } {
  if (which % 4 === 0) return { namespace: infra, name: classParameters.name };
  return { namespace: pick(namespaces, which >> 2) ?? 'a', name: pick(parametersNames, which >> 4) ?? '' };
}
