import { gateway } from '../objects.ts';
import { type BadInput, literal } from './bad-input.ts';

const ip = (value: string) => [{ type: 'IPAddress', value }];

/** Gateways that ask for an address that they cannot have, and pools that have none. */
export const addresses: readonly BadInput[] = [
  {
    name: 'an address of type Hostname',
    kind: 'Gateway',
    given: (f) => [gateway(f, 'bad', { addresses: [{ type: 'Hostname', value: 'gw.example.com' }] })],
    state: 'Pending.UnsupportedAddress',
    cause: () => /spec\.addresses: type Hostname is not supported, use IPAddress/,
  },
  {
    name: 'text for an address',
    kind: 'Gateway',
    given: (f) => [gateway(f, 'bad', { addresses: ip('one-two-three') })],
    refusal: /addresses/,
    state: 'Pending.UnsupportedAddress',
    cause: () => /spec\.addresses: "one-two-three" is not an IP address/,
  },
  {
    name: 'an address that another Gateway holds',
    kind: 'Gateway',
    given: (f) => [gateway(f, 'first', { addresses: ip(f.address(5)) })],
    after: (f) => f.create(gateway(f, 'bad', { addresses: ip(f.address(5)) })),
    state: 'Pending.AddressNotUsable',
    cause: (f) => new RegExp(`address ${literal(f.address(5))} is held by Gateway ${f.namespace}/first: name another`),
  },
  {
    name: 'an address that somebody else has in the ledger',
    kind: 'Gateway',
    before: async (f) => {
      await f.client.create({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'IPAddress',
        metadata: { name: f.address(6) },
        spec: { parentRef: { group: 'example.com', resource: 'widgets', namespace: f.namespace, name: 'theirs' } },
      });
    },
    given: (f) => [gateway(f, 'bad', { addresses: ip(f.address(6)) })],
    state: 'Pending.AddressNotUsable',
    cause: (f) => new RegExp(`address ${literal(f.address(6))} is held by .*${f.namespace}/theirs`),
  },
  {
    name: 'an address outside of the pool, where only its addresses may be named',
    kind: 'Gateway',
    flags: ['-static-addresses', 'pool'],
    given: (f) => [gateway(f, 'bad', { addresses: ip('192.0.2.77') })],
    state: 'Pending.AddressNotUsable',
    cause: (f) => new RegExp(`address 192\\.0\\.2\\.77 is outside the pool for namespace "${f.namespace}"`),
  },
  {
    name: 'a pool that is used up',
    kind: 'Gateway',
    fixture: { pool: null },
    before: (f) => f.setPool({ 'range-global': `${f.address(1)}-${f.address(2)}` }),
    given: (f) => [gateway(f, 'a'), gateway(f, 'b')],
    after: (f) => f.create(gateway(f, 'bad')),
    state: 'Pending.PoolExhausted',
    cause: () => /all 2 addresses of the pool for "global" are in use: add a range, or delete a Gateway/,
  },
  {
    name: 'a pool without a key for the namespace',
    kind: 'Gateway',
    fixture: { pool: null },
    before: (f) => f.setPool({ 'range-elsewhere': f.address(1) }),
    given: (f) => [gateway(f, 'bad')],
    state: 'Pending.PoolExhausted',
    cause: (f) => new RegExp(`no entry for namespace "${f.namespace}": add cidr-${f.namespace}, .*range-global`),
  },
  {
    name: 'a pool of which every entry is bad',
    kind: 'Gateway',
    fixture: { pool: null },
    before: (f) => f.setPool({ 'cidr-global': 'everything', 'range-global': `${f.address(9)}-${f.address(1)}` }),
    given: (f) => [gateway(f, 'bad')],
    state: 'Pending.PoolExhausted',
    cause: () => /"global" is usable: cidr-global: "everything" is not a CIDR .*range-global: .* starts after its end/,
  },
  {
    name: 'a pool without the family that is asked for',
    kind: 'Gateway',
    flags: ['-ip-families', 'ipv6'],
    given: (f) => [gateway(f, 'bad')],
    state: 'Pending.PoolExhausted',
    cause: () => /the pool for "global" has no IPv6 addresses: add a range/,
  },
  {
    name: 'a pool whose ConfigMap does not exist',
    kind: 'Gateway',
    fixture: { pool: null },
    given: (f) => [gateway(f, 'bad')],
    state: 'Pending.PoolExhausted',
    cause: (f) => new RegExp(`the address pool, ConfigMap ${f.namespace}/ipam, does not exist: create it`),
  },
  {
    name: 'no pool at all',
    kind: 'Gateway',
    fixture: { pool: null },
    flags: ['-ipam-configmap='],
    given: (f) => [gateway(f, 'bad')],
    state: 'Pending.PoolExhausted',
    cause: () => /no address pool: start the controller with -ipam-configmap, or set spec\.addresses/,
  },
  {
    name: 'an address that an edit left outside of the pool',
    kind: 'Gateway',
    given: (f) => [gateway(f, 'bad')],
    after: (f) => f.setPool({ 'range-global': f.address(200) }),
    state: 'ServiceReady.NothingToAnnounce',
    isReady: true,
    cause: (f) => new RegExp(`${literal(f.address(0))} lies outside the pool by now, and is kept`),
  },
];
