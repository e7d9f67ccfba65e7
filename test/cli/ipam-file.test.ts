import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { hintOf, readPoolFile } from '../../src/cli/ipam-file.ts';
import { UsageError } from '../../src/flags.ts';

type Text = string | undefined;

const source = { name: 'ipam', namespaces: ['gateways', 'default'] };

function configMap(name: string, namespace: string | undefined, range: string): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { 'range-global': range } };
}

function documents(...objects: readonly object[]): string {
  return objects.map((object) => JSON.stringify(object)).join('\n---\n');
}

const secret = { kind: 'Secret', metadata: { name: 'ipam' }, data: { 'range-global': '192.0.2.1' } };
const list = (kind: string, ...items: readonly object[]): object => ({ apiVersion: 'v1', kind, items });

const found: readonly (readonly [name: string, text: string, range: string | undefined])[] = [
  ['the only document', documents(configMap('ipam', 'default', '10.0.0.1')), '10.0.0.1'],
  ['the only ConfigMap, whatever its name', documents(secret, configMap('other', 'shop', '10.0.0.2')), '10.0.0.2'],
  [
    'the one of the name',
    documents(configMap('a', 'default', '10.0.0.1'), configMap('ipam', undefined, '10.0.0.2')),
    '10.0.0.2',
  ],
  [
    'the one that the controller would take',
    documents(configMap('ipam', 'default', '10.0.0.1'), configMap('ipam', 'gateways', '10.0.0.2')),
    '10.0.0.2',
  ],
  [
    'an item of a list',
    documents(list('List', secret, configMap('ipam', 'default', '10.0.0.1'), configMap('b', 'default', '10.0.0.2'))),
    '10.0.0.1',
  ],
  ['one between empty documents', `---\n${documents(configMap('ipam', 'default', '10.0.0.1'))}\n---\n`, '10.0.0.1'],
  ['one without data', 'kind: ConfigMap\nmetadata: {name: ipam}\n', undefined],
  ['one without a name', 'kind: ConfigMap\ndata: {range-global: 10.0.0.3}\n', '10.0.0.3'],
];

const refused: readonly (readonly [name: string, text: string, message: RegExp])[] = [
  ['nothing', '', /the standard input cannot be used: it has no ConfigMap$/],
  ['another kind', documents(secret), /it has no ConfigMap$/],
  ['no YAML', 'a: [', /the standard input cannot be used: \S.*/],
  ['data that are no texts', 'kind: ConfigMap\ndata: {range-global: 1}\n', /a ConfigMap has other data than texts$/],
  [
    'several of other names',
    documents(configMap('a', 'default', '10.0.0.1'), configMap('ipam', 'shop', '10.0.0.2')),
    /it has 2 ConfigMaps, and none is gateways\/ipam or default\/ipam$/,
  ],
];

describe('The file of ipam plan', () => {
  for (const [name, text, range] of found) {
    test(`may have ${name}`, async () => {
      const read = await readPoolFile('-', source, Readable.from([text]));
      assert.deepEqual(
        read.map(({ data }) => data['range-global']),
        [range],
      );
    });
  }

  test('may have several of the pool’s name where namespaces may have pools of their own', async () => {
    const text = documents(
      configMap('ipam', undefined, '10.0.0.1'),
      configMap('other', 'shop', '10.0.0.2'),
      configMap('ipam', 'shop', '10.0.0.3'),
    );
    const read = await readPoolFile('-', { ...source, isNamespaced: true }, Readable.from([text]));
    assert.deepEqual(
      read.map(({ namespace, data }) => [namespace, data['range-global']]),
      [
        ['shop', '10.0.0.3'],
        [undefined, '10.0.0.1'],
      ],
    );
    const others = documents(configMap('a', 'default', '10.0.0.1'), configMap('b', 'shop', '10.0.0.2'));
    const refusal = readPoolFile('-', { ...source, isNamespaced: true }, Readable.from([others]));
    await assert.rejects(refusal, /it has 2 ConfigMaps, and none is called ipam$/);
  });

  for (const [name, text, message] of refused) {
    test(`is refused where it has ${name}`, async () => {
      const read = readPoolFile('-', source, Readable.from([text]));
      await assert.rejects(read, (error) => error instanceof UsageError && message.test(error.message));
    });
  }

  const hints: readonly (readonly [name: Text, namespace: Text, current: Text, hint: Text])[] = [
    [undefined, undefined, 'default', undefined],
    ['ipam', undefined, 'default', undefined],
    ['ipam', 'default', 'default', undefined],
    ['ipam', 'gateways', undefined, undefined],
    ['ipam', 'gateways', 'default', 'ConfigMap gateways/ipam, but the pool is default/ipam:'],
    ['ipam', 'shop', undefined, 'ConfigMap shop/ipam, but the pool is gateways/ipam or default/ipam:'],
    ['imap', undefined, 'default', 'ConfigMap imap, but the pool is default/ipam:'],
  ];
  for (const [name, namespace, current, hint] of hints) {
    const own = `${namespace ?? '-'}/${name ?? '-'}`;
    test(`of ${own} ${hint === undefined ? 'needs no hint' : 'is told apart'} from ${current ?? 'no pool'}`, () => {
      const told = hintOf({ data: {}, name, namespace }, source, current);
      assert.ok(hint === undefined ? told === '' : told.includes(hint), told);
    });
  }

  test('may name any namespace, but no other name, where namespaces may have pools of their own', () => {
    const told = (name: Text, namespace: Text): string =>
      hintOf({ data: {}, name, namespace }, { ...source, isNamespaced: true }, 'default');
    assert.equal(told('ipam', 'shop'), '');
    assert.equal(told(undefined, 'shop'), '');
    assert.match(told('imap', 'shop'), /ConfigMap shop\/imap, but the pool is shop\/ipam:/);
    assert.match(told('imap', undefined), /ConfigMap imap, but the pool is default\/ipam:/);
  });
});
