import type { ApiObject } from '../../api-server/json.ts';
import type { Entry } from '../history.ts';
import { ownerOf, parentsOf, routesOf } from './objects.ts';

/** What a route or a ListenerSet has ever named, by its key: who writes may not know yet that it moved. */
export class EverNamed {
  readonly #parents = new Map<string, Set<string>>();

  take({ kind, key, after }: Entry): void {
    if (kind !== 'TCPRoute' && kind !== 'UDPRoute' && kind !== 'ListenerSet') return;
    this.#parents.set(key, new Set([...(this.#parents.get(key) ?? []), ...parentsOf(after)]));
  }

  /** `namespace/name` of the Gateways that a Service of ours has ever been for. */
  gatewaysOf(service: ApiObject): ReadonlySet<string> {
    return new Set([...ownerOf(service), ...routesOf(service).flatMap((route) => this.gatewaysBehind(route))]);
  }

  /** `namespace/name` of the Gateways that a route or a ListenerSet has ever belonged to. */
  gatewaysBehind(key: string): readonly string[] {
    return [...(this.#parents.get(key) ?? [])].flatMap((parent) => {
      return parent.startsWith('Gateway/') ? parent.slice('Gateway/'.length) : this.gatewaysBehind(parent);
    });
  }
}
