import { addressesAskedFor } from '../../src/gateway/announcers/index.ts';
import { connect } from '../../src/kubernetes/connect.ts';
import { service } from '../../src/watch/schemas.ts';
import { follow } from './follow.ts';

/**
 * Plays the announcer, whichever, for servers that have none: writes the address that a LoadBalancer Service asks
 * for into its ingress. It waits for no endpoints.
 */
export function startAnnouncer(kubeconfigPath: string): { stop(): Promise<void> } {
  const client = connect({ kubeconfig: kubeconfigPath, userAgent: 'announcer', now: Date.now });
  const announce = async (raw: unknown): Promise<void> => {
    const request = ingressPatch(raw);
    if (request !== undefined) await client.request(request);
  };
  const pending = new Set<Promise<void>>();
  const take = (raw: unknown): void => {
    const work = announce(raw).finally(() => pending.delete(work));
    pending.add(work);
  };
  const follower = follow(client, '/api/v1/services', (type, object) => {
    if (type !== 'DELETED') take(object);
  });
  return {
    stop: async () => {
      await follower.stop();
      await Promise.all(pending);
      await client.close();
    },
  };
}

function ingressPatch(raw: unknown): Parameters<ReturnType<typeof connect>['request']>[0] | undefined {
  const { metadata, spec, status } = service.parse(raw);
  if (spec.type !== 'LoadBalancer') return undefined;
  const asked = addressesAskedFor(metadata.annotations, spec.type);
  const wanted = [...new Set(asked.length > 0 ? asked : [spec.loadBalancerIP ?? []].flat())];
  if (wanted.length === 0) return undefined;
  if (wanted.join() === status.ingress.map(({ ip }) => ip).join()) return undefined;
  return {
    method: 'PATCH',
    path: `/api/v1/namespaces/${metadata.namespace}/services/${metadata.name}/status`,
    contentType: 'application/merge-patch+json',
    body: { status: { loadBalancer: { ingress: wanted.map((ip) => ({ ip, ipMode: 'VIP' })) } } },
  };
}
