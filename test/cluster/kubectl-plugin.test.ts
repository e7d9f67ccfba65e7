import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { gateway } from '../integration/objects.ts';
import { useServer } from '../support/fixture.ts';

const run = promisify(execFile);
const entry = join(import.meta.dirname, '../../src/cli/kubectl-gateway-explain.ts');

describe('kubectl gateway-explain', () => {
  const { fixture } = useServer();

  test('is the command explain, on the cluster that kubectl talks to', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw', { className: 'nobodys' }));
    const folder = await mkdtemp(join(tmpdir(), 'kubectl-plugin-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const script = `#!/bin/sh\nexec '${process.execPath}' '${entry}' "$@"\n`;
    await writeFile(join(folder, 'kubectl-gateway_explain'), script, { mode: 0o755 });
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
    const kubectl = process.env.TEST_CLUSTER_KUBECTL ?? 'kubectl';
    const args = ['gateway-explain', 'gateway', `${f.namespace}/gw`, '-gateway-class-name', f.controllerName];
    const refused = await run(kubectl, args, { env }).catch(
      (error: unknown) => error as { code: number; stdout: string },
    );
    assert.match(refused.stdout, /^Gateway .*\/gw is .*nobodys/);
    assert.equal('code' in refused && refused.code, 1);
    const { stdout } = await run(kubectl, ['gateway-explain', '--help'], { env });
    assert.match(stdout, /^Usage: gateway-api-controller explain/);
  });
});
