import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { together, useServer } from '../support/fixture.ts';
import { gateway, route } from './objects.ts';

describe('The pages', together, () => {
  const { fixture } = useServer();

  test('/healthz answers, /readyz names every kind, other ports and paths do not', async (t) => {
    const f = await fixture(t);
    const controller = await f.run();
    assert.equal((await controller.page('health', '/healthz')).status, 200);
    const { status, body } = await controller.page('health', '/readyz');
    assert.equal(status, 200);
    for (const kind of ['GatewayClass', 'Gateway', 'TCPRoute', 'UDPRoute', 'Service', 'EndpointSlice', 'ConfigMap']) {
      assert.match(body, new RegExp(`\\[\\+\\] ${kind}: in sync`));
    }
    assert.equal((await controller.page('health', '/metrics')).status, 404);
  });

  test('/metrics has those of Node and our own', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', { selector: ['app', 'web'] }));
    const controller = await f.run();
    const { status, body } = await controller.page('metrics', '/metrics');
    assert.equal(status, 200);
    assert.match(body, /^process_cpu_seconds_total /m);
    assert.match(body, /^rest_client_requests_total\{.*method="PATCH".*\} [1-9]/m);
    assert.match(body, /ServiceReady\.NothingToAnnounce/);
    assert.match(body, /kind="TCPRoute"/);
  });

  test('the log has constant messages, and no secret', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    const controller = await f.run();
    const text = JSON.stringify(controller.log);
    assert.doesNotMatch(text, /Bearer|PRIVATE KEY|"token"/);
    for (const { msg } of controller.log) assert.doesNotMatch(msg, new RegExp(f.namespace));
  });
});
