import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { ruleFile } from '../monitoring/expressions.ts';
import { buildHelm } from './build.ts';
import { getDeployment, kubectl, startAsDeployed } from './deployed.ts';

const run = promisify(execFile);
const manifests = join(import.meta.dirname, '..', '..', 'manifests');
const chart = join(manifests, 'helm', 'gateway-api-controller');
const adminKubeconfig = process.env.TEST_CLUSTER_KUBECONFIG ?? '';

async function helm(...args: readonly string[]): Promise<string> {
  const binary = await buildHelm(console.error);
  return (await run(binary, args)).stdout;
}

/** A namespace that lets in no Pod that is not restricted. */
async function restrictedNamespace(t: TestContext, name: string): Promise<void> {
  t.after(() => kubectl(['delete', 'namespace', name, '--wait=false', '--ignore-not-found']));
  const metadata = { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } };
  await kubectl(['create', '-f=-'], JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata }));
}

/** Asks the API server to let in a Pod of the Deployment, without making one. */
async function tryPod(namespace: string, deployment: string, change: (spec: object) => object): Promise<void> {
  const { spec } = (await getDeployment(namespace, deployment)).spec.template;
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'tried', namespace }, spec: change(spec) };
  await kubectl(['create', '--dry-run=server', '-f=-'], JSON.stringify(pod));
}

const ruleKind = 'PrometheusRule';

interface PrometheusRule {
  readonly kind: string;
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: unknown;
}

interface Served {
  readonly className: string;
  readonly namespace: string;
}

function gatewayOf({ className, namespace }: Served): object {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'gw', namespace },
    spec: { gatewayClassName: className, listeners: [{ name: 'tcp', port: 80, protocol: 'TCP' }] },
  };
}

async function isServed({ namespace }: Served): Promise<string> {
  await kubectl(['wait', 'gateway/gw', '-n', namespace, '--for=condition=Programmed', '--timeout=30s']);
  return (await kubectl(['get', 'gateway/gw', '-n', namespace, '-o=jsonpath={.status.addresses[*].value}'])).stdout;
}

/** The running controller lets everything go: the class has a finalizer as long as a Gateway uses it. */
async function isCleared({ namespace, className }: Served): Promise<void> {
  await kubectl(['delete', 'gateway/gw', '-n', namespace, '--timeout=30s']);
  await kubectl(['delete', 'gatewayclass', className, '--timeout=30s']);
}

describe('kubectl apply -k', () => {
  for (const [path, name] of [
    ['install', 'manifests/install'],
    ['install/replicated', 'manifests/install/replicated'],
  ] as const) {
    test(`${name}: is taken without a warning, and its Pod is a restricted one`, async () => {
      const { stderr } = await kubectl(['apply', '-k', join(manifests, path)]);
      assert.equal(stderr, '');
      const [namespace, deployment] = ['gateway-api-controller', 'gateway-api-controller'];
      await tryPod(namespace, deployment, (spec) => spec);
      const asRoot = (spec: object): object => ({ ...spec, securityContext: { runAsUser: 0 } });
      await assert.rejects(tryPod(namespace, deployment, asRoot), /violates PodSecurity "restricted/);
    });
  }

  test('manifests/install: as its Deployment says, the controller serves a Gateway', async (t) => {
    await kubectl(['apply', '-k', join(manifests, 'install', 'replicated')]);
    const served = { className: 'installed', namespace: 'installed' };
    await restrictedNamespace(t, served.namespace);
    t.after(() => kubectl(['delete', 'gatewayclass', served.className, '--ignore-not-found', '--wait=false']));
    t.after(() => kubectl(['delete', 'configmap', 'ipam', '-n', 'gateway-api-controller', '--ignore-not-found']));
    const gatewayClass = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: { name: served.className },
      spec: { controllerName: 'thebsdbox.co.uk/controller' },
    };
    const pool = ['--from-literal=range-global=198.51.100.1', '-n', 'gateway-api-controller'];
    await kubectl(['create', 'configmap', 'ipam', ...pool]);
    for (const object of [gatewayClass, gatewayOf(served)]) await kubectl(['create', '-f=-'], JSON.stringify(object));
    const deployment = await getDeployment('gateway-api-controller', 'gateway-api-controller');
    const child = await startAsDeployed(t, deployment, adminKubeconfig);
    assert.equal(await isServed(served), '198.51.100.1');
    assert.ok(child.stderr.includes('"msg":"leading"'), 'the overlay elects a leader');
    await isCleared(served);
    assert.equal(await child.kill('SIGTERM'), 0);
  });
});

