import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { kubeconfigFor } from '../cluster/deployed.ts';
import { spawnController } from '../support/controller.ts';
import { withoutProgress } from '../support/progress.ts';
import { grant } from '../support/rights.ts';
import { eventually, type Manifest } from '../support/server.ts';
import { type Rule, shippedRules } from '../support/shipped-rules.ts';
import { controllerImage, type Site, useSite } from './site.ts';

/** Where `explain` looks for the controller's Pods unless it is told otherwise. */
const home = 'gateway-api-controller';
/** A second controller beside that of the lab: it serves a class of its own. */
const className = 'proxied';
const controllerName = 'traffic.test/proxied';
const kubeconfig = process.env.TEST_CLUSTER_KUBECONFIG ?? '';

/** The controller as a Pod, whose address the API server can reach: it refuses to be a proxy to loopback. */
const pod: Manifest = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: home, name: 'controller', labels: { 'app.kubernetes.io/name': home } },
  spec: {
    containers: [
      {
        name: 'controller',
        image: controllerImage,
        args: ['-kubeconfig', kubeconfig, '-gateway-class-name', controllerName],
        ports: [{ name: 'metrics', containerPort: 8080 }],
      },
    ],
  },
};

const gatewayClass: Manifest = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GatewayClass',
  metadata: { name: className },
  spec: { controllerName },
};

const gateway: Manifest = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'edge' },
  spec: {
    gatewayClassName: className,
    addresses: [{ type: 'IPAddress', value: '192.0.2.1' }],
    listeners: [{ name: 'tcp', port: 80, protocol: 'TCP' }],
  },
};

/** What `explain` reads: the controller's own rights, without those to write. */
const reading: readonly Rule[] = shippedRules()
  .map((rule) => ({ ...rule, verbs: rule.verbs.filter((verb) => verb === 'get' || verb === 'list') }))
  .filter(({ verbs }) => verbs.length > 0);
const listPods: Rule = { apiGroups: [''], resources: ['pods'], verbs: ['list'] };
const getProxy: Rule = { apiGroups: [''], resources: ['pods/proxy'], verbs: ['get'] };

/** Of the rights on Pods, which a user has, and what one line on stderr has to say of those that he has not. */
const users: readonly { readonly rules: readonly Rule[]; readonly stderr: RegExp }[] = [
  { rules: [listPods, getProxy], stderr: /^$/ },
  { rules: [listPods], stderr: notReached(`Pod ${home}/controller: .* cannot get resource "pods/proxy" .*`) },
  { rules: [], stderr: notReached(`Pods in namespace ${home}: .* cannot list resource "pods" .*`) },
];

function notReached(why: string): RegExp {
  return new RegExp(`^the controller was not reached \\(${why}\\): going on from the objects in the cluster alone\n$`);
}

interface User {
  readonly name: string;
  readonly rules: readonly Rule[];
}

/** Runs the command line as a user with these rights only. */
async function explainAs(t: TestContext, site: Site, { name, rules }: User) {
  const account = { namespace: site.namespace, name };
  await site.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
  await grant(site.api, account, { kind: 'ClusterRole', name: nameOfRole(site, name), rules: [...reading, ...rules] });
  const credentials = await kubeconfigFor(t, account, kubeconfig);
  const words = ['explain', 'gateway', `${site.namespace}/edge`, '-kubeconfig', credentials];
  const child = spawnController([...words, '-gateway-class-name', controllerName]);
  t.after(() => child.kill('SIGKILL'));
  const code = await child.end;
  return { code, stdout: child.stdout, stderr: withoutProgress(child.stderr) };
}

const nameOfRole = ({ namespace }: Site, user: string): string => `${namespace}-${user}`;

/** The controller has to be there while its Gateway and class go: they have marks of its own. */
async function clearUp({ api, namespace }: Site): Promise<void> {
  const { apiVersion } = gatewayClass;
  const gone = async (kind: string, name: string): Promise<boolean> =>
    (await api.find({ apiVersion, kind, namespace, name })) === undefined;
  await api.delete({ apiVersion, kind: 'Gateway', namespace, name: 'edge' });
  await eventually(() => gone('Gateway', 'edge'));
  await api.delete({ apiVersion, kind: 'GatewayClass', name: className });
  await eventually(() => gone('GatewayClass', className));
}

async function removeRoles(site: Site): Promise<void> {
  for (const index of users.keys()) {
    const path = (kind: string): string =>
      `/apis/rbac.authorization.k8s.io/v1/${kind}/${nameOfRole(site, `user-${index}`)}`;
    for (const kind of ['clusterrolebindings', 'clusterroles']) await site.api.raw('DELETE', path(kind));
  }
}

describe('explain, by the API server’s proxy to the controller’s Pod', () => {
  test('tells what the actor did last to whom may ask, and goes on without it for others', async (t) => {
    const site = await useSite(t);
    await site.makeNamespace(home);
    await site.create(pod, gatewayClass, gateway);
    try {
      await site.addressesOf('edge');
      for (const [index, { rules, stderr }] of users.entries()) {
        const told = await explainAs(t, site, { name: `user-${index}`, rules });
        assert.equal(told.code, 0, told.stderr);
        assert.match(told.stderr, stderr);
        assert.match(told.stdout, new RegExp(`^Gateway ${site.namespace}/edge is ServiceReady\\.NothingToAnnounce: `));
        assert.match(told.stdout, /^ {2}condition +Programmed=True/m);
        const isReached = rules.includes(getProxy);
        assert.equal(
          /^ {2}controller +ServiceReady\.NothingToAnnounce since 2.*, held by else$/m.test(told.stdout),
          isReached,
        );
        assert.equal(/^ {2}event +2.* AddressGranted -> Pending\.RecordingAddress$/m.test(told.stdout), isReached);
      }
    } finally {
      await clearUp(site);
      await removeRoles(site);
    }
  });
});
