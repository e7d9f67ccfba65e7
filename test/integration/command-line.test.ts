import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { parseConfig } from '../../src/config.ts';
import { UsageError } from '../../src/flags.ts';
import { KubeconfigError } from '../../src/kubernetes/connect.ts';
import { BindError } from '../../src/observability/http.ts';
import { type ChildController, spawnController, startTestController } from '../support/controller.ts';
import { together, useServer } from '../support/fixture.ts';
import { eventually } from '../support/server.ts';
import { addressOf, gateway, route, serviceNames } from './objects.ts';

const nowhere = ['-metrics-bind-address', '0', '-health-probe-bind-address', '0'];

function spawn(t: TestContext, args: readonly string[]): ChildController {
  const child = spawnController(args);
  t.after(() => child.kill('SIGKILL'));
  return child;
}

async function temporaryFile(t: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'command-line-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'kubeconfig');
  await writeFile(path, text);
  return path;
}

/** What ends with one line and an exit code. */
const refused: readonly (readonly [name: string, args: readonly string[], code: number, line: RegExp])[] = [
  ['an unknown flag', ['-nonsense'], 2, /-nonsense/],
  ['a kubeconfig that is not there', [...nowhere, '-kubeconfig', '/nonexistent/file'], 1, /\/nonexistent\/file/],
];

/** What is refused in the same way, by the line that is printed. */
const misused: readonly (readonly [args: readonly string[], line: RegExp])[] = [
  [['--nonsense=1'], /nonsense/],
  [['serve'], /serve/],
  [['--metrics-bind-address', 'here'], /-metrics-bind-address.*"here".*use :8080/],
  [['-kubeconfig'], /-kubeconfig/],
  [['-health-probe-bind-address=:70000'], /-health-probe-bind-address.*:70000/],
  [['--service-behaviour', 'clone'], /-service-behaviour.*"clone".*create/],
  [['-zap-log-level=loud'], /-zap-log-level.*"loud"/],
  [['-gateway-class-name', 'mine'], /-gateway-class-name.*"mine".*domain/],
  [['-ipam-configmap', 'a/b/c'], /-ipam-configmap.*"a\/b\/c".*namespace\/name/],
  [['-leader-elect=maybe'], /-leader-elect.*maybe/],
];

