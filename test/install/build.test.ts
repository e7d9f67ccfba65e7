import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { gateway } from '../integration/objects.ts';
import { type ChildController, spawnBuilt } from '../support/controller.ts';
import { useServer } from '../support/fixture.ts';
import { eventually } from '../support/server.ts';

const root = join(import.meta.dirname, '..', '..');

describe('What the build makes', () => {
  const { fixture } = useServer();
  /** Where there is no `node_modules`. */
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gac-build-'));
    copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
    execFileSync(process.execPath, [join(root, 'build.ts'), join(folder, 'dist')]);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function run(t: TestContext, program: string, ...args: readonly string[]): ChildController {
    const child = spawnBuilt(join(folder, 'dist', program), args);
    t.after(() => child.kill('SIGKILL'));
    return child;
  }

  test('says its version', async (t) => {
    const child = run(t, 'index.js', '--version');
    assert.equal(await child.end, 0, child.stderr);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
    assert.ok(child.stdout.startsWith(`gateway-api-controller ${version} `), child.stdout);
  });

  test('names the licence of each package that is in it', () => {
    const licences = readFileSync(join(folder, 'dist', 'THIRD_PARTY_LICENSES.txt'), 'utf8');
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    for (const name of Object.keys(dependencies)) assert.match(licences, new RegExp(`^${name} [\\d.]+ \\(.+\\)$`, 'm'));
  });

  test('serves a Gateway, shows its inspector and its charts, and explains', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    const flags = ['-kubeconfig', f.server.controllerKubeconfigPath, ...f.flags];
    const ports = ['-metrics-bind-address=127.0.0.1:0', '-health-probe-bind-address=127.0.0.1:0'];
    const controller = run(t, 'index.js', ...flags, ...ports, '-inspect=127.0.0.1:0', '-inspect-stately');
    await controller.logged('inspector');
    const [, url = ''] = /"url":"([^"]+)"/.exec(controller.stderr) ?? [];
    for (const [path, expected] of [
      ['/', /^<!doctype html>/],
      ['/stately', /^<!doctype html>/],
      ['/charts/Gateway.svg', /<svg [\s\S]*data-state="ServiceReady"/],
    ] as const) {
      const response = await fetch(new URL(path, url));
      assert.equal(response.status, 200, path);
      assert.match(await response.text(), expected, path);
    }
    await eventually(async () => {
      const { status } = await f.get<{ readonly status?: { readonly addresses?: readonly unknown[] } }>(
        'Gateway',
        'gw',
      );
      return status?.addresses !== undefined;
    });
    const explain = run(t, 'kubectl-gateway-explain.js', 'gateway', `${f.namespace}/gw`, ...flags);
    assert.equal(await explain.end, 0, explain.stderr);
    assert.ok(explain.stdout.startsWith(`Gateway ${f.namespace}/gw is `), explain.stdout);
    assert.equal(await controller.kill('SIGTERM'), 0, controller.stderr);
  });
});
