import { toldAddresses } from '../gateway/address-pin.ts';
import { isEqual } from '../gateway/equal.ts';
import { gatewayClassStatus } from '../gateway/gateway-class-status.ts';
import { gatewayStatus } from '../gateway/gateway-status.ts';
import { isGatewayKey, isRouteKey } from '../gateway/keys.ts';
import { ledgerKey } from '../gateway/ledger.ts';
import { listenerSetStatus } from '../gateway/listener-set-status.ts';
import { routeStatus } from '../gateway/route-status.ts';
import type { ApiRequest } from '../kubernetes/client.ts';
import type { Gateway } from '../objects/gateway-api.ts';
import type { ObjectKey, RouteKind } from '../objects/keys.ts';
import type { ObjectMeta } from '../objects/kubernetes.ts';
import { type EffectContext, patchRequest } from './context.ts';

/** Statuses are written only when they differ from what stands there. */
export function writeGatewayClassStatus(
  key: ObjectKey<'GatewayClass'>,
  context: EffectContext,
): ApiRequest | undefined {
  const gatewayClass = context.world.view.get(key);
  const report = context.reports.gatewayClass(key);
  if (gatewayClass === undefined || report === undefined) return undefined;
  const wanted = gatewayClassStatus(
    gatewayClass,
    report.facts,
    context.world.view,
    stampOf(gatewayClass.metadata, context),
  );
  return statusRequest(key, context, { metadata: gatewayClass.metadata, current: gatewayClass.status, wanted });
}

export function writeGatewayStatus(key: ObjectKey<'Gateway'>, context: EffectContext): ApiRequest | undefined {
  return statusRequest(key, context, tellingOfGateway(key, context));
}

function tellingOfGateway(key: ObjectKey<'Gateway'>, context: EffectContext): Telling | undefined {
  const gateway = context.world.view.get(key);
  const report = context.reports.gateway(key);
  if (gateway === undefined || report?.uid !== gateway.metadata.uid) return undefined;
  const wanted = gatewayStatus(gateway, report, stampOf(gateway.metadata, context));
  return { metadata: gateway.metadata, current: gateway.status, wanted };
}

export function writeListenerSetStatus(key: ObjectKey<'ListenerSet'>, context: EffectContext): ApiRequest | undefined {
  const set = context.world.view.get(key);
  const report = context.reports.listenerSet(key);
  if (set === undefined || report?.uid !== set.metadata.uid) return undefined;
  const wanted = listenerSetStatus(set, report, context.world.settings, stampOf(set.metadata, context));
  return statusRequest(key, context, { metadata: set.metadata, current: set.status, wanted });
}

/**
 * The entries of the ledger that have to be read again before addresses are taken out of a Gateway's status: another
 * replica may have recorded them for the Gateway, though a watch that lags behind has not said so.
 */
export function premiseOfStatus(
  key: ObjectKey<'Gateway'>,
  request: ApiRequest,
  { world: { view } }: EffectContext,
): readonly ObjectKey<'IPAddress'>[] {
  const gateway = view.get(key);
  const { status } = request.body as { readonly status: Gateway['status'] };
  return gateway !== undefined && view.isServed('IPAddress') ? takenFrom(gateway, status).map(ledgerKey) : [];
}

function takenFrom(gateway: Gateway, wanted: Gateway['status']): readonly string[] {
  return toldAddresses(gateway).filter((address) => wanted.addresses.every(({ value }) => value !== address));
}

export function writeRouteStatus(key: ObjectKey<RouteKind>, context: EffectContext): ApiRequest | undefined {
  return statusRequest(key, context, tellingOfRoute(key, context));
}

function tellingOfRoute(key: ObjectKey<RouteKind>, context: EffectContext): Telling | undefined {
  const route = context.world.view.get(key);
  const report = context.reports.route(key);
  if (route === undefined || report?.uid !== route.metadata.uid) return undefined;
  const wanted = routeStatus(route, report, context.world.settings, stampOf(route.metadata, context));
  return { metadata: route.metadata, current: route.status, wanted };
}

/** Whether the status of a Gateway or route is what its actor wants it to be; not where that wants none. */
export function isTold(key: ObjectKey, context: EffectContext): boolean {
  let telling: Telling | undefined;
  if (isGatewayKey(key)) telling = tellingOfGateway(key, context);
  else if (isRouteKey(key)) telling = tellingOfRoute(key, context);
  return telling?.wanted !== undefined && isEqual(telling.current, telling.wanted);
}

function stampOf(metadata: ObjectMeta, context: EffectContext): { generation: number; now: string } {
  return { generation: metadata.generation, now: context.timestamp() };
}

/** A status as it stands there, and as it should be; `undefined`: the state that the actor is in tells none. */
interface Telling {
  readonly metadata: ObjectMeta;
  readonly current: unknown;
  readonly wanted: unknown;
}

function statusRequest(key: ObjectKey, context: EffectContext, telling: Telling | undefined): ApiRequest | undefined {
  if (telling?.wanted === undefined || isEqual(telling.current, telling.wanted)) return undefined;
  const { resourceVersion } = telling.metadata;
  return patchRequest(key, context, { resourceVersion, body: { status: telling.wanted }, subresource: 'status' });
}
