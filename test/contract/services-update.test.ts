import assert from 'node:assert/strict';
import { it } from 'node:test';
import { at, type Fields, textAt } from '../support/server.ts';
import { contract, refused } from './contract.ts';

const PORTS = [{ port: 80 }];

contract('A Service that changes', (shared) => {
  const existing = async (spec: object) => {
    const { metadata } = await shared.api.create(shared.service(spec));
    const target = shared.target('v1', 'Service', metadata.name);
    return { target, patch: (change: object) => shared.api.patch(target, { spec: change }), name: metadata.name };
  };

  it('keeps what was allocated over a PUT of its manifest', async () => {
    const spec = { type: 'LoadBalancer', ports: PORTS };
    const { name, target } = await existing(spec);
    const before = await shared.api.get(target);
    assert.deepEqual(await shared.api.replace(shared.service(spec, name)), before);
  });

  it('from LoadBalancer to ClusterIP loses what belongs to load balancers', async () => {
    const { patch, target } = await existing({
      type: 'LoadBalancer',
      loadBalancerClass: 'a/b',
      loadBalancerIP: '192.0.2.1',
      ports: PORTS,
    });
    await shared.api.patch(
      target,
      { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } },
      { subresource: 'status' },
    );
    const service = await patch({ type: 'ClusterIP' });
    const { allocateLoadBalancerNodePorts, loadBalancerClass, externalTrafficPolicy, loadBalancerIP } =
      service.spec as Fields;
    assert.deepEqual(
      [allocateLoadBalancerNodePorts, loadBalancerClass, externalTrafficPolicy],
      [undefined, undefined, undefined],
    );
    assert.equal(loadBalancerIP, '192.0.2.1');
    assert.equal(at(service, 'spec', 'ports', 0, 'nodePort'), undefined);
    assert.deepEqual(service.status, { loadBalancer: {} });
  });

  it('gets node ports of their own for TCP and UDP of one number that are added later', async () => {
    const { patch } = await existing({ type: 'LoadBalancer', ports: [{ name: 'a', port: 80 }] });
    const service = await patch({
      ports: [
        { name: 'a', port: 80 },
        { name: 'b', port: 81 },
        { name: 'c', port: 81, protocol: 'UDP' },
      ],
    });
    const nodePorts = [0, 1, 2].map((index) => at(service, 'spec', 'ports', index, 'nodePort'));
    assert.equal(new Set(nodePorts).size, 3);
  });

  it('that becomes a LoadBalancer without node ports keeps its addresses and gets none', async () => {
    const { patch, target } = await existing({ ports: PORTS });
    const before = await shared.api.get(target);
    const service = await patch({
      type: 'LoadBalancer',
      allocateLoadBalancerNodePorts: false,
      ports: [
        { port: 80, name: 'a' },
        { port: 81, name: 'b' },
      ],
    });
    assert.equal(at(service, 'spec', 'clusterIP'), at(before, 'spec', 'clusterIP'));
    assert.deepEqual(
      [0, 1].map((index) => at(service, 'spec', 'ports', index, 'nodePort')),
      [undefined, undefined],
    );
    const back = await patch({ type: 'ClusterIP' });
    assert.deepEqual(
      [at(back, 'spec', 'type'), at(back, 'spec', 'allocateLoadBalancerNodePorts')],
      ['ClusterIP', undefined],
    );
  });

  it('cannot change its clusterIP', async () => {
    const { patch } = await existing({ ports: PORTS });
    await refused(patch({ clusterIP: '10.96.0.77', clusterIPs: ['10.96.0.77'] }), {
      code: 422,
      causes: ['spec.clusterIPs[0]: FieldValueInvalid'],
    });
  });

  it('cannot change its first family, but gain and lose a second one', async () => {
    const { patch } = await existing({ ports: PORTS });
    await refused(patch({ ipFamilies: ['IPv6'] }), { code: 422 });
    const dual = await patch({ ipFamilyPolicy: 'RequireDualStack' });
    assert.deepEqual(at(dual, 'spec', 'ipFamilies'), ['IPv4', 'IPv6']);
    assert.match(textAt(dual, 'spec', 'clusterIPs', 1), /^fd00:96::/);
    const single = await patch({ ipFamilyPolicy: 'SingleStack' });
    assert.deepEqual(at(single, 'spec', 'ipFamilies'), ['IPv4']);
    assert.equal(at(single, 'spec', 'clusterIPs', 1), undefined);
  });

  it('cannot change its loadBalancerClass while it is a LoadBalancer', async () => {
    const { patch } = await existing({ type: 'LoadBalancer', loadBalancerClass: 'a/b', ports: PORTS });
    await refused(patch({ loadBalancerClass: 'a/c' }), {
      code: 422,
      causes: ['spec.loadBalancerClass: FieldValueInvalid'],
    });
    await refused(patch({ loadBalancerClass: null }), { code: 422 });
    await patch({ type: 'ClusterIP' });
    await patch({ type: 'LoadBalancer', loadBalancerClass: 'a/c' });
  });

  it('takes ingress addresses in its status, and there only', async () => {
    const { target } = await existing({ type: 'LoadBalancer', ports: PORTS });
    const ports = [{ port: 80, protocol: 'TCP' }];
    const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1', ports }] } };
    assert.deepEqual((await shared.api.patch(target, { status })).status, { loadBalancer: {} });
    const written = await shared.api.patch(target, { status }, { subresource: 'status' });
    assert.deepEqual(at(written, 'status', 'loadBalancer', 'ingress', 0), { ip: '192.0.2.1', ipMode: 'VIP', ports });
    const other = {
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.2', ipMode: 'Proxy' }] } },
      spec: { type: 'ClusterIP' },
    };
    assert.equal(at(await shared.api.patch(target, other, { subresource: 'status' }), 'spec', 'type'), 'LoadBalancer');
  });

  it('is 422 where a status is put without the spec: the default of ipMode goes by the type that is sent', async () => {
    const { name } = await existing({ type: 'LoadBalancer', ports: PORTS });
    const { spec: _spec, ...bare } = shared.service({}, name);
    const put = shared.api.replace(
      { ...bare, status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } },
      { subresource: 'status' },
    );
    await refused(put, { code: 422, causes: ['status.loadBalancer.ingress[0].ipMode: FieldValueRequired'] });
  });

  it('takes labels and finalizers by a status write too, being built in', async () => {
    const { target } = await existing({ type: 'LoadBalancer', ports: PORTS });
    const written = await shared.api.patch(target, { metadata: { labels: { a: 'b' } } }, { subresource: 'status' });
    assert.deepEqual(written.metadata.labels, { a: 'b' });
  });

  const badIngress: { title: string; type?: string; ingress: object[]; cause: string }[] = [
    {
      title: 'an address that is none',
      ingress: [{ ip: 'x' }],
      cause: 'status.loadBalancer.ingress[0].ip: FieldValueInvalid',
    },
    {
      title: 'an ipMode without an address',
      ingress: [{ ipMode: 'VIP' }],
      cause: 'status.loadBalancer.ingress[0].ipMode: FieldValueForbidden',
    },
    {
      title: 'any address on a ClusterIP',
      type: 'ClusterIP',
      ingress: [{ ip: '192.0.2.1' }],
      cause: 'status.loadBalancer.ingress: FieldValueForbidden',
    },
  ];
  for (const { title, type = 'LoadBalancer', ingress, cause } of badIngress) {
    it(`is 422 with ${title} as ingress`, async () => {
      const { target } = await existing({ type, ports: PORTS });
      const write = shared.api.patch(target, { status: { loadBalancer: { ingress } } }, { subresource: 'status' });
      await refused(write, { code: 422, causes: [cause] });
    });
  }

  it('can be created by PUT', async () => {
    const { name } = shared.service({}).metadata;
    assert.equal((await shared.api.replace(shared.service({ ports: PORTS }, name))).metadata.name, name);
  });
});
