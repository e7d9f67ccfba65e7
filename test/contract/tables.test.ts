import assert from 'node:assert/strict';
import { it } from 'node:test';
import { at, type Manifest, pathOf, type Value } from '../support/server.ts';
import { contract, GATEWAY_API } from './contract.ts';

const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };
const ROUTE = { rules: [{ backendRefs: [{ name: 's', port: 80 }] }] };

contract('Tables', (shared) => {
  const table = async (path: string) => {
    const answer = await shared.api.raw('GET', path, null, TABLE);
    return JSON.parse(answer.text) as {
      kind: string;
      columnDefinitions: { name: string; priority: number }[];
      rows: { cells: Value[]; object: Value }[];
    };
  };
  const shown = async (manifest: Manifest) => {
    const created = await shared.api.create(manifest);
    const { columnDefinitions, rows } = await table(
      pathOf({ ...created, namespace: created.metadata.namespace, name: created.metadata.name }),
    );
    const wide = columnDefinitions.filter(({ priority }) => priority > 0).map(({ name }) => name);
    return {
      columns: columnDefinitions.filter(({ priority }) => priority === 0).map(({ name }) => name),
      wide,
      cells: rows[0]?.cells ?? [],
    };
  };

  it('of Services', async () => {
    const spec = {
      type: 'LoadBalancer',
      allocateLoadBalancerNodePorts: false,
      ports: [{ port: 80 }],
      selector: { a: 'b' },
    };
    const { columns, wide, cells } = await shown(shared.service(spec, 'svc'));
    assert.deepEqual(columns, ['Name', 'Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age']);
    assert.deepEqual(wide, ['Selector']);
    assert.deepEqual(
      [cells[0], cells[1], cells[3], cells[4], cells[6]],
      ['svc', 'LoadBalancer', '<pending>', '80/TCP', 'a=b'],
    );
    const status = { loadBalancer: { ingress: [{ ip: '192.0.2.10' }] } };
    await shared.api.patch(shared.target('v1', 'Service', 'svc'), { status }, { subresource: 'status' });
    assert.equal((await table(pathOf(shared.target('v1', 'Service', 'svc')))).rows[0]?.cells[3], '192.0.2.10');
  });

  it('of ConfigMaps', async () => {
    const { columns, cells } = await shown(shared.configMap('cm', { data: { a: '1', b: '2' } }));
    assert.deepEqual(columns, ['Name', 'Data', 'Age']);
    assert.deepEqual(cells.slice(0, 2), ['cm', 2]);
  });

  it('of Gateways', async () => {
    const { columns, cells } = await shown(
      shared.custom('Gateway', { gatewayClassName: 'c', listeners: [{ name: 'a', port: 80, protocol: 'TCP' }] }, 'gw'),
    );
    assert.deepEqual(columns, ['Name', 'Class', 'Address', 'Programmed', 'Age']);
    assert.deepEqual([cells[0], cells[1], cells[3]], ['gw', 'c', 'Unknown']);
  });

  it('of routes', async () => {
    assert.deepEqual((await shown(shared.custom('TCPRoute', ROUTE))).columns, ['Name', 'Age']);
    assert.deepEqual((await shown(shared.custom('UDPRoute', ROUTE))).columns, ['Name', 'Age']);
  });

  it('of GatewayClasses', async () => {
    const name = shared.name('class');
    const target = { apiVersion: GATEWAY_API, kind: 'GatewayClass', name };
    shared.cleanUp(target);
    const { columns, wide, cells } = await shown({ ...target, metadata: { name }, spec: { controllerName: 'a.b/c' } });
    assert.deepEqual(columns, ['Name', 'Controller', 'Accepted', 'Age']);
    assert.deepEqual(wide, ['Description']);
    assert.deepEqual(cells.slice(0, 3), [name, 'a.b/c', 'Unknown']);
  });

  it('of IPAddresses', async () => {
    const name = `203.0.113.${Math.floor(Math.random() * 254) + 1}`;
    const target = { apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress', name };
    shared.cleanUp(target);
    const parentRef = { group: 'gateway.networking.k8s.io', resource: 'gateways', namespace: 'n', name: 'g' };
    const { columns, cells } = await shown({ ...target, metadata: { name }, spec: { parentRef } });
    assert.deepEqual(columns, ['Name', 'ParentRef']);
    assert.deepEqual(cells.slice(0, 2), [name, 'gateways.gateway.networking.k8s.io/n/g']);
  });

  it('of Namespaces', async () => {
    const { columnDefinitions, rows } = await table(`/api/v1/namespaces/${shared.namespace}`);
    assert.deepEqual(
      columnDefinitions.map(({ name }) => name),
      ['Name', 'Status', 'Age'],
    );
    assert.deepEqual(rows[0]?.cells.slice(0, 2), [shared.namespace, 'Active']);
  });

  it('carry the metadata of their objects, or all of them, or nothing', async () => {
    await shared.api.create(shared.configMap('included', { data: { a: '1' } }));
    const path = `${pathOf(shared.target('v1', 'ConfigMap'))}?fieldSelector=metadata.name=included`;
    assert.equal(at((await table(path)).rows[0]?.object, 'kind'), 'PartialObjectMetadata');
    assert.equal(at((await table(path)).rows[0]?.object, 'metadata', 'name'), 'included');
    assert.deepEqual(at((await table(`${path}&includeObject=Object`)).rows[0]?.object, 'data'), { a: '1' });
    assert.equal((await table(`${path}&includeObject=None`)).rows[0]?.object, null);
  });
});
