/** Where each kind is found, unless a fixture says otherwise; `v1` for the others. */
export const versions: Readonly<Record<string, string>> = {
  GatewayClass: 'gateway.networking.k8s.io/v1',
  Gateway: 'gateway.networking.k8s.io/v1',
  TCPRoute: 'gateway.networking.k8s.io/v1',
  UDPRoute: 'gateway.networking.k8s.io/v1',
  ListenerSet: 'gateway.networking.k8s.io/v1',
  ReferenceGrant: 'gateway.networking.k8s.io/v1',
  EndpointSlice: 'discovery.k8s.io/v1',
  IPAddress: 'networking.k8s.io/v1',
};
/** The kinds that a fixture waits for. */
export const followed = [
  'Gateway',
  'TCPRoute',
  'UDPRoute',
  'ListenerSet',
  'ReferenceGrant',
  'Service',
  'EndpointSlice',
  'IPAddress',
] as const;
