import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { spawnController } from '../support/controller.ts';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import { eventually } from '../support/server.ts';
import { condition, type GatewayObject, gateway } from './objects.ts';

const flag = '-ipam-namespaced';

type Data = Readonly<Record<string, string>>;

function poolIn(namespace: string, data: Data) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ipam', namespace }, data };
}

/** The address of the Gateway of this name, or why it has none. */
async function told(f: Fixture, name: string, namespace: string): Promise<string | undefined> {
  const { status } = await f.get<GatewayObject>('Gateway', name, namespace);
  return status?.addresses?.[0]?.value ?? condition(status, 'Programmed').message;
}

async function becomes(f: Fixture, name: string, namespace: string, wanted: RegExp): Promise<void> {
  let last: string | undefined;
  await eventually(async () => {
    last = await told(f, name, namespace).catch(String);
    return wanted.test(last ?? '');
  }).catch(() => assert.match(last ?? '', wanted));
  await f.settle();
}

async function command(t: TestContext, f: Fixture, ...words: readonly string[]) {
  const child = spawnController([...words, '-kubeconfig', f.server.controllerKubeconfigPath, ...f.flags, flag]);
  t.after(() => child.kill('SIGKILL'));
  return { code: await child.end, stdout: child.stdout };
}

describe('A namespace’s own pool', together, () => {
  const { fixture } = useServer();

  test('comes first with -ipam-namespaced; its edits are followed, and parameters beside it are, too', async (t) => {
    const f = await fixture(t);
    const other = await f.addNamespace('other');
    const metadata = { name: 'options', namespace: other };
    await f.client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { ipFamilies: 'ipv4' } });
    const infrastructure = { parametersRef: { group: '', kind: 'ConfigMap', name: 'options' } };
    await f.client.create(poolIn(other, { 'range-global': f.address(64) }));
    await f.create(gateway(f, 'gw'), gateway(f, 'a', { namespace: other, spec: { infrastructure } }));
    const controller = await f.run(flag);
    assert.deepEqual([await told(f, 'gw', f.namespace), await told(f, 'a', other)], [f.address(0), f.address(64)]);
    await f.create(gateway(f, 'b', { namespace: other }));
    await becomes(f, 'b', other, /^all 1 addresses of the pool for /);
    await f.client.replace(poolIn(other, { 'range-global': `${f.address(64)}-${f.address(65)}` }));
    await becomes(f, 'b', other, new RegExp(`^${f.address(65)}$`));
    assert.ok(controller.controller.cluster.get(`ConfigMap/${other}/options`));
    await f.client.delete(f.target('ConfigMap', 'ipam', other));
    await eventually(async () => controller.controller.cluster.get(`ConfigMap/${other}/ipam`) === undefined);
    await f.create(gateway(f, 'c', { namespace: other }));
    await becomes(f, 'c', other, new RegExp(`^${f.address(1)}$`));
    assert.equal(await told(f, 'a', other), f.address(64), 'it keeps what it has');
  });

  test('is not used without the flag', async (t) => {
    const f = await fixture(t);
    const other = await f.addNamespace('other');
    await f.client.create(poolIn(other, { 'range-global': f.address(64) }));
    await f.create(gateway(f, 'gw', { namespace: other }));
    await f.run();
    assert.equal(await told(f, 'gw', other), f.address(0));
  });

  test('is named, with the flag, to a Gateway that waits where it stands unused', async (t) => {
    const f = await fixture(t, { pool: null });
    const other = await f.addNamespace('other');
    await f.create(gateway(f, 'gw', { namespace: other }));
    await f.run();
    assert.doesNotMatch((await told(f, 'gw', other)) ?? '', /not used/);
    await f.client.create(poolIn(other, { 'range-global': f.address(64) }));
    await becomes(f, 'gw', other, new RegExp(`; ConfigMap ${other}/ipam is not used: .* with -ipam-namespaced only$`));
    await f.client.delete(f.target('ConfigMap', 'ipam', other));
    await becomes(f, 'gw', other, /^(?!.*not used)/);
  });

  test('with a bad entry gets an Event of its own, and a line in the log and in ipam ls that names it', async (t) => {
    const f = await fixture(t);
    const other = await f.addNamespace('other');
    await f.client.create(poolIn(other, { 'range-global': `nonsense,${f.address(64)}` }));
    const { log } = await f.run(flag);
    const place = `${other}/ipam`;
    assert.ok(
      log.some(({ level, configMap, key }) => level === 'warn' && configMap === place && key === 'range-global'),
    );
    await eventually(async () => {
      const { items } = await f.client.list({ apiVersion: 'events.k8s.io/v1', kind: 'Event', namespace: other });
      const events = items as unknown as readonly { reason: string; regarding: { kind: string; name: string } }[];
      return events.some(({ reason, regarding }) => reason === 'BadPoolEntry' && regarding.name === 'ipam');
    });
    const { stdout } = await command(t, f, 'ipam', 'ls');
    assert.match(stdout, new RegExp(`^${other} +nonsense|^${other} +${f.address(64)} +1 `, 'm'));
    assert.match(stdout, new RegExp(`^invalid: ${place}: range-global: "nonsense"`, 'm'));
  });

  test('is planned from a file that names its namespace', async (t) => {
    const f = await fixture(t);
    const other = await f.addNamespace('other');
    await f.client.create(poolIn(other, { 'range-global': f.address(64) }));
    await f.create(gateway(f, 'gw', { namespace: other }), gateway(f, 'gw'));
    const controller = await f.run(flag);
    await controller.stop();
    const folder = await mkdtemp(join(tmpdir(), 'namespaced-pool-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'new.yaml');
    await writeFile(file, JSON.stringify(poolIn(other, { 'range-global': f.address(65) })));
    const { code, stdout } = await command(t, f, 'ipam', 'plan', '-f', file);
    assert.equal(code, 1, stdout);
    assert.match(stdout, new RegExp(`^${other} +1 +1 +\\+${f.address(65)} -${f.address(64)}$`, 'm'));
    assert.match(stdout, /^global +256 +256 +unchanged$/m);
    assert.match(stdout, new RegExp(`Gateway ${other}/gw would keep ${f.address(64)},`));
    assert.doesNotMatch(stdout, new RegExp(`${f.namespace}/gw`));
  });

  test('is known to explain', async (t) => {
    const f = await fixture(t);
    const other = await f.addNamespace('other');
    await f.client.create(poolIn(other, { 'range-global': 'nonsense' }));
    await f.create(gateway(f, 'gw', { namespace: other }));
    const { code, stdout } = await command(t, f, 'explain', 'gateway', `${other}/gw`);
    assert.equal(code, 1);
    assert.match(stdout, new RegExp(`no entry of the pool for "${other}" is usable: ${other}/ipam: range-global`));
  });
});
