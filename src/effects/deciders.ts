import type { ApiRequest } from '../kubernetes/client.ts';
import type { ObjectKey, RouteKind } from '../objects/keys.ts';
import type { EffectContext } from './context.ts';
import { writeEndpointSlice } from './endpoint-slice.ts';
import { pinAddress, removeMarks } from './gateway-address.ts';
import { syncFinalizer } from './gateway-class-finalizer.ts';
import { premiseOfEntry, writeLedgerEntry } from './ledger.ts';
import { premiseOfService, writeService } from './service.ts';
import {
  premiseOfStatus,
  writeGatewayClassStatus,
  writeGatewayStatus,
  writeListenerSetStatus,
  writeRouteStatus,
} from './status.ts';

/** The kinds of write, and the key that each takes. */
export interface EffectKeys {
  'gateway-class-status': ObjectKey<'GatewayClass'>;
  'gateway-class-finalizer': ObjectKey<'GatewayClass'>;
  'gateway-status': ObjectKey<'Gateway'>;
  'gateway-address': ObjectKey<'Gateway'>;
  'ledger-entry': ObjectKey<'IPAddress'>;
  'gateway-marks': ObjectKey<'Gateway'>;
  'listener-set-status': ObjectKey<'ListenerSet'>;
  'route-status': ObjectKey<RouteKind>;
  service: ObjectKey<'Service'>;
  'endpoint-slice': ObjectKey<'EndpointSlice'>;
}

export type EffectName = keyof EffectKeys;

type Decider = { [N in EffectName]: (key: EffectKeys[N], context: EffectContext) => ApiRequest | undefined };

export const deciders: Decider = {
  'gateway-class-status': writeGatewayClassStatus,
  'gateway-class-finalizer': syncFinalizer,
  'gateway-status': writeGatewayStatus,
  'gateway-address': pinAddress,
  'ledger-entry': writeLedgerEntry,
  'gateway-marks': removeMarks,
  'listener-set-status': writeListenerSetStatus,
  'route-status': writeRouteStatus,
  service: writeService,
  'endpoint-slice': writeEndpointSlice,
};

type Premise = {
  [N in EffectName]?: (key: EffectKeys[N], request: ApiRequest, context: EffectContext) => readonly ObjectKey[];
};

/** What is read again before a write that takes an address from a Gateway, or may, should we not know the newest. */
export const premises: Premise = {
  'ledger-entry': premiseOfEntry,
  'gateway-status': premiseOfStatus,
  service: (_key, request, context) => premiseOfService(request, context),
};
