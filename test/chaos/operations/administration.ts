import { classes, gatewayClass, infra, nodeStatus, paths, pool, poolName, strangersEntry } from '../manifests.ts';
import { pick } from '../random.ts';
import { className, namespaceOf, type Operation } from './choices.ts';

export const administration = {
  'delete class': (world, { which, what }) => {
    const path = `${paths.classes}/${className(which)}`;
    world.call('admin', 'DELETE', path);
    // A class in use stays until its Gateways are gone, unless somebody does not want to wait.
    if (what % 3 !== 0) world.patch('admin', path, { metadata: { finalizers: null } });
  },
  'create class': (world, { which, what }) => {
    const name = className(which);
    // Now and then a name comes back as another controller's.
    const controllerName = what % 5 === 0 ? classes.other : classes[name];
    world.call('admin', 'POST', paths.classes, gatewayClass(name, controllerName ?? ''));
  },
  'delete namespace': (world, choice) =>
    void world.call('admin', 'DELETE', `${paths.namespaces}/${namespaceOf(choice)}`),
  'create namespace': (world, choice) => {
    const metadata = { name: namespaceOf(choice) };
    world.call('admin', 'POST', paths.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
  },
  'edit pool': (world, { what }) => {
    const path = paths.configMaps(infra);
    const isThere = world.find('ConfigMap', infra, poolName) !== undefined;
    if (isThere) world.call('admin', 'PUT', `${path}/${poolName}`, pool(what));
    else world.call('admin', 'POST', path, pool(what));
  },
  'delete pool': (world) => void world.call('admin', 'DELETE', `${paths.configMaps(infra)}/${poolName}`),
  'create IPAddress of others': (world, { which }) => {
    world.call('stranger', 'POST', paths.ipAddresses, strangersEntry(`10.0.0.${1 + (which % 8)}`));
  },
  'delete IPAddress of others': (world, { which }) => {
    const own = world
      .all('IPAddress')
      .filter(({ metadata }) => Object.values(metadata.labels ?? {}).includes('stranger'));
    const entry = pick(own, which);
    if (entry !== undefined) world.call('stranger', 'DELETE', `${paths.ipAddresses}/${entry.metadata.name}`);
  },
  'create Node': (world, { which, what }) => {
    const name = `node-${which % 2}`;
    world.call('admin', 'POST', paths.nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name } });
    world.patch('admin', `${paths.nodes}/${name}/status`, { status: nodeStatus(what) });
  },
  'delete Node': (world, { which }) => void world.call('admin', 'DELETE', `${paths.nodes}/node-${which % 2}`),
} as const satisfies Record<string, Operation>;
