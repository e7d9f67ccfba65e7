import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { ipam as runIpam } from '../../src/cli/ipam.ts';
import { UsageError } from '../../src/flags.ts';
import { spawnController } from '../support/controller.ts';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import { withoutProgress } from '../support/progress.ts';
import { gateway, service, strangersEntry } from './objects.ts';

interface Output {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

async function ipam(t: TestContext, ...args: readonly string[]): Promise<Output> {
  const child = spawnController(['ipam', ...args]);
  t.after(() => child.kill('SIGKILL'));
  const code = await child.end;
  return { code, stdout: child.stdout, stderr: withoutProgress(child.stderr) };
}

function flags(f: Fixture): readonly string[] {
  return ['-kubeconfig', f.server.controllerKubeconfigPath, ...f.flags];
}

/** A ConfigMap as it would be, in a file. */
async function writePool(t: TestContext, data: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ipam-command-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'new.yaml');
  await writeFile(path, JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ipam' }, data }));
  return path;
}

/** Two Gateways with addresses 0 and 1, and no controller any more. */
async function createHoldings(f: Fixture): Promise<void> {
  await f.create(gateway(f, 'a'));
  const controller = await f.run();
  await f.create(gateway(f, 'b'));
  await f.settle();
  await controller.stop();
}

/** The same writes, whatever a command did. */
async function countWrites(f: Fixture): Promise<number> {
  return (await f.server.writes()).filter(({ namespace, name }) => namespace === f.namespace || name === f.address(0))
    .length;
}

describe('The command ipam', together, () => {
  const { fixture } = useServer();

  test('ls shows the pool and who has what, as a table and as JSON, and writes nothing', async (t) => {
    const f = await fixture(t);
    await createHoldings(f);
    const before = await countWrites(f);
    const [shown, json] = await Promise.all([ipam(t, 'ls', ...flags(f)), ipam(t, 'ls', '--output=json', ...flags(f))]);
    assert.deepEqual([shown.code, shown.stderr], [0, '']);
    assert.match(shown.stdout, /SCOPE +ENTRIES +SIZE +IN USE/);
    assert.match(shown.stdout, new RegExp(`global +${f.range.replaceAll('.', '\\.')} +256 +2 `));
    assert.match(shown.stdout, new RegExp(`${f.address(1).replaceAll('.', '\\.')} +${f.namespace}/b .*in use\n`));
    assert.equal(json.code, 0);
    const report = JSON.parse(json.stdout) as { holdings: { address: string; gateway: string }[] };
    assert.deepEqual(
      report.holdings.map(({ address, gateway: holder }) => [address, holder]),
      [
        [f.address(0), `${f.namespace}/a`],
        [f.address(1), `${f.namespace}/b`],
      ],
    );
    assert.equal(await countWrites(f), before);
  });

  test('ls shows who else has addresses of the pool: Services, and IPAddresses of others', async (t) => {
    const f = await fixture(t, { pool: null });
    await f.setPool({ 'range-global': `${f.address(0)}-${f.address(4)}` });
    await createHoldings(f);
    await f.create(
      service(f, 'theirs', { spec: { externalIPs: [f.address(2)] } }),
      service(f, 'elsewhere', { spec: { externalIPs: [f.address(9)] } }),
      strangersEntry(f, f.address(3)),
    );
    const [shown, json] = await Promise.all([
      ipam(t, 'ls', ...flags(f)),
      ipam(t, 'ls', '-output', 'json', ...flags(f)),
    ]);
    assert.deepEqual([shown.code, shown.stderr], [0, '']);
    assert.match(shown.stdout, /IN USE +QUARANTINED +OTHERS +EXCLUDED\n.* 5 +2 +0 +2 +0\n/);
    assert.match(shown.stdout, new RegExp(`${f.address(2)} +- +- +held by Service ${f.namespace}/theirs\n`));
    const { others } = JSON.parse(json.stdout) as { others: { address: string; who: string }[] };
    assert.deepEqual(others, [
      { address: f.address(2), who: `Service ${f.namespace}/theirs` },
      { address: f.address(3), who: `services ${f.namespace}/shop, in the IPAddress of somebody-else` },
    ]);
  });

  test('ls names the invalid entries of the pool', async (t) => {
    const f = await fixture(t, { pool: null });
    await f.setPool({ 'cidr-global': `nonsense,${f.range}` });
    const shown = await ipam(t, 'ls', ...flags(f));
    assert.equal(shown.code, 0);
    assert.match(shown.stdout, /invalid: cidr-global: "nonsense"/);
    assert.match(shown.stdout, /no address is in use/);
  });

  test('plan tells what an edit would do, before it is done: 0 where it is harmless', async (t) => {
    const f = await fixture(t);
    await createHoldings(f);
    const file = await writePool(t, { 'cidr-global': f.range, 'range-global': `${f.address6(1)}-${f.address6(9)}` });
    const harmless = await ipam(t, 'plan', '-f', file, ...flags(f));
    assert.equal(harmless.code, 0, harmless.stdout + harmless.stderr);
    assert.match(harmless.stdout, /harmless/);
  });

  test('plan remarks on an overlap, which is no reason to refuse it: 0', async (t) => {
    const f = await fixture(t);
    const file = await writePool(t, { 'cidr-global': f.range, 'range-global': f.address(1), 'interface-blue': 'eth0' });
    const { code, stdout } = await ipam(t, 'plan', '-f', file, ...flags(f));
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^remark: global: ".*" overlaps ".*"; each address is used once\n/m);
    assert.match(stdout, /^remark: interface-blue: .*\n/m);
    assert.match(stdout, /^harmless$/m);
    assert.doesNotMatch(stdout, /invalid/);
  });

  test('plan: 1 where a key is mistyped', async (t) => {
    const f = await fixture(t);
    const file = await writePool(t, { 'cidr-global': f.range, exclude_global: f.address(1) });
    const { code, stdout } = await ipam(t, 'plan', '-f', file, ...flags(f));
    assert.equal(code, 1);
    assert.match(stdout, /^invalid: exclude_global: is no key of a pool: use cidr-<namespace>, /m);
    assert.doesNotMatch(stdout, /harmless/);
  });

  test('plan: 1 where a Gateway would stand outside the pool, or an entry is invalid', async (t) => {
    const f = await fixture(t);
    await createHoldings(f);
    const file = await writePool(t, { 'range-global': `${f.address(1)}-${f.address(9)}`, 'cidr-other': 'x' });
    const [stranding, json] = await Promise.all([
      ipam(t, 'plan', '-f', file, ...flags(f)),
      ipam(t, 'plan', '-f', file, '-output', 'json', ...flags(f)),
    ]);
    assert.equal(stranding.code, 1);
    assert.match(stranding.stdout, new RegExp(`Gateway ${f.namespace}/a would keep ${f.address(0)},`));
    assert.doesNotMatch(stranding.stdout, new RegExp(`${f.namespace}/b`));
    assert.match(stranding.stdout, /invalid: cidr-other/);
    assert.equal(json.code, 1);
    const plan = JSON.parse(json.stdout) as { stranded: { gateway: string }[] };
    assert.deepEqual(
      plan.stranded.map(({ gateway: holder }) => holder),
      [`${f.namespace}/a`],
    );
  });

  test('plan: tells who is outside already, which is no reason to refuse it: 0', async (t) => {
    const f = await fixture(t);
    await createHoldings(f);
    const data = { 'range-global': `${f.address(1)}-${f.address(9)}` };
    await f.setPool(data);
    const { code, stdout } = await ipam(t, 'plan', '-f', await writePool(t, data), ...flags(f));
    assert.equal(code, 0, stdout);
    assert.match(
      stdout,
      new RegExp(`Gateway ${f.namespace}/a keeps ${f.address(0)}, which lies outside the pool already`),
    );
    assert.match(stdout, /harmless/);
  });

  test('plan: 1 where there is no pool now, and a Gateway would be outside of the new one', async (t) => {
    const f = await fixture(t);
    await createHoldings(f);
    await f.delete('ConfigMap', 'ipam');
    const [less, all] = await Promise.all([
      writePool(t, { 'range-global': `${f.address(1)}-${f.address(9)}` }),
      writePool(t, { 'cidr-global': f.range }),
    ]);
    const [stranding, restored] = await Promise.all([
      ipam(t, 'plan', '-f', less, ...flags(f)),
      ipam(t, 'plan', '-f', all, ...flags(f)),
    ]);
    assert.equal(stranding.code, 1, stranding.stdout);
    assert.match(stranding.stderr, /does not exist/);
    assert.match(stranding.stdout, new RegExp(`Gateway ${f.namespace}/a would keep ${f.address(0)},`));
    assert.equal(restored.code, 0, restored.stdout);
    assert.match(restored.stdout, /harmless/);
  });

  test('plan: shows what a namespace gains where it is excluded from less', async (t) => {
    const f = await fixture(t, { pool: null });
    const range = { 'range-global': `${f.address(1)}-${f.address(9)}` };
    await f.setPool({ ...range, 'exclude-team-a': `${f.address(1)}-${f.address(3)}` });
    const { code, stdout } = await ipam(t, 'plan', '-f', await writePool(t, range), ...flags(f));
    assert.equal(code, 0, stdout);
    assert.match(stdout, new RegExp(`^team-a +6 +9 +-exclude ${f.address(1)}-${f.address(3)}$`, 'm'));
    assert.match(stdout, /^global +9 +9 +unchanged$/m);
  });

  test('plan reads the standard input, and says where it is not the pool that is planned', async (t) => {
    const f = await fixture(t);
    const metadata = { name: 'other', namespace: f.namespace };
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'cidr-global': f.range } });
    const child = spawnController(['ipam', 'plan', '-f', '-', ...flags(f)], {}, text);
    t.after(() => child.kill('SIGKILL'));
    assert.equal(await child.end, 0, child.stderr);
    assert.match(child.stdout, /harmless/);
    const hint = `the file has ConfigMap ${f.namespace}/other, but the pool is ${f.namespace}/ipam: this is what its data would do there\n`;
    assert.equal(withoutProgress(child.stderr), hint);
  });

  test('is refused in one line where it is misused: exit 2', async (t) => {
    const f = await fixture(t);
    const { code, stdout, stderr } = await ipam(t, 'rm');
    assert.deepEqual([code, stdout], [2, ''], stderr);
    assert.match(stderr, /^[^\n]*ipam ls[^\n]*ipam plan[^\n]*\n$/, 'one line');
    for (const [args, line] of [
      [['ls', '-output', 'xml'], /-output.*"xml"/],
      [['plan'], /-f FILE/],
      [['plan', '-f', '/nonexistent.yaml', ...flags(f)], /-f: \/nonexistent\.yaml/],
    ] as const) {
      await assert.rejects(runIpam(args), (error) => error instanceof UsageError && line.test(error.message));
    }
  });

  test('without a cluster that answers: one line, exit 1', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'ipam-command-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'kubeconfig');
    const server = 'http://127.0.0.1:1';
    const config = {
      clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'u', user: { token: 'x' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    await writeFile(path, JSON.stringify(config));
    const { code, stdout, stderr } = await ipam(t, 'ls', '-kubeconfig', path);
    assert.deepEqual([code, stdout], [1, ''], stderr);
    assert.match(stderr, /^[^\n]*127\.0\.0\.1:1[^\n]*\n$/);
  });
});
