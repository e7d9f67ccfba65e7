/**
 * What `status.supportedFeatures` of a class says: names of the upstream conformance suite, exactly those that are true,
 * sorted by name as the API wants it.
 */
export const supportedFeatures: readonly { readonly name: string }[] = [
  'Gateway',
  'GatewayAddressEmpty',
  'GatewayInfrastructure',
  'GatewayPort8080',
  'GatewayStaticAddresses',
  'ListenerSet',
  'ReferenceGrant',
  'TCPRoute',
  'UDPRoute',
].map((name) => ({ name }));
