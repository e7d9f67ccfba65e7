import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { KubeconfigError, readKubeconfigs } from '../../src/kubernetes/connect.ts';

interface Named {
  readonly current?: string;
  readonly cluster: string;
  readonly user: string;
  readonly context: string;
}

describe('several kubeconfigs', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'connect-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Its server, certificates and namespace tell the file that they are from. */
  function file(path: string, { current, cluster, user, context }: Named): string {
    const name = path.replace('/', '-');
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    const content = {
      ...(current !== undefined && { 'current-context': current }),
      clusters: [{ name: cluster, cluster: { server: `https://${name}:6443`, 'certificate-authority': 'ca.crt' } }],
      users: [{ name: user, user: { tokenFile: 'token', 'client-certificate': 'tls.crt' } }],
      contexts: [{ name: context, context: { cluster, user, namespace: name } }],
    };
    writeFileSync(full, JSON.stringify(content));
    return full;
  }

  test('are one: the first definition of each name counts', () => {
    const one = file('one', { current: '', cluster: 'c', user: 'u', context: 'x' });
    const two = file('two', { current: 'x', cluster: 'c', user: 'u', context: 'x' });
    const three = file('three', { current: 'y', cluster: 'd', user: 'v', context: 'y' });
    const config = readKubeconfigs([one, two, three]);
    assert.equal(config.getCurrentContext(), 'x');
    assert.equal(config.getCurrentCluster()?.server, 'https://one:6443');
    assert.equal(config.getContextObject('x')?.namespace, 'one');
    assert.equal(config.getContextObject('y')?.namespace, 'three');
    const names = [config.getClusters(), config.getUsers(), config.getContexts()].map((all) =>
      all.map(({ name }) => name).toSorted(),
    );
    assert.deepEqual(names, [
      ['c', 'd'],
      ['u', 'v'],
      ['x', 'y'],
    ]);
  });

  test('mean each file from its own folder', () => {
    const config = readKubeconfigs([
      file('a/config', { current: 'x', cluster: 'c', user: 'u', context: 'x' }),
      file('b/config', { cluster: 'd', user: 'v', context: 'y' }),
    ]);
    for (const [user, cluster, own] of [
      ['u', 'c', 'a'],
      ['v', 'd', 'b'],
    ] as const) {
      assert.equal(config.getCluster(cluster)?.caFile, join(folder, own, 'ca.crt'));
      const { certFile, tokenFile } = config.getUser(user) as { certFile?: string; tokenFile?: string };
      assert.deepEqual([certFile, tokenFile], [join(folder, own, 'tls.crt'), join(folder, own, 'token')]);
    }
  });

  test('name the one that cannot be read', () => {
    const good = file('good', { cluster: 'c', user: 'u', context: 'x' });
    const bad = join(folder, 'bad');
    writeFileSync(bad, '{');
    const isClear = (error: unknown): boolean => error instanceof KubeconfigError && error.message.includes(bad);
    assert.throws(() => readKubeconfigs([good, bad]), isClear);
  });
});
