import assert from 'node:assert/strict';
import { it } from 'node:test';
import { at, type Fields, textAt } from '../support/server.ts';
import { contract, refused } from './contract.ts';

const PORTS = [{ port: 80 }];

/** A spec without what is allocated. */
function plain(spec: unknown): Fields {
  const { clusterIP: _ip, clusterIPs: _ips, ...rest } = spec as Fields;
  return rest;
}

contract('Services', (shared) => {
  const created = (spec: object) => shared.api.create(shared.service(spec));

  it('get their defaults and an address', async () => {
    const service = await created({ ports: PORTS, selector: { a: 'b' } });
    assert.deepEqual(plain(service.spec), {
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      selector: { a: 'b' },
      sessionAffinity: 'None',
      type: 'ClusterIP',
    });
    assert.match(textAt(service, 'spec', 'clusterIP'), /^10\.(9[6-9]|1[01]\d)\./);
    assert.deepEqual(at(service, 'spec', 'clusterIPs'), [at(service, 'spec', 'clusterIP')]);
    assert.deepEqual(service.status, { loadBalancer: {} });
    assert.equal(service.metadata.generation, undefined);
  });

  it('of type LoadBalancer get node ports, one for TCP and UDP of one number, and ignore a status in the request', async () => {
    const ports = [
      { name: 'a', port: 80 },
      { name: 'b', port: 80, protocol: 'UDP' },
    ];
    const manifest = {
      ...shared.service({ type: 'LoadBalancer', ports }),
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
    };
    const service = await shared.api.create(manifest);
    const nodePorts = [0, 1].map((index) => Number(at(service, 'spec', 'ports', index, 'nodePort')));
    assert(nodePorts.every((port) => port >= 30_000 && port <= 32_767));
    assert.equal(nodePorts[0], nodePorts[1]);
    assert.equal(at(service, 'spec', 'allocateLoadBalancerNodePorts'), true);
    assert.equal(at(service, 'spec', 'externalTrafficPolicy'), 'Cluster');
    assert.deepEqual(service.status, { loadBalancer: {} });
  });

  it('get no node ports where allocateLoadBalancerNodePorts is false', async () => {
    const service = await created({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: PORTS });
    assert.deepEqual(at(service, 'spec', 'ports'), [{ port: 80, protocol: 'TCP', targetPort: 80 }]);
  });

  it('get the families that they ask for on a dual-stack cluster', async () => {
    const families = async (spec: object) => at(await created({ ports: PORTS, ...spec }), 'spec', 'ipFamilies');
    assert.deepEqual(await families({ ipFamilies: ['IPv6'] }), ['IPv6']);
    assert.deepEqual(await families({ ipFamilyPolicy: 'PreferDualStack' }), ['IPv4', 'IPv6']);
    assert.deepEqual(await families({ ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6', 'IPv4'] }), [
      'IPv6',
      'IPv4',
    ]);
    const headless = await created({ clusterIP: 'None', ports: PORTS });
    assert.deepEqual(at(headless, 'spec', 'ipFamilyPolicy'), 'RequireDualStack');
    assert.deepEqual(at(headless, 'spec', 'clusterIPs'), ['None']);
  });

  it('keep loadBalancerIP, loadBalancerClass and a named targetPort', async () => {
    const ports = [{ port: 80, targetPort: 'http' }];
    const service = await created({
      type: 'LoadBalancer',
      loadBalancerIP: '192.0.2.1',
      loadBalancerClass: 'a.example/b',
      ports,
    });
    assert.equal(at(service, 'spec', 'loadBalancerIP'), '192.0.2.1');
    assert.equal(at(service, 'spec', 'loadBalancerClass'), 'a.example/b');
    assert.equal(at(service, 'spec', 'ports', 0, 'targetPort'), 'http');
  });

  it('lose fields that the API does not know', async () => {
    const service = await created({ ports: [{ port: 80, bogus: 1 }], bogus: 2 });
    assert.equal(at(service, 'spec', 'bogus'), undefined);
    assert.equal(at(service, 'spec', 'ports', 0, 'bogus'), undefined);
  });

  const names: [name: string, code: number][] = [
    ['1-digit-first', 201],
    ['a'.repeat(63), 201],
    ['a'.repeat(64), 422],
    ['with.dot', 422],
    ['Upper', 422],
  ];
  for (const [name, code] of names) {
    it(`are ${code} under the name ${name.slice(0, 14)} (${name.length})`, async () => {
      const creation = shared.api.create(shared.service({ ports: PORTS }, name));
      if (code === 201) await creation;
      else await refused(creation, { code, causes: ['metadata.name: FieldValueInvalid'] });
    });
  }

  const bad: { title: string; spec: object; cause: string }[] = [
    { title: 'no ports', spec: {}, cause: 'spec.ports: FieldValueRequired' },
    {
      title: 'two ports of which one has no name',
      spec: { ports: [{ port: 1, name: 'a' }, { port: 2 }] },
      cause: 'spec.ports[1].name: FieldValueRequired',
    },
    {
      title: 'one port name twice',
      spec: {
        ports: [
          { port: 1, name: 'a' },
          { port: 2, name: 'a' },
        ],
      },
      cause: 'spec.ports[1].name: FieldValueDuplicate',
    },
    {
      title: 'one port and protocol twice',
      spec: {
        ports: [
          { port: 1, name: 'a' },
          { port: 1, name: 'b' },
        ],
      },
      cause: 'spec.ports[1]: FieldValueDuplicate',
    },
    { title: 'port 0', spec: { ports: [{ port: 0 }] }, cause: 'spec.ports[0].port: FieldValueInvalid' },
    { title: 'port 65536', spec: { ports: [{ port: 65_536 }] }, cause: 'spec.ports[0].port: FieldValueInvalid' },
    {
      title: 'a port name in capitals',
      spec: { ports: [{ port: 1, name: 'A' }] },
      cause: 'spec.ports[0].name: FieldValueInvalid',
    },
    {
      title: 'an unknown protocol',
      spec: { ports: [{ port: 1, protocol: 'ICMP' }] },
      cause: 'spec.ports[0].protocol: FieldValueNotSupported',
    },
    { title: 'an unknown type', spec: { type: 'Other', ports: PORTS }, cause: 'spec.type: FieldValueNotSupported' },
    {
      title: 'a selector that is no label',
      spec: { selector: { a: 'b c' }, ports: PORTS },
      cause: 'spec.selector: FieldValueInvalid',
    },
    {
      title: 'an unknown family',
      spec: { ipFamilies: ['IPv5'], ports: PORTS },
      cause: 'spec.ipFamilies[0]: FieldValueNotSupported',
    },
    {
      title: 'two families in single stack',
      spec: { ipFamilies: ['IPv4', 'IPv6'], ports: PORTS },
      cause: 'spec.ipFamilyPolicy: FieldValueInvalid',
    },
    {
      title: 'a clusterIP outside the range',
      spec: { clusterIP: '192.0.2.1', ports: PORTS },
      cause: 'spec.clusterIPs: FieldValueInvalid',
    },
    {
      title: 'an externalTrafficPolicy inside the cluster',
      spec: { externalTrafficPolicy: 'Local', ports: PORTS },
      cause: 'spec.externalTrafficPolicy: FieldValueInvalid',
    },
    {
      title: 'an unknown externalTrafficPolicy',
      spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Other', ports: PORTS },
      cause: 'spec.externalTrafficPolicy: FieldValueNotSupported',
    },
    {
      title: 'a loadBalancerClass on a ClusterIP',
      spec: { loadBalancerClass: 'a/b', ports: PORTS },
      cause: 'spec.loadBalancerClass: FieldValueForbidden',
    },
    {
      title: 'a nodePort on a ClusterIP',
      spec: { ports: [{ port: 1, nodePort: 30_001 }] },
      cause: 'spec.ports[0].nodePort: FieldValueForbidden',
    },
    {
      title: 'a nodePort outside the range',
      spec: { type: 'NodePort', ports: [{ port: 1, nodePort: 1 }] },
      cause: 'spec.ports[0].nodePort: FieldValueInvalid',
    },
    {
      title: 'no address on a LoadBalancer',
      spec: { type: 'LoadBalancer', clusterIP: 'None', ports: PORTS },
      cause: 'spec.clusterIPs[0]: FieldValueInvalid',
    },
    {
      title: 'a loopback external address',
      spec: { externalIPs: ['127.0.0.1'], ports: PORTS },
      cause: 'spec.externalIPs[0]: FieldValueInvalid',
    },
  ];
  for (const { title, spec, cause } of bad) {
    it(`are 422 with ${title}`, async () => {
      await refused(created(spec), { code: 422, reason: 'Invalid', causes: [cause] });
    });
  }

  it('are 400 with a port that is text', async () => {
    await refused(created({ ports: [{ port: '80' }] }), { code: 400 });
  });
});
