/** The states of a GatewayClass actor, as `Parent.Child`. */
export type GatewayClassState = 'Pending' | 'Accepted' | 'Refused' | 'Unreadable' | 'Foreign' | 'Removed';

export type ListenerSetState =
  | 'Pending.Starting'
  | 'Pending.WaitingForGateway'
  | 'Pending.WaitingForClass'
  | 'Pending.NotAllowed'
  | 'Pending.NamespacesUnknown'
  | 'Pending.NoListener'
  | 'ListenerResolved'
  | 'ServiceReady'
  | 'Unreadable'
  | 'Foreign'
  | 'Removed';

export type GatewayState =
  | 'Pending.Starting'
  | 'Pending.WaitingForClass'
  | 'Pending.UnsupportedAddress'
  | 'Pending.ClaimingAddress'
  | 'Pending.PoolExhausted'
  | 'Pending.AddressNotUsable'
  | 'Pending.RecordingAddress'
  | 'Pending.RecordFailed'
  | 'AddressAssigned.PinningAddress'
  | 'AddressAssigned.InvalidParameters'
  | 'AddressAssigned.NoListener'
  | 'ListenerResolved.WritingServices'
  | 'ListenerResolved.ServiceRefused'
  | 'ListenerResolved.OtherAddress'
  | 'ListenerResolved.WaitingForAnnouncement'
  | 'ServiceReady.Announced'
  | 'ServiceReady.NothingToAnnounce'
  | 'Releasing.RemovingServices'
  | 'Releasing.RemovingMarks'
  | 'Releasing.WaitingForServices'
  | 'Unreadable'
  | 'Released';

export type RouteState =
  | 'Pending.Starting'
  | 'Pending.WaitingForParent'
  | 'Pending.NoMatchingParent'
  | 'Pending.NotAllowed'
  | 'Pending.UnsupportedValue'
  | 'Pending.ParentUnknown'
  | 'Pending.WaitingForRecord'
  | 'Pending.WaitingForAddress'
  | 'AddressAssigned.InvalidKind'
  | 'AddressAssigned.RefNotPermitted'
  | 'AddressAssigned.BackendNotFound'
  | 'AddressAssigned.BackendUnusable'
  | 'AddressAssigned.BackendUnknown'
  | 'AddressAssigned.ServiceNameTaken'
  | 'ListenerResolved.ServedByOlder'
  | 'ListenerResolved.Withheld'
  | 'ListenerResolved.WritingService'
  | 'ListenerResolved.ServiceRefused'
  | 'ListenerResolved.OtherAddress'
  | 'ListenerResolved.WaitingForAnnouncement'
  | 'ServiceReady.Announced'
  | 'ServiceReady.NothingToAnnounce'
  | 'Unreadable'
  | 'Removing'
  | 'Removed';

export type ActorState = GatewayClassState | GatewayState | ListenerSetState | RouteState;
