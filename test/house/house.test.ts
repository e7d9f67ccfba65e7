import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Rule, rules } from './rules.ts';
import { parseSources, readTree, type Tree } from './source-tree.ts';

const root = join(import.meta.dirname, '..', '..');

describe('the rules of the house', () => {
  const tree = readTree(root);
  const sources = parseSources(tree);

  test('are checked on the whole tree', () => {
    assert.ok(sources.some(({ path }) => path.startsWith('src/')));
    assert.ok(sources.some(({ path }) => path === 'test/house/house.test.ts'));
  });

  for (const rule of Object.values<Rule>(rules)) {
    test(rule.name, () => assert.deepEqual(rule.find({ tree, sources }), []));
  }
});

describe('each rule of the house can fail', () => {
  const lines = (count: number): string => 'x;\n'.repeat(count);
  const crd = 'kind: CustomResourceDefinition\nspec:\n  group: gateway.networking.k8s.io\n';
  const cases: { rule: Rule; files: Record<string, string>; found: string[] }[] = [
    {
      rule: rules.machinesArePure,
      files: {
        'machines/gateway.ts': `import { setup } from 'xstate';
          import type { Facts } from '../src/objects/facts.ts';
          import pino from 'pino';
          import type { Mailbox } from '../src/actors/mailbox.ts';`,
      },
      found: ['machines/gateway.ts imports pino', 'machines/gateway.ts imports src/actors/mailbox.ts'],
    },
    {
      rule: rules.roomsArePure,
      files: {
        'src/gateway/a.ts': `import { createHash } from 'node:crypto';
          export type { Client } from '../kubernetes/client.ts';
          import '../ipam/pool.ts';`,
        'src/ipam/b.ts': `export const later = () => import('undici');
          type Lazy = import('../effects/queue.ts').Queue;
          import { Address4 } from 'ip-address';`,
      },
      found: [
        'src/gateway/a.ts imports node:crypto',
        'src/gateway/a.ts imports src/kubernetes/client.ts',
        'src/ipam/b.ts imports src/effects/queue.ts',
        'src/ipam/b.ts imports undici',
      ],
    },
    {
      rule: rules.objectsImportNothing,
      files: { 'src/objects/a.ts': `import type { Pool } from '../ipam/pool.ts';` },
      found: ['src/objects/a.ts imports src/ipam/pool.ts'],
    },
    {
      rule: rules.nothingImportsCli,
      files: {
        'src/main.ts': `import { run } from './cli/run.ts';`,
        'src/cli/index.ts': `import { run } from './run.ts';`,
      },
      found: ['src/main.ts imports src/cli/run.ts'],
    },
    {
      rule: rules.nothingImportsTests,
      files: { 'src/main.ts': `import type { Fake } from '../test/api-server/index.ts';` },
      found: ['src/main.ts imports test/api-server/index.ts'],
    },
    {
      rule: rules.noClockOrRandom,
      files: {
        'machines/route.ts': `// Date.now() in a comment is fine
          export const text = 'Date.now()', at = new Date(0), now = Date.now();`,
        'src/gateway/a.ts': 'export const id = crypto.randomUUID() + Math.random() + performance.now();',
        'src/ipam/b.ts': 'setTimeout(() => process.exit(), 1);',
        'src/actors/c.ts': 'export const now = Date.now();',
      },
      found: [
        'machines/route.ts uses Date.now',
        'machines/route.ts uses new Date',
        'src/gateway/a.ts uses Math.random',
        'src/gateway/a.ts uses crypto.randomUUID',
        'src/gateway/a.ts uses performance.now',
        'src/ipam/b.ts uses process.exit',
        'src/ipam/b.ts uses setTimeout()',
      ],
    },
    {
      rule: rules.onlyEffectsWrite,
      files: {
        'src/effects/write.ts': `send('PATCH', path);`,
        'src/kubernetes/client.ts': `type Method = 'GET' | 'POST' | 'PUT';
          export const isPatch = (method: string) => method === 'PATCH';`,
        'src/actors/registry.ts': `send({ method: 'DELETE' });`,
      },
      found: ['src/actors/registry.ts makes a DELETE request'],
    },
    {
      rule: rules.onlyTheRootConstructs,
      files: {
        'src/main.ts': 'export const queue = new WriteQueue({});',
        'src/cli/read-cluster.ts': 'export const parts = [new Cluster(), new AddressPool({})];',
        'src/cli/ipam.ts': 'export const cluster = new Cluster();',
        'src/effects/effects.ts': 'export const parts = [new Map(), new WriteQueue({})];',
        'test/watch/bench.ts': 'export const cluster = new Cluster();',
      },
      found: [
        'src/cli/ipam.ts has new Cluster()',
        'src/cli/read-cluster.ts has new AddressPool()',
        'src/effects/effects.ts has new WriteQueue()',
      ],
    },
    {
      rule: rules.objectsAreTypes,
      files: {
        'src/objects/a.ts': `import type { B } from './b.ts';
          /** A thing. */
          export interface A { b: B }
          declare const brand: unique symbol;
          export type { B };
          export const kinds = ['A'];
          import { c } from './c.ts';`,
      },
      found: [
        `src/objects/a.ts has code that runs: export const kinds = ['A'];`,
        `src/objects/a.ts has code that runs: import { c } from './c.ts';`,
      ],
    },
    {
      rule: rules.noCycles,
      files: {
        'src/a.ts': `import './b.ts'; import './d.ts';`,
        'src/b.ts': `import type { C } from './c/c.ts';`,
        'src/c/c.ts': `export * from '../a.ts';`,
        'src/d.ts': `import './b.ts';`,
      },
      found: ['src/a.ts -> src/b.ts -> src/c/c.ts -> src/a.ts'],
    },
    {
      rule: rules.filesAreShort,
      files: { 'src/long.ts': lines(301), 'src/short.ts': lines(300), 'test/x.go': lines(302), 'a.yaml': lines(400) },
      found: ['src/long.ts has 301 lines', 'test/x.go has 302 lines'],
    },
    {
      rule: rules.noCopiedCrds,
      files: { 'test/crds/gateways.yaml': crd, 'test/other.yaml': crd.replace('gateway.networking', 'metallb') },
      found: ['test/crds/gateways.yaml is a CRD of the Gateway API'],
    },
  ];

  test('and each has a case here', () => {
    assert.deepEqual(new Set(cases.map(({ rule }) => rule)), new Set(Object.values<Rule>(rules)));
  });

  for (const { rule, files, found } of cases) {
    test(rule.name, () => {
      const tree: Tree = new Map(Object.entries(files));
      assert.deepEqual(rule.find({ tree, sources: parseSources(tree) }).sort(), found);
    });
  }
});
