import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { type ChildController, spawnController } from '../support/controller.ts';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import { eventually } from '../support/server.ts';
import { addressOf, gateway } from './objects.ts';

const nowhere = ['-metrics-bind-address=0', '-health-probe-bind-address=0'];

function spawn(t: TestContext, f: Fixture, flags: readonly string[], environment = {}): ChildController {
  const args = [...nowhere, '-kubeconfig', f.server.controllerKubeconfigPath, ...f.flags, ...flags];
  const child = spawnController(args, environment);
  t.after(() => child.kill('SIGKILL'));
  return child;
}

async function isServed(f: Fixture, name: string): Promise<void> {
  await f.create(gateway(f, name));
  await eventually(async () => (await addressOf(f, name)) !== undefined);
}

describe('The log', together, () => {
  const { fixture } = useServer();

  test('says more after SIGUSR2, and after another one as much as before', async (t) => {
    const f = await fixture(t);
    const child = spawn(t, f, ['-log-level=error']);
    await isServed(f, 'quiet');
    assert.equal(child.stderr, '');
    child.process.kill('SIGUSR2');
    await child.logged('log level changes');
    await isServed(f, 'loud');
    await child.logged('transition');
    child.process.kill('SIGUSR2');
    await eventually(async () => child.stderr.split('log level changes').length === 3);
    const before = child.stderr;
    await isServed(f, 'quiet-again');
    assert.equal(child.stderr, before);
  });

  test('is for people with -log-format pretty, without colours where stderr is no terminal', async (t) => {
    const f = await fixture(t);
    const child = spawn(t, f, ['-log-format', 'pretty']);
    await eventually(async () => child.stderr.includes('caches are in sync'));
    assert.match(child.stderr, /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: started \{.*\}$/m);
    assert.equal(stripVTControlCharacters(child.stderr), child.stderr);
  });

  test('takes its format and level from the environment too', async (t) => {
    const f = await fixture(t);
    const environment = { GATEWAY_API_CONTROLLER_LOG_FORMAT: 'pretty', GATEWAY_API_CONTROLLER_LOG_LEVEL: 'info' };
    const child = spawn(t, f, [], environment);
    await eventually(async () => child.stderr.includes('INFO: caches are in sync'));
  });

  test('of a replica that does not lead says what it waits for', async (t) => {
    const f = await fixture(t);
    const flags = ['-leader-elect', '-leader-election-namespace', f.namespace];
    await f.run(...flags);
    const child = spawn(t, f, flags);
    await eventually(async () => child.stderr.includes('"waitsFor":["the lease"],"msg":"waiting"'));
  });
});
