import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { KubeConfig } from '@kubernetes/client-node';
import { mendTokenFiles } from '../../src/kubernetes/connect.ts';
import { Credentials } from '../../src/kubernetes/credentials.ts';

function kubeConfig(user: object, cluster: object = {}, folder = '/'): KubeConfig {
  const text = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443', ...cluster } }],
    users: [{ name: 'u', user }],
  });
  const config = new KubeConfig();
  config.loadFromString(text);
  mendTokenFiles(config, text, folder);
  return config;
}

/** Counts how often it is asked, and answers when the test says so. */
class SlowKubeConfig extends KubeConfig {
  asked = 0;
  answer: () => void = () => {};
  token = 'Bearer one';

  override async applyToHTTPSOptions(options: { headers?: unknown }): Promise<void> {
    this.asked += 1;
    await new Promise<void>((resolve) => {
      this.answer = resolve;
    });
    Object.assign(options, { headers: { Authorization: this.token } });
  }
}

const still = (): number => 0;

describe('credentials', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'credentials-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  test('of a token', async () => {
    const { headers } = await new Credentials(kubeConfig({ token: 'secret' }), still).current();
    assert.equal(headers.authorization, 'Bearer secret');
  });

  test('of a token with a newline behind it', async () => {
    const { headers } = await new Credentials(kubeConfig({ token: 'secret\n' }), still).current();
    assert.equal(headers.authorization, 'Bearer secret');
  });

  test('of a token file, read anew when the memo is over', async () => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'first\n');
    let now = 0;
    const credentials = new Credentials(kubeConfig({ tokenFile }), () => now);
    assert.equal((await credentials.current()).headers.authorization, 'Bearer first');
    writeFileSync(tokenFile, 'second\n');
    assert.equal((await credentials.current()).headers.authorization, 'Bearer first');
    now = 10_000;
    assert.equal((await credentials.current()).headers.authorization, 'Bearer second');
  });

  test('of a token file that is named from the folder of its kubeconfig', async () => {
    writeFileSync(join(folder, 'named'), 'from-file\n');
    const { headers } = await new Credentials(kubeConfig({ tokenFile: 'named' }, {}, folder), still).current();
    assert.equal(headers.authorization, 'Bearer from-file');
  });

  test('of a user and password, which may hold colons and letters of any kind', async () => {
    const { headers } = await new Credentials(kubeConfig({ username: 'me', password: 'pä:ss' }), still).current();
    assert.equal(headers.authorization, `Basic ${Buffer.from('me:pä:ss').toString('base64')}`);
  });

  test('of client certificates', async () => {
    const data = Buffer.from('pem').toString('base64');
    const config = kubeConfig(
      { 'client-certificate-data': data, 'client-key-data': data },
      { 'certificate-authority-data': data, 'tls-server-name': 'api.example' },
    );
    const { tls, headers } = await new Credentials(config, still).current();
    assert.deepEqual([String(tls.ca), String(tls.cert), String(tls.key)], ['pem', 'pem', 'pem']);
    assert.equal(tls.servername, 'api.example');
    assert.equal(headers.authorization, undefined);
  });

  test('for a server without TLS', async () => {
    const config = kubeConfig({ token: 'secret' }, { server: 'http://127.0.0.1:8080' });
    const { headers } = await new Credentials(config, still).current();
    assert.equal(headers.authorization, 'Bearer secret');
  });

  test('that are missing fail, and are looked for again', async () => {
    const tokenFile = join(folder, 'late');
    const credentials = new Credentials(kubeConfig({ tokenFile }), still);
    await assert.rejects(credentials.current(), /ENOENT/);
    writeFileSync(tokenFile, 'late');
    assert.equal((await credentials.current()).headers.authorization, 'Bearer late');
  });

  test('are read once for callers at the same time', async () => {
    const config = new SlowKubeConfig();
    const credentials = new Credentials(config, still);
    const answers = [credentials.current(), credentials.current(), credentials.current()];
    config.answer();
    assert.deepEqual(
      (await Promise.all(answers)).map(({ headers }) => headers.authorization),
      ['Bearer one', 'Bearer one', 'Bearer one'],
    );
    assert.equal(config.asked, 1);
  });

  test('are read anew once they were refused', async () => {
    const config = new SlowKubeConfig();
    const credentials = new Credentials(config, still);
    const first = credentials.current();
    config.answer();
    credentials.forget(await first);
    config.token = 'Bearer two';
    const second = credentials.current();
    config.answer();
    assert.equal((await second).headers.authorization, 'Bearer two');
    credentials.forget(await first);
    await credentials.current();
    assert.equal(config.asked, 2, 'what was found since was not refused');
  });

  test('are read once, however long that takes', async () => {
    const config = new SlowKubeConfig();
    let now = 0;
    const credentials = new Credentials(config, () => now);
    const first = credentials.current();
    now = 60_000;
    const second = credentials.current();
    config.answer();
    assert.deepEqual(await first, await second);
    assert.equal(config.asked, 1);
  });

  test('of a plugin that names no end of its token are asked of it again once they were refused', async () => {
    const token = join(folder, 'plugins-token');
    const status =
      '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"\'$(cat "$0")\'"}}';
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'sh',
      args: ['-c', `echo '${status}'`, token],
    };
    writeFileSync(token, 'one');
    const credentials = new Credentials(kubeConfig({ exec }), still);
    const first = await credentials.current();
    assert.equal(first.headers.authorization, 'Bearer one');
    writeFileSync(token, 'two');
    credentials.forget(first);
    assert.equal((await credentials.current()).headers.authorization, 'Bearer two');
  });

  test('of a token file come before a token', async () => {
    const tokenFile = join(folder, 'fresh');
    writeFileSync(tokenFile, 'fresh');
    const { headers } = await new Credentials(kubeConfig({ token: 'stale', tokenFile }), still).current();
    assert.equal(headers.authorization, 'Bearer fresh');
  });

  test('without a user still tell of the cluster', async () => {
    const config = kubeConfig({}, { 'insecure-skip-tls-verify': true, 'tls-server-name': 'api' });
    Object.assign(config.getContextObject('c') ?? {}, { user: 'nobody' });
    const { headers, tls } = await new Credentials(config, still).current();
    assert.deepEqual([headers, tls], [{}, { rejectUnauthorized: false, servername: 'api' }]);
  });
});
