import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, readdirSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { KubeConfig } from '@kubernetes/client-node';
import { gateway } from '../integration/objects.ts';
import { type Fixture, useServer } from '../support/fixture.ts';
import { eventually } from '../support/server.ts';
import { buildImage, type Image, missingTools } from './image.ts';

const missing = await missingTools();
const secrets = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Gives the image what kubelet mounts into a Pod. */
async function mountAccount(folder: string, f: Fixture): Promise<Readonly<Record<string, string>>> {
  const config = new KubeConfig();
  config.loadFromFile(f.server.controllerKubeconfigPath);
  const { caData = '', server } = config.getCurrentCluster() ?? {};
  const mounted = join(folder, secrets);
  await mkdir(mounted, { recursive: true });
  await writeFile(join(mounted, 'token'), config.getCurrentUser()?.token ?? '');
  await writeFile(join(mounted, 'ca.crt'), Buffer.from(caData, 'base64'));
  await writeFile(join(mounted, 'namespace'), f.namespace);
  await chmod(join(mounted, 'token'), 0o644);
  const { hostname, port } = new URL(server ?? '');
  return { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
}

/** A process in the image: its root is read-only, and it is nobody in particular, without capabilities. */
function start(t: TestContext, image: Image, command: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const [uid = '', gid = ''] = image.user.split(':');
  const user = ['--reuid', uid, '--regid', gid, '--clear-groups', '--no-new-privs'];
  const alone = ['--unshare-all', '--share-net', '--die-with-parent', '--uid', uid, '--gid', gid, '--cap-drop', 'ALL'];
  const files = ['--ro-bind', '/mnt', '/', '--proc', '/proc', '--dev', '/dev', '--chdir', '/app'];
  const environment = ['--clearenv', ...Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value])];
  // The folder is the test's own, and closed to others: it is mounted elsewhere, where only this process sees it.
  const mounted = ['--mount', 'sh', '-c', 'mount --bind "$0" /mnt && exec "$@"', image.folder, 'setpriv'];
  const all = [...mounted, ...user, 'bwrap', ...alone, ...files, ...environment, '--', ...command];
  const child = spawn('unshare', all, { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output.text += text;
    });
  }
  return { child, output, end: once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string) };
}

describe('The image', { skip: missing ?? false }, () => {
  const { fixture } = useServer();
  let image: Image | undefined;
  const built = (): Image => {
    assert.ok(image);
    return image;
  };
  before(async () => {
    image = await buildImage();
  });
  after(() => image?.remove());

  test('holds no build tool, no source and no second Node.js', () => {
    const { folder } = built();
    assert.deepEqual(readdirSync(join(folder, 'app')).toSorted(), ['LICENSE', 'dist', 'package.json']);
    assert.deepEqual(globSync('app/dist/**/*.{ts,node}', { cwd: folder }), []);
    for (const path of ['bin/sh', 'usr/bin/npm', 'usr/bin/node']) assert.ok(!existsSync(join(folder, path)), path);
  });

  test('runs as an unprivileged user that can write nothing', async (t) => {
    const script = `
      const { readFileSync, writeFileSync } = require('node:fs');
      const tried = ['/x', '/tmp/x', '/app/x', '/app/dist/x'].map((path) => {
        try { writeFileSync(path, 'x'); return 'written'; } catch ({ code }) { return code; }
      });
      const [, capabilities] = /CapEff:\\s*(\\S+)/.exec(readFileSync('/proc/self/status', 'utf8'));
      console.log(JSON.stringify([process.getuid(), process.getgid(), Number(capabilities), ...tried]));`;
    const { end, output } = start(t, built(), [built().entrypoint[0] ?? '', '-e', script]);
    assert.equal(await end, 0, output.text);
    assert.deepEqual(JSON.parse(output.text), [65532, 65532, 0, 'EROFS', 'EROFS', 'EROFS', 'EROFS']);
  });

  test('says its version', async (t) => {
    const { end, output } = start(t, built(), [...built().entrypoint, '--version']);
    assert.equal(await end, 0, output.text);
    const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
      version: string;
    };
    assert.ok(output.text.startsWith(`gateway-api-controller ${version} `), output.text);
  });

  test('serves a Gateway with the account that a Pod is given, and ends on SIGTERM', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    const env = await mountAccount(built().folder, f);
    const flags = [...f.flags, '-metrics-bind-address=127.0.0.1:0', '-health-probe-bind-address=127.0.0.1:0'];
    const { child, end, output } = start(t, built(), [...built().entrypoint, ...flags], env);
    const address = async (): Promise<unknown> =>
      (await f.get<{ status?: { addresses?: { value: string }[] } }>('Gateway', 'gw')).status?.addresses?.[0]?.value;
    await eventually(async () => (await address()) === f.address(0)).catch(() => assert.fail(output.text));
    process.kill(await pidOfController(child.pid), 'SIGTERM');
    assert.equal(await end, 0, output.text);
  });
});

/** bwrap hands no signal on: the controller is the last of its line. */
async function pidOfController(pid: number | undefined): Promise<number> {
  for (let parent = pid ?? 0; ; ) {
    const text = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
    const child = Number(text.trim().split(' ')[0]);
    if (!(child > 0)) return parent;
    parent = child;
  }
}
