import type { ApiObject, JsonObject } from '../../api-server/json.ts';
import type { Entry } from '../history.ts';
import { ours, prefix } from './objects.ts';

/** Writes a history by hand: objects come, change and go, each at a second of its own. */
export class Scribe {
  readonly history: Entry[] = [];
  readonly #state = new Map<string, ApiObject>();

  constructor() {
    this.put('admin', object('GatewayClass', '/ours', { spec: { controllerName: ours } }));
    this.put('admin', object('GatewayClass', '/theirs', { spec: { controllerName: 'example.com/theirs' } }));
    this.put('admin', object('ConfigMap', 'infra/pool', { data: { 'range-global': '10.0.0.1-10.0.0.9' } }));
  }

  put(author: string, after: ApiObject): this {
    return this.#note(author, after, after);
  }

  remove(author: string, gone: ApiObject): this {
    return this.#note(author, gone, undefined);
  }

  #note(author: string, { kind, metadata }: ApiObject, after: ApiObject | undefined): this {
    const key = `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
    const before = this.#state.get(key);
    const version = this.history.length + 1;
    const type = after === undefined ? 'DELETED' : before === undefined ? 'ADDED' : 'MODIFIED';
    this.history.push({ at: version * 1000, version, author, type, kind, key, before, after });
    if (after === undefined) this.#state.delete(key);
    else this.#state.set(key, after);
    return this;
  }
}

interface Parts {
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
  readonly data?: JsonObject;
}

/** @param name `namespace/name`, or `/name`. */
export function object(
  kind: string,
  name: string,
  { labels, annotations, ...rest }: Parts,
  uid = `${kind} ${name}`,
): ApiObject {
  const [namespace = '', own = ''] = name.split('/');
  const metadata = {
    name: own,
    ...(namespace !== '' && { namespace }),
    uid,
    resourceVersion: '',
    creationTimestamp: '',
    ...(labels && { labels }),
    ...(annotations && { annotations }),
  };
  return { apiVersion: 'v1', kind, metadata, ...rest };
}

export interface GatewayParts {
  readonly className?: string;
  readonly asked?: string;
  readonly told?: string;
  readonly uid?: string;
}

export function gateway(name: string, { className = 'ours', asked, told, uid }: GatewayParts = {}): ApiObject {
  const list = (value: string | undefined): JsonObject => (value === undefined ? {} : { addresses: [{ value }] });
  const spec = { gatewayClassName: className, ...list(asked) };
  return object('Gateway', name, { spec, status: list(told) }, uid);
}

/** The ledger's entry of an address. */
export function entry(address: string, owner: ApiObject): ApiObject {
  const { namespace = '', name, uid } = owner.metadata;
  return object('IPAddress', `/${address}`, {
    annotations: { [`${prefix}owner-uid`]: uid },
    spec: { parentRef: { group: 'gateway.networking.k8s.io', resource: 'gateways', namespace, name } },
  });
}

export function route(name: string, gatewayName: string, behaviour = 'update'): ApiObject {
  return object('TCPRoute', name, {
    labels: { serviceBehaviour: behaviour },
    spec: { parentRefs: [{ name: gatewayName }], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] },
  });
}

/** The user's Service `web`, as it is or as `update` makes it. */
export function service(address?: string): ApiObject {
  const port = { port: 80, protocol: 'TCP', targetPort: 8000 };
  if (address === undefined) return object('Service', 'a/web', { spec: { type: 'ClusterIP', ports: [port] } });
  return object('Service', 'a/web', {
    annotations: { [`${prefix}behaviour`]: 'update', 'parent-tcp-route': 'rt' },
    spec: {
      type: 'LoadBalancer',
      loadBalancerIP: address,
      ports: [port, { port: 8080, protocol: 'TCP', name: 'tcp-8080' }],
    },
  });
}
