import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Allocator, type Outside } from '../../src/ipam/allocator.ts';
import { parsePool } from '../../src/ipam/pool.ts';
import type { Taker } from '../../src/ipam/taker.ts';
import type { AddressRequest } from '../../src/objects/verdicts.ts';

const three = { 'range-global': '10.0.0.1-10.0.0.3' };
const service: Taker = { use: 'other', who: 'Service shop/web' };
const any: AddressRequest = { kind: 'any' };
const dual: AddressRequest = { kind: 'any', families: ['IPv4', 'IPv6'] };
const names = { namespace: 'blue', name: 'gw' };

/** What else takes addresses of the pool of three, and what is said when nothing is left of it. */
const shortages: readonly {
  readonly name: string;
  readonly takers: Readonly<Record<string, Taker>>;
  readonly data?: Readonly<Record<string, string>>;
  /** By default: any address. */
  readonly request?: AddressRequest;
  /** What Gateways ask for, and get, before that. */
  readonly before: readonly AddressRequest[];
  readonly message: string;
}[] = [
  {
    name: 'by others, one of whom is named',
    takers: { '10.0.0.2': service, '10.0.0.3': { use: 'other', who: 'Node n1' } },
    before: [any],
    message:
      'all 3 addresses of the pool for "global" are taken, 1 in use by Gateways, 2 held by others ' +
      '(10.0.0.2 by Service shop/web): ' +
      'add a range, delete a Gateway, or free what others hold ("ipam ls" names them)',
  },
  {
    name: 'by others alone: no Gateway is to be deleted',
    takers: { '10.0.0.1': service, '10.0.0.2': service, '10.0.0.3': service },
    before: [],
    message:
      'all 3 addresses of the pool for "global" are taken, 3 held by others (10.0.0.1 by Service shop/web): ' +
      'add a range, or free what others hold ("ipam ls" names them)',
  },
  {
    name: 'by a quarantine: waiting is enough',
    takers: { '10.0.0.3': { use: 'quarantined', who: 'given up by Gateway x/y' } },
    before: [any, any],
    message:
      'all 3 addresses of the pool for "global" are taken, 2 in use by Gateways, 1 in quarantine: ' +
      'wait until the quarantine is over, add a range, or delete a Gateway',
  },
  {
    name: 'by a Gateway that has it in the ledger: it counts as one',
    takers: { '10.0.0.3': { use: 'gateway', who: 'Gateway x/y' } },
    before: [any, any],
    message: 'all 3 addresses of the pool for "global" are in use: add a range, or delete a Gateway',
  },
  {
    name: 'of one family: the counts are of that, and the other one can be had',
    takers: {},
    data: { 'range-global': '10.0.0.1-10.0.0.6,fd00::1-fd00::3' },
    request: dual,
    before: [dual, dual, dual],
    message:
      'all 3 IPv6 addresses of the pool for "global" are in use: add a range, ask for IPv4 only, or delete a Gateway',
  },
  {
    name: 'of both families',
    takers: {},
    data: { 'range-global': '10.0.0.1,fd00::1' },
    request: dual,
    before: [dual],
    message: 'all 2 IPv4 and IPv6 addresses of the pool for "global" are in use: add a range, or delete a Gateway',
  },
  {
    name: 'of the other family is not asked for where that is used up too',
    takers: {},
    data: { 'range-global': '10.0.0.1,fd00::1' },
    request: { kind: 'any', families: ['IPv6'] },
    before: [any, any],
    message: 'all 1 IPv6 addresses of the pool for "global" are in use: add a range, or delete a Gateway',
  },
  {
    name: 'by an exclusion of everything, whatever else there is to remark',
    takers: {},
    data: { 'range-global': '10.0.0.1,10.0.0.1', 'exclude-global': '10.0.0.0/8' },
    before: [],
    message: 'every address of the pool for "global" is excluded: shorten an exclude- list, or add a range',
  },
];

describe('a pool is used up', () => {
  for (const { name, takers, data = three, request = any, before, message } of shortages) {
    test(name, () => {
      const allocator = new Allocator(parsePool(data));
      const outside: Outside = {
        heldElsewhere: () => undefined,
        recordedFor: () => [],
        isTaken: (address) => address in takers,
        isOthersNow: (address) => address in takers,
        takenBy: (address) => takers[address],
      };
      for (const [index, earlier] of before.entries()) {
        assert.ok('addresses' in allocator.claim({ uid: `${index}`, ...names }, earlier, outside));
      }
      const outcome = allocator.claim({ uid: 'last', ...names }, request, outside);
      const refusal = { reason: 'AddressNotAssigned', message };
      assert.deepEqual(outcome, { refusal });
    });
  }
});
