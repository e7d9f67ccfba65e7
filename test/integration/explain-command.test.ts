import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { portOf } from '../../src/observability/http.ts';
import { spawnController } from '../support/controller.ts';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import { withoutProgress } from '../support/progress.ts';
import { eventually } from '../support/server.ts';
import { gateway, route, service } from './objects.ts';

interface Output {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

async function explain(t: TestContext, f: Fixture, ...words: readonly string[]): Promise<Output> {
  const child = spawnController(['explain', ...words, '-kubeconfig', f.server.controllerKubeconfigPath, ...f.flags]);
  t.after(() => child.kill('SIGKILL'));
  const code = await child.end;
  return { code, stdout: child.stdout, stderr: withoutProgress(child.stderr) };
}

const made = { selector: ['app', 'web'], backendRefs: [{ name: 'web', port: 80 }] } as const;

describe('The command explain', together, () => {
  const { fixture } = useServer();

  test('says why each object is not ready, with no controller there, and writes nothing', async (t) => {
    const f = await fixture(t);
    await f.create(
      gateway(f, 'served'),
      gateway(f, 'http', { listeners: [{ name: 'tcp', port: 80, protocol: 'HTTP' }] }),
      route(f, 'made', { ...made, parentRefs: [{ name: 'served' }] }),
      route(f, 'lost', { ...made, parentRefs: [{ name: 'served', sectionName: 'nowhere' }] }),
    );
    const controller = await f.run();
    await controller.stop();
    const before = (await f.writes()).length;
    const cases: readonly (readonly [string, string, RegExp])[] = [
      ['gateway', 'http', /is AddressAssigned\.NoListener: .*protocol HTTP is not served/],
      ['tcproute', 'lost', /is Pending\.NoMatchingParent: .*no listener with sectionName "nowhere"/],
      ['gateway', 'nobody', /is Absent: it does not exist/],
    ];
    for (const [kind, name, expected] of cases) {
      const { code, stdout } = await explain(t, f, kind, `${f.namespace}/${name}`);
      assert.match(stdout.split('\n')[0] ?? '', expected);
      assert.equal(code, 1);
    }
    const all = await explain(t, f);
    assert.equal(all.code, 1);
    assert.match(all.stdout, new RegExp(`TCPRoute ${f.namespace}/lost is Pending\\.NoMatchingParent`));
    assert.equal((await f.writes()).length, before);
  });

  test('exits 0 for what is ready, and gives one document as JSON', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', made));
    const controller = await f.run();
    await controller.stop();
    const text = await explain(t, f, 'tcproute', `${f.namespace}/made`);
    assert.equal(text.code, 0);
    assert.match(text.stdout, /is ServiceReady\./);
    const json = await explain(t, f, 'gateway', `${f.namespace}/gw`, '--output=json');
    const [found] = JSON.parse(json.stdout) as { isReady: boolean; state: string }[];
    assert.deepEqual([json.code, found?.isReady, found?.state], [0, true, 'ServiceReady.NothingToAnnounce']);
  });

  test('asks the running controller what the actor did last, and goes on without it', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    const { controller } = await f.run();
    assert.ok(controller.servers.metrics);
    const url = `http://127.0.0.1:${portOf(controller.servers.metrics)}`;
    const name = `${f.namespace}/gw`;
    const reached = await explain(t, f, 'gateway', name, '-controller-url', url);
    assert.match(reached.stdout, /^ {2}controller +ServiceReady\.NothingToAnnounce since .*, held by else$/m);
    assert.match(reached.stdout, /^ {2}event .* AddressGranted -> Pending\.RecordingAddress$/m);
    assert.equal(reached.stderr, '');
    const unknown = await explain(t, f, 'gateway', `${f.namespace}/nobody`, '-controller-url', url);
    assert.match(unknown.stderr, /^the running controller has no such actor \(http[^\n]*\): going on[^\n]*\n$/);
    await controller.stop();
    const alone = await explain(t, f, 'gateway', name, '-controller-url', url, '-output=json');
    assert.match(alone.stderr, /^the controller was not reached \(.*\): going on[^\n]*\n$/);
    const [found] = JSON.parse(alone.stdout) as { isReady: boolean; live?: unknown }[];
    assert.deepEqual([alone.code, found?.isReady, found?.live], [0, true, undefined]);
  });

