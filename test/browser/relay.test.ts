import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { urlOf } from '../../src/observability/http.ts';
import { gateway } from '../integration/objects.ts';
import { useServer } from '../support/fixture.ts';
import { useChromium } from './chromium.ts';

const hosted = 'https://stately.ai/inspect';
const connected = `postMessage({ type: '@statelyai.connected' }, '*')`;

/** Stands in for the inspector of the vendor, which tells who embeds it that it listens, and lists what it is told. */
const standIn = `<!doctype html><ol></ol><script>
  addEventListener('message', ({ origin, data }) => {
    const item = document.createElement('li');
    item.textContent = [origin, data.type, data.sessionId, JSON.stringify(data.snapshot?.value)].join(' ');
    document.querySelector('ol').append(item);
  });
</script>`;

describe('The page with the Stately inspector', () => {
  const { fixture } = useServer();
  const { open } = useChromium();

  test('hands on to it what happens, from the moment that it listens, and nothing to anybody else', async (t) => {
    const f = await fixture(t, { pool: { 'range-global': '' } });
    await f.create(gateway(f, 'gw'));
    const flags = ['-inspect-stately', '-inspect-token', 'a secret'];
    const first = await f.run('-inspect', '127.0.0.1:0', ...flags);
    assert.ok(first.controller.servers.inspect);
    const base = urlOf(first.controller.servers.inspect);
    const sockets: string[] = [];
    const strangers: string[] = [];
    const prepare = async (page: Page): Promise<void> => {
      await page.route(hosted, (route) => route.fulfill({ contentType: 'text/html', body: standIn }));
      page.on('websocket', (socket) => sockets.push(socket.url()));
      page.on('request', (request) => {
        if (!request.url().startsWith(base) && request.url() !== hosted) strangers.push(request.url());
      });
    };
    const page = await open(t, `${base}stately?token=a+secret`, { link: 'waiting', prepare });
    assert.equal(page.url(), `${base}stately`);
    const inspector = page.frameLocator('#inspector');
    await inspector.locator('ol').waitFor({ state: 'attached' });

    await page.evaluate(`new Promise((done) => {
      addEventListener('message', done);
      ${connected};
    })`);
    assert.deepEqual(sockets, [], 'who is not the inspector attaches nothing');

    const frame = page.frames().find((each) => each.url() === hosted);
    await frame?.evaluate(`parent.${connected}`);
    await page.locator('#link[data-link="live"]').waitFor();
    assert.deepEqual(sockets, [`${base.replace('http:', 'ws:')}stately`]);
    const told = (type: string, value: string): Promise<void> => {
      const hasText = `${new URL(base).origin} @xstate.${type} Gateway/${f.namespace}/gw#`;
      return inspector.locator('li', { hasText }).filter({ hasText: value }).first().waitFor();
    };
    await told('actor', '{"Pending":"PoolExhausted"}');
    await f.setPool({ 'range-global': `${f.address(0)}-${f.address(9)}` });
    await told('event', '');
    await told('snapshot', '{"ServiceReady":"NothingToAnnounce"}');

    await first.stop();
    await page.locator('#link[data-link="lost"]').waitFor();
    await f.run('-inspect', new URL(base).host, ...flags);
    await page.locator('#link[data-link="live"]').waitFor();
    await told('actor', '{"ServiceReady":"NothingToAnnounce"}');
    assert.deepEqual(strangers, []);
  });
});
