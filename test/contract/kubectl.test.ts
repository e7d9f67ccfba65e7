import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { contract } from './contract.ts';

const run = promisify(execFile);
const BINARY = process.env.TEST_CLUSTER_KUBECTL || 'kubectl';

function isThere(): boolean {
  try {
    execFileSync(BINARY, ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const skip = isThere() ? false : 'there is no kubectl on this machine';

const MANIFEST = `
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { type: LoadBalancer, ports: [{ port: 80 }], selector: { app: web } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: gate }
spec: { gatewayClassName: demo, listeners: [{ name: http, port: 80, protocol: TCP }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: TCPRoute
metadata: { name: web }
spec: { parentRefs: [{ name: gate }], rules: [{ backendRefs: [{ name: web, port: 80 }] }] }
`;

contract('kubectl', (shared) => {
  const kubectl = async (args: string, input = '') => {
    const child = run(
      BINARY,
      ['--kubeconfig', shared.server.kubeconfigPath, '-n', shared.namespace, ...args.split(' ')],
      {
        env: { ...process.env, HOME: '/nonexistent', KUBECACHEDIR: `/tmp/kubectl-cache-${shared.suffix}` },
      },
    );
    child.child.stdin?.end(input);
    return (await child).stdout;
  };

  it('applies, shows, describes, edits and deletes objects', { skip }, async () => {
    const applied = await kubectl('apply -f -', MANIFEST);
    assert.equal(applied.match(/ created$/gm)?.length, 3);
    assert.match(await kubectl('apply -f -', MANIFEST), /service\/web unchanged/);
    const shown = await kubectl('get gateways,tcproutes,services');
    assert.match(
      shown,
      /NAME +CLASS +ADDRESS +PROGRAMMED +AGE\ngateway\.gateway\.networking\.k8s\.io\/gate +demo +Unknown/,
    );
    assert.match(
      shown,
      /NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE\nservice\/web +LoadBalancer +\S+ +<pending> +80:3\d{4}\/TCP/,
    );
    assert.match(await kubectl('describe service web'), /Type: +LoadBalancer/);
    assert.match(await kubectl('describe gateway gate'), /Gateway Class Name: +demo/);
    await kubectl('label tcproute web a=b');
    assert.match(await kubectl('get tcproute web -o jsonpath={.metadata.labels.a}'), /^b$/);
    assert.match(await kubectl('delete tcproute,gateway,service --all'), /service "web" deleted/);
  });

  it('applies on the server side', { skip }, async () => {
    const args = 'apply --server-side -f -';
    assert.equal((await kubectl(args, MANIFEST)).match(/ serverside-applied$/gm)?.length, 3);
    assert.equal((await kubectl(args, MANIFEST)).match(/ serverside-applied$/gm)?.length, 3);
  });

  it('creates a ConfigMap from literals', { skip }, async () => {
    await kubectl('create configmap made --from-literal=a=1');
    assert.equal(await kubectl('get configmap made -o jsonpath={.data.a}'), '1');
  });
});