  test('says so where the running controller, with other flags, decides otherwise', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), route(f, 'auto'));
    const { controller } = await f.run();
    assert.ok(controller.servers.metrics);
    const url = `http://127.0.0.1:${portOf(controller.servers.metrics)}`;
    const words = ['tcproute', `${f.namespace}/auto`, '-controller-url', url];
    const { code, stderr } = await explain(t, f, ...words, '-service-behaviour', 'create');
    assert.equal(code, 1);
    assert.match(stderr, /^the running controller says ServiceReady\.[A-Za-z]+: was explain given its flags\?\n$/);
  });

  test('takes the command line of the controller as it stands', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    const flags = ['-pin-address=false', '-leader-elect=false', '-zap-devel', '-log-format', 'pretty'];
    const controller = await f.run(...flags);
    await controller.stop();
    const { code, stderr } = await explain(t, f, 'gateway', `${f.namespace}/gw`, ...flags);
    assert.deepEqual([code, stderr.includes('flag')], [0, false]);
  });

  for (const own of ['gateway-api-controller', 'elsewhere'])
    test(`in the controller’s own Pod, in namespace ${own}, asks at its own port`, async (t) => {
      const f = await fixture(t);
      await f.create(gateway(f, 'gw'));
      const { controller } = await f.run();
      assert.ok(controller.servers.metrics);
      const words = ['explain', 'gateway', `${f.namespace}/gw`, '-kubeconfig', f.server.controllerKubeconfigPath];
      const environment = {
        POD_NAMESPACE: own,
        GATEWAY_API_CONTROLLER_METRICS_BIND_ADDRESS: `127.0.0.1:${portOf(controller.servers.metrics)}`,
      };
      const child = spawnController([...words, ...f.flags], environment);
      const distant = spawnController([...words, ...f.flags, '-controller-namespace', 'another'], environment);
      t.after(() => [child, distant].map((one) => one.kill('SIGKILL')));
      assert.deepEqual([await child.end, await distant.end], [0, 0]);
      assert.match(child.stdout, /^ {2}controller +ServiceReady\.NothingToAnnounce since /m);
      assert.doesNotMatch(distant.stdout, /^ {2}controller /m, 'it is asked where it is said to be');
    });

  test('tells who else is involved', async (t) => {
    const f = await fixture(t);
    await f.create(
      gateway(f, 'gw'),
      route(f, 'made', made),
      route(f, 'lost', { ...made, parentRefs: [{ name: 'no' }] }),
    );
    const controller = await f.run();
    await controller.stop();
    const { stdout: ofGateway } = await explain(t, f, 'gateway', `${f.namespace}/gw`);
    assert.match(ofGateway, new RegExp(`^ {2}class +${f.className} \\(accepted\\)$`, 'm'));
    assert.match(ofGateway, new RegExp(`^ {2}pool +global: ${f.range} \\(256 addresses\\)$`, 'm'));
    assert.match(ofGateway, /^ {2}listener +tcp TCP 8080: serves TCP on port 8080, 1 route$/m);
    assert.match(
      ofGateway,
      new RegExp(`^ {2}route +TCPRoute ${f.namespace}/made: ServiceReady\\.NothingToAnnounce$`, 'm'),
    );
    assert.match(
      ofGateway,
      new RegExp(`^ {2}service +${f.namespace}/web: as it should be, endpoints none, not announ`, 'm'),
    );
    assert.match(ofGateway, /^ {2}announcer +kube-vip$/m);
    const { stdout: ofRoute } = await explain(t, f, 'tcproute', `${f.namespace}/made`);
    assert.match(ofRoute, /^ {2}behaviour +create$/m);
    const { stdout: ofClass } = await explain(t, f, 'gatewayclass', f.className);
    assert.match(ofClass, new RegExp(`^ {2}controller +${f.controllerName}\n {2}gateways +1$`, 'm'));
    assert.match(ofClass, /^ {2}condition +Accepted=True\/Accepted: /m);
  });

  test('with -watch says each change, and ends with 0 when it is ready', async (t) => {
    const f = await fixture(t);
    await f.start();
    await f.create(route(f, 'late', made));
    const words = ['tcproute', `${f.namespace}/late`, '-watch', '-controller-url', 'http://127.0.0.1:9'];
    const child = spawnController(['explain', ...words, '-kubeconfig', f.server.kubeconfigPath, ...f.flags]);
    t.after(() => child.kill('SIGKILL'));
    await eventually(async () => child.stdout.includes('is Pending.WaitingForParent'));
    await f.create(gateway(f, 'gw'));
    assert.equal(await child.end, 0);
    assert.match(child.stdout.trimEnd().split('\n').at(-1) ?? '', /\/late is ServiceReady\./);
  });

  test('with -watch of what never gets ready ends on a signal with 1', async (t) => {
    const f = await fixture(t);
    const child = spawnController(['explain', 'gateway', 'nobody', '-watch', '-kubeconfig', f.server.kubeconfigPath]);
    t.after(() => child.kill('SIGKILL'));
    await eventually(async () => child.stdout.includes('is Absent'));
    assert.equal(await child.kill('SIGTERM'), 1);
  });

  test('of something else is one line and exit 2', async (t) => {
    const f = await fixture(t);
    const { code, stderr } = await explain(t, f, 'pod', 'x');
    assert.deepEqual([code, stderr.trim().split('\n').length], [2, 1]);
  });
});
