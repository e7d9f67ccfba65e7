import type { JsonObject } from '../api-server/json.ts';
import {
  classes,
  classParameters,
  gatewayClass,
  infra,
  namespaces,
  parameters,
  parametersNames,
  paths,
  pool,
  service,
} from './manifests.ts';

type Call = (author: string, method: 'POST', path: string, body: JsonObject) => unknown;

/** Makes what is there when a seed begins, besides the namespaces: classes, the pool, parameters, and Services of users. */
export function furnish(call: Call): void {
  for (const [name, controllerName] of Object.entries(classes)) {
    call('admin', 'POST', paths.classes, gatewayClass(name, controllerName));
  }
  call('admin', 'POST', paths.configMaps(infra), pool(0));
  call('admin', 'POST', paths.configMaps(infra), parameters(infra, classParameters.name, 1));
  for (const [index, namespace] of namespaces.entries()) {
    // The other name is free: a Gateway that takes parameters from there waits until somebody writes them.
    call('user', 'POST', paths.configMaps(namespace), parameters(namespace, parametersNames[0], index + 3));
    for (const name of ['svc-0', 'svc-1', 'svc-2']) {
      call('user', 'POST', paths.services(namespace), service(namespace, name, index));
    }
  }
}