describe('The command line', together, () => {
  const { fixture } = useServer();

  for (const [name, args, code, line] of refused) {
    test(`${name}: one line, exit ${code}`, async (t) => {
      const child = spawn(t, args);
      assert.equal(await child.end, code);
      assert.match(child.stderr, /^[^\n]+\n$/, 'one line');
      assert.match(child.stderr, line);
      assert.equal(child.stdout, '');
    });
  }

  for (const [args, line] of misused) {
    test(`${args.join(' ')} is refused`, () => {
      assert.throws(
        () => parseConfig(args),
        (error) => error instanceof UsageError && line.test(error.message) && !error.message.includes('\n'),
      );
    });
  }

  for (const [name, text] of [
    ['that is no YAML', '{{{'],
    ['that is empty', ''],
    ['without a cluster', 'apiVersion: v1\nkind: Config\n'],
  ] as const) {
    test(`a kubeconfig ${name} is refused`, async (t) => {
      const path = await temporaryFile(t, text);
      const starting = startTestController({ kubeconfigPath: path, flags: [] });
      await assert.rejects(
        starting,
        (error) => error instanceof KubeconfigError && error.message.includes(path) && !error.message.includes('\n'),
      );
    });
  }

  test('a port that is taken is named, with its flag', async (t) => {
    const f = await fixture(t);
    const blocker = createServer().listen(0, '127.0.0.1');
    t.after(() => blocker.close());
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as { port: number };
    const flags = ['-metrics-bind-address', `127.0.0.1:${port}`];
    const starting = startTestController({ kubeconfigPath: f.server.controllerKubeconfigPath, flags });
    await assert.rejects(
      starting,
      (error) => error instanceof BindError && /^.*-metrics-bind-address.*EADDRINUSE.*$/.test(error.message),
    );
  });

  test('--help tells of every flag', async (t) => {
    const child = spawn(t, ['--help']);
    assert.equal(await child.end, 0);
    for (const flag of ['-metrics-bind-address', '-kubeconfig', '-ipam-configmap', '-service-behaviour']) {
      assert.ok(child.stdout.includes(flag), flag);
    }
  });

  for (const command of [nowhere, ['explain'], ['ipam', 'ls']]) {
    test(`without any kubeconfig: one line, exit 1, of "${command.join(' ')}"`, async (t) => {
      const folder = dirname(await temporaryFile(t, ''));
      const child = spawnController(command, { HOME: folder });
      t.after(() => child.kill('SIGKILL'));
      assert.equal(await child.end, 1);
      assert.match(child.stderr, /^gateway-api-controller: there is no kubeconfig: [^\n]+\n$/);
    });
  }

  test('of KUBECONFIG a file that is missing is skipped, and what a second one names again', async (t) => {
    const f = await fixture(t);
    const own = f.server.kubeconfigPath;
    const folder = dirname(await temporaryFile(t, ''));
    const again = await temporaryFile(
      t,
      (await readFile(own, 'utf8')).replace(/https?:\/\/[^"\s]+/, 'https://nowhere:1'),
    );
    const asked = [
      [join(folder, 'missing'), own, again],
      [own, own],
    ];
    for (const files of asked) {
      const child = spawnController(['ipam', 'ls'], { KUBECONFIG: files.join(delimiter) });
      t.after(() => child.kill('SIGKILL'));
      assert.equal(await child.end, 0, child.stderr);
    }
    const none = spawnController(['ipam', 'ls'], {
      KUBECONFIG: [join(folder, 'missing'), join(folder, 'lost')].join(delimiter),
    });
    t.after(() => none.kill('SIGKILL'));
    assert.equal(await none.end, 1);
    assert.match(none.stderr, /^gateway-api-controller: kubeconfig .*missing cannot be read: ENOENT[^\n]*\n$/);
  });

  for (const dash of ['-', '--']) {
    test(`flags with ${dash}: runs, and SIGTERM ends it with 0 in time`, async (t) => {
      const f = await fixture(t);
      await f.create(gateway(f, 'gw'), route(f, 'made', { selector: ['app', 'web'] }));
      const flags = [
        `${dash}metrics-bind-address=127.0.0.1:0`,
        `${dash}health-probe-bind-address=0`,
        `${dash}kubeconfig=${f.server.controllerKubeconfigPath}`,
        `${dash}zap-devel`,
        `${dash}zap-log-level=debug`,
        ...f.flags.map((flag) => flag.replace(/^-(?=[a-z])/, dash)),
      ];
      const child = spawn(t, flags);
      await child.logged('caches are in sync');
      await eventually(async () =>
        (await f.writes()).some(({ verb, resource }) => verb === 'patch' && resource === 'tcproutes/status'),
      );
      const since = await f.quietWrites(0);
      assert.ok(since.includes('create services web'), since.join());
      assert.equal(await addressOf(f, 'gw'), f.address(0));
      const asked = performance.now();
      assert.equal(await child.kill('SIGTERM'), 0);
      assert.ok(performance.now() - asked < 10_000);
      assert.equal(child.stdout, '', 'logs go to stderr');
    });
  }

  test('kill -9 and start again: no write', async (t) => {
    const f = await fixture(t);
    await f.create(
      gateway(f, 'gw'),
      route(f, 'made', { selector: ['app', 'web'] }),
      route(f, 'dns', { kind: 'UDPRoute', selector: ['app', 'dns'], backendRefs: [{ name: 'dns', port: 53 }] }),
    );
    const args = [...nowhere, '-kubeconfig', f.server.controllerKubeconfigPath, ...f.flags];
    const first = spawn(t, args);
    await first.logged('caches are in sync');
    await eventually(async () => {
      const written = (await f.writes()).map(({ verb, resource }) => `${verb} ${resource}`);
      return ['gateways', 'tcproutes', 'udproutes'].every((plural) => written.includes(`patch ${plural}/status`));
    });
    await f.quietWrites(0);
    assert.equal(await first.kill('SIGKILL'), 'SIGKILL');
    assert.deepEqual(await serviceNames(f), ['dns', 'web']);
    const since = (await f.writes()).length;
    const second = spawn(t, args);
    await second.logged('caches are in sync');
    assert.deepEqual(await f.quietWrites(since, 1_000), []);
  });

  test('kill -9 in the middle of the work: the next one finishes it, and nothing is done twice', async (t) => {
    const f = await fixture(t);
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
    for (const name of names) {
      const backendRefs = [{ name, port: 80 }];
      await f.create(
        gateway(f, name),
        route(f, name, { selector: ['app', name], parentRefs: [{ name, sectionName: 'tcp' }], backendRefs }),
      );
    }
    const first = spawn(t, [...nowhere, '-kubeconfig', f.server.controllerKubeconfigPath, ...f.flags]);
    await first.logged('caches are in sync');
    await first.kill('SIGKILL');
    await f.run();
    const addresses = await Promise.all(names.map((name) => addressOf(f, name)));
    assert.equal(new Set(addresses).size, names.length);
    assert.ok(!addresses.includes(undefined));
    assert.deepEqual(await serviceNames(f), names.toSorted());
    const { items } = await f.client.list(f.target('IPAddress'));
    const own = items.filter(({ metadata }) => metadata.name.startsWith(f.address(0).replace(/0$/, '')));
    assert.equal(own.length, names.length, 'one entry of the ledger for each');
  });
});
