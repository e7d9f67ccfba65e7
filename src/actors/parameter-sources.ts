import type { Change, Cluster } from '../cluster/cluster.ts';
import { classKey } from '../gateway/keys.ts';
import { parametersKey } from '../gateway/parameters.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { Settings } from '../objects/view.ts';

export interface ParameterSourcesOptions {
  readonly cluster: Cluster;
  readonly settings: Pick<Settings, 'controllerName'>;
  readonly sources: { follow(key: ObjectKey): void; unfollow(key: ObjectKey): void };
}

/** Sees to it that exactly those ConfigMaps are followed that Gateways and classes of ours take parameters from. */
export class ParameterSources {
  readonly #options: ParameterSourcesOptions;

  constructor(options: ParameterSourcesOptions) {
    this.#options = options;
  }

  /** A Gateway or a class came, went, or names another one. */
  look({ key, tokens }: Change): void {
    const { cluster } = this.#options;
    if (key.startsWith('GatewayClass/')) {
      for (const gateway of cluster.naming(key)) this.#lookAt(cluster.tokensOf(gateway));
    }
    if (/^Gateway(Class)?\//.test(key)) this.#lookAt(tokens);
  }

  #lookAt(tokens: readonly string[]): void {
    const { cluster, settings, sources } = this.#options;
    for (const token of tokens) {
      if (!isConfigMapKey(token)) continue;
      const isWanted = [...cluster.naming(token)].some((key) => isOurs(key, cluster, settings.controllerName));
      if (isWanted) sources.follow(token);
      else sources.unfollow(token);
    }
  }
}

/** The ConfigMaps that are to be read, for who reads a cluster once. */
export function parameterMapsOf(cluster: Cluster, controllerName: string): ReadonlySet<ObjectKey<'ConfigMap'>> {
  const objects = [...cluster.all('GatewayClass'), ...cluster.all('Gateway')];
  const ours = objects.filter(({ kind, metadata: { namespace, name } }) => {
    return isOurs(`${kind}/${namespace}/${name}`, cluster, controllerName);
  });
  return new Set(ours.flatMap((object) => parametersKey(object) ?? []));
}

function isOurs(key: ObjectKey, cluster: Cluster, controllerName: string): boolean {
  const object = cluster.get(key);
  if (object?.kind === 'Gateway') return isOurs(classKey(object.spec.gatewayClassName), cluster, controllerName);
  return object?.kind === 'GatewayClass' && object.spec.controllerName === controllerName;
}

function isConfigMapKey(token: string): token is ObjectKey<'ConfigMap'> {
  return token.startsWith('ConfigMap/');
}