describe('The chart', () => {
  test('is found good by helm lint', async () => {
    await helm('lint', '--strict', chart);
  });

  for (const [what, values, line] of [
    ['a flag that there is not', ['--set', 'flags.nonsense=1'], /nonsense/],
    ['a value that a flag does not take', ['--set', 'flags.service-behaviour=clone'], /service-behaviour/],
    ['a number for a text', ['--set-json', 'flags.implementation-label=20240101'], /implementation-label/],
    ['an unknown key of the pool', ['--set', 'pool.data.rage-global=192.0.2.1'], /rage-global/],
    ['an unknown value', ['--set', 'replicaCount=2'], /replicaCount/],
  ] as const) {
    test(`refuses ${what}`, async () => {
      await assert.rejects(helm('template', 'x', chart, ...values), line);
    });
  }

  test('makes of more replicas an election, a budget and a rolling update, and of one none of these', async () => {
    const [one, two] = [await helm('template', 'x', chart), await helm('template', 'x', chart, '--set', 'replicas=2')];
    for (const word of [
      'GATEWAY_API_CONTROLLER_LEADER_ELECT',
      'PodDisruptionBudget',
      'type: RollingUpdate',
      'leases',
    ]) {
      assert.deepEqual([one.includes(word), two.includes(word)], [false, true], word);
    }
  });

  test('keeps a text a text where that looks like a number', async () => {
    const values = {
      gatewayClass: '4201',
      priorityClassName: '4202',
      'pool.name': '4203',
      'pool.namespace': '4204',
      'pool.data.range-global': '192.0.2.1',
      'flags.leader-election-id': '4205',
      'flags.implementation-label': '4206',
      'serviceMonitor.interval': '4207',
      'image.tag': '4208',
    };
    const sets = Object.entries(values).map(([name, value]) => `--set-string=${name}=${value}`);
    const all = [
      '--namespace=4209',
      '--set=replicas=2,serviceMonitor.enabled=true,prometheusRule.enabled=true',
      ...sets,
    ];
    const rendered = await helm('template', '4210', chart, ...all);
    const numbers: number[] = [];
    JSON.parse(JSON.stringify(parseAllDocuments(rendered)), (_, value: unknown) => {
      if (typeof value === 'number') numbers.push(value);
      return value;
    });
    assert.ok([...rendered.matchAll(/42\d\d/g)].length > 10);
    assert.deepEqual(
      numbers.filter((number) => number > 4200 && number <= 4210),
      [],
    );
  });

  test('has the alert rules of manifests/monitoring, with the labels that the operator looks for', async () => {
    const values = 'prometheusRule.enabled=true,prometheusRule.labels.release=prometheus';
    const rendered = parseAllDocuments(await helm('template', 'x', chart, '--set', values));
    const rule = rendered.map((document) => document.toJS() as PrometheusRule).find(({ kind }) => kind === ruleKind);
    assert.equal(rule?.metadata.labels.release, 'prometheus');
    assert.deepEqual(rule?.spec, ruleFile());
  });

  test('helm template | kubectl apply -f -: the controller serves a Gateway with the rights it gets', async (t) => {
    const served = { className: 'charted', namespace: 'charted' };
    await restrictedNamespace(t, served.namespace);
    const values = {
      replicas: 2,
      gatewayClass: served.className,
      'flags.gateway-class-name': 'example.com/charted',
      'flags.log-level': 'debug',
      'pool.name': 'addresses',
      'pool.data.range-global': '198.51.100.9',
    };
    const sets = Object.entries(values).map(([name, value]) => `--set=${name}=${value}`);
    const rendered = await helm('template', 'gac', chart, `--namespace=${served.namespace}`, ...sets);
    t.after(() => kubectl(['delete', '-f=-', '--ignore-not-found', '--wait=false'], rendered));
    const { stderr } = await kubectl(['apply', '-f=-'], rendered);
    assert.equal(stderr, '');
    const name = 'gac-gateway-api-controller';
    await tryPod(served.namespace, name, (spec) => spec);
    await kubectl(['create', '-f=-'], JSON.stringify(gatewayOf(served)));
    const child = await startAsDeployed(t, await getDeployment(served.namespace, name), adminKubeconfig);
    assert.equal(await isServed(served), '198.51.100.9');
    await isCleared(served);
    assert.equal(await child.kill('SIGTERM'), 0);
  });
});
