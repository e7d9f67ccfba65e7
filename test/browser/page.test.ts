import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { endpointSlice, gateway, route, service } from '../integration/objects.ts';
import { type Fixture, useServer } from '../support/fixture.ts';
import type { Manifest } from '../support/objects.ts';
import { eventually } from '../support/server.ts';
import { useChromium } from './chromium.ts';
import { actorUrl, inspect, lit, urlOf } from './visit.ts';

const picture = join(import.meta.dirname, '..', '..', 'docs', 'inspector.png');

async function names(page: Page): Promise<readonly string[]> {
  const rows = page.locator('#list [role="option"]');
  const found = await rows.evaluateAll((all) =>
    all.map((row) => [row.ariaPosInSet, row.getAttribute('data-key') ?? '']),
  );
  return found.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, key]) => key?.split('/').at(-1) ?? '');
}

/** Waits until the list shows exactly these, in this order. */
async function listed(page: Page, ...wanted: readonly string[]): Promise<void> {
  let found: readonly string[] = [];
  await eventually(async () => {
    found = await names(page);
    return found.join() === wanted.join();
  }, 15_000).catch(() => assert.deepEqual(found, wanted));
}

describe('The page in a browser', () => {
  const { fixture } = useServer();
  const { open } = useChromium();

  test('shows a Gateway on its way from Pending to ServiceReady, live, and its address on the map', async (t) => {
    const f = await fixture(t, { pool: { 'range-global': '' } });
    await f.create(gateway(f, 'gw'));
    const controller = await f.run(...inspect);
    const page = await open(t, actorUrl(controller, f, 'Gateway', 'gw'));
    await lit(page, 'Pending.PoolExhausted');
    assert.match((await page.locator('.cause').textContent()) ?? '', /no entry of the pool for "global" is usable/);
    assert.equal(await page.locator('.why .guard').textContent(), 'isPoolExhausted');
    await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }));
    await f.setPool({ 'range-global': `${f.address(0)}-${f.address(9)}` });
    await lit(page, 'ServiceReady.NothingToAnnounce');
    assert.ok((await page.locator('.chart .visited').count()) >= 2, 'the states on the way are marked');
    assert.ok((await page.locator('.chart .way .step').count()) >= 2, 'the transitions taken are drawn');
    assert.match((await page.locator('[data-part="conditions"]').textContent()) ?? '', /Programmed/);
    await page.getByRole('tab', { name: 'Pool' }).click();
    const cell = page.locator(`.run[data-from="${f.address(0)}"]`);
    await cell.waitFor();
    assert.equal(await cell.getAttribute('data-use'), 'used');
    await cell.hover();
    const who = page.locator('#pool-who');
    assert.equal(await who.textContent(), `${f.address(0)}: used, Gateway ${f.namespace}/gw`);
    await f.create(gateway(f, 'next'));
    await page.locator(`.run[data-from="${f.address(1)}"][data-use="used"]`).waitFor();
    assert.equal(await page.evaluate(() => 'isSamePage' in globalThis), true, 'without loading the page anew');
  });

  test('filters by text, kind, state and phase, and is used by keyboard alone', async (t) => {
    const f = await fixture(t);
    await f.create(
      gateway(f, 'alpha'),
      gateway(f, 'beta', { listeners: [{ name: 'tcp', port: 80, protocol: 'HTTP' }] }),
      route(f, 'gamma', { selector: ['app', 'web'], parentRefs: [{ name: 'alpha', sectionName: 'tcp' }] }),
      route(f, 'delta', { parentRefs: [{ name: 'none' }] }),
    );
    const controller = await f.run(...inspect);
    const page = await open(t, urlOf(controller));
    await listed(page, 'delta', 'beta', 'alpha', f.className, 'gamma');

    await page.keyboard.press('/');
    await page.keyboard.type('gateway alpha');
    await listed(page, 'alpha');
    await page.keyboard.press('Escape');
    await listed(page, 'delta', 'beta', 'alpha', f.className, 'gamma');
    await page.locator('#filter-kind').selectOption('TCPRoute');
    await listed(page, 'delta', 'gamma');
    await page.locator('#filter-kind').selectOption('');
    await page.locator('#filter-state').selectOption('AddressAssigned.NoListener');
    await listed(page, 'beta');
    await page.locator('#filter-state').selectOption('');
    await page.getByRole('button', { name: /^Pending/ }).click();
    await listed(page, 'delta');
    await page.getByRole('button', { name: /^Pending/ }).click();

    await page.locator('#list').focus();
    await page.keyboard.press('ArrowDown');
    await lit(page, 'Pending.WaitingForParent');
    await page.keyboard.press('j');
    await lit(page, 'AddressAssigned.NoListener');
    await page.keyboard.press('k');
    await lit(page, 'Pending.WaitingForParent');
    const active = await page.locator('#list').getAttribute('aria-activedescendant');
    assert.equal(await page.locator(`#${active}`).getAttribute('aria-selected'), 'true');
    await page.keyboard.press('Enter');
    await page.locator('#actor:focus').waitFor();

    await page.keyboard.press('2');
    await page.locator('#view-pool').waitFor();
    await page.locator('.run[tabindex="0"]').first().focus();
    await page.keyboard.press('ArrowRight');
    assert.match((await page.locator('#pool-who').textContent()) ?? '', new RegExp(`^${f.address(1)}: `));
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await lit(page, 'ServiceReady.NothingToAnnounce');
    await page.keyboard.press('?');
    await page.locator('#help[open]').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#help:not([open])').waitFor({ state: 'attached' });
    await page.keyboard.press('3');
    await page.locator('#view-log').waitFor();
  });

  test('keeps the selected row in view when the list is sorted anew, and stays where it was scrolled to', async (t) => {
    const f = await fixture(t);
    const unserved = { listeners: [{ name: 'tcp', port: 80, protocol: 'HTTP' }] };
    const others = Array.from({ length: 20 }, (_, index) => gateway(f, `a${String(index).padStart(2, '0')}`));
    await f.create(...others, gateway(f, 'zz', unserved));
    const controller = await f.run(...inspect);
    const page = await open(t, urlOf(controller), { viewport: { width: 1000, height: 500 } });
    await page.locator('#list [aria-posinset="1"][data-key$="/zz"]').click();
    await f.patch('Gateway', 'zz', { spec: { listeners: [{ name: 'tcp', port: 80, protocol: 'TCP' }] } });
    const selected = page.locator('#list [aria-selected="true"][data-key$="/zz"]');
    await selected.locator('.pill', { hasText: 'NothingToAnnounce' }).waitFor();
    const isInView = `{
      const [list, row] = ['#list', '#list [aria-selected="true"]'].map((at) => document.querySelector(at)?.getBoundingClientRect());
      row !== undefined && row.top >= list.top && row.bottom <= list.bottom;
    }`;
    assert.equal(await page.evaluate(isInView), true);

    await page.locator('#list').evaluate((list) => list.scrollTo(0, 0));
    await f.patch('Gateway', 'a07', { spec: unserved });
    await page.locator('#list [aria-posinset="1"][data-key$="/a07"]').waitFor();
    assert.equal(await page.locator('#list').evaluate((list) => list.scrollTop), 0);
  });

  test('streams the transitions, and holds them while it is paused', async (t) => {
    const f = await fixture(t);
    const controller = await f.run(...inspect);
    const page = await open(t, `${urlOf(controller)}#/log`);
    await f.create(gateway(f, 'one'));
    await page
      .locator('#log li', { hasText: `${f.namespace}/one` })
      .first()
      .waitFor();
    await page.keyboard.press('p');
    await f.create(gateway(f, 'two'));
    await page.locator('#log-note', { hasText: /paused; [1-9]/ }).waitFor();
    assert.equal(await page.locator('#log li', { hasText: '/two' }).count(), 0);
    await f.settle();
    const counted = await page.locator('#count-log').textContent();
    await page.getByRole('button', { name: 'Go on' }).click();
    const shown = await page.locator('#log li').count();
    assert.equal(await page.locator('#count-log').textContent(), String(shown));
    assert.notEqual(counted, String(shown));
    await page
      .locator('#log li', { hasText: `${f.namespace}/two` })
      .first()
      .waitFor();
    await page.locator('#log-filter').fill('/two');
    assert.equal(await page.locator('#log li', { hasText: '/one' }).count(), 0);
    await page.locator('#log li').first().click();
    await lit(page, 'ServiceReady.NothingToAnnounce');
  });

  test('finds the controller again after it was restarted, and shows what is then', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), gateway(f, 'other'));
    const first = await f.run(...inspect);
    const url = urlOf(first);
    const page = await open(t, actorUrl(first, f, 'Gateway', 'gw'));
    await lit(page, 'ServiceReady.NothingToAnnounce');
    await eventually(async () => (await names(page)).length === 3);
    await first.stop();
    await page.locator('#link[data-link="lost"]').waitFor();
    assert.equal((await names(page)).length, 3, 'what was known stays');
    await f.delete('Gateway', 'other');
    await f.patch('Gateway', 'gw', { spec: { listeners: [{ name: 'tcp', port: 80, protocol: 'HTTP' }] } });
    await f.run('-inspect', new URL(url).host);
    await page.locator('#link[data-link="live"]').waitFor();
    await lit(page, 'AddressAssigned.NoListener');
    await listed(page, 'gw', f.className);
  });

  test('asks for the token once, and keeps it out of the address', async (t) => {
    const f = await fixture(t);
    const controller = await f.run(...inspect, '-inspect-token', 'a secret');
    const page = await open(t, `${urlOf(controller)}?token=a+secret`);
    assert.equal(page.url(), urlOf(controller));
    await page.reload();
    await page.locator('#link[data-link="live"]').waitFor();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`fits a telephone, ${colorScheme}`, async (t) => {
      const f = await fixture(t);
      await f.create(gateway(f, 'a-gateway-with-a-name-that-is-longer-than-what-a-telephone-shows'));
      const controller = await f.run(...inspect);
      const page = await open(t, urlOf(controller), { viewport: { width: 360, height: 740 }, colorScheme });
      // A frame may be drawn before all of it is in its place.
      const fits = (): Promise<boolean> =>
        eventually(() => page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'), 5_000);
      await page.locator('#list [data-key^="Gateway/"]').click();
      await lit(page, 'ServiceReady.NothingToAnnounce');
      await page.locator('.side').waitFor({ state: 'hidden' });
      assert.equal(await fits(), true);
      await page.getByRole('button', { name: '‹ Actors' }).click();
      await page.locator('.side').waitFor({ state: 'visible' });
      for (const name of ['Pool', 'Transitions', 'Actors']) {
        await page.getByRole('tab', { name }).click();
        assert.equal(await fits(), true, name);
      }
      const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      const sum = [...ground.matchAll(/\d+/g)].slice(0, 3).reduce((total, [part]) => total + Number(part), 0);
      assert.equal(sum > 384, colorScheme === 'light', ground);
    });
  }

  test('makes a picture for the README', async (t) => {
    const f = await fixture(t, { hasClass: false });
    await makeScene(f);
    const controller = await f.start(...inspect, '-gateway-class-name', 'thebsdbox.co.uk/controller');
    await eventually(async () => (await f.find('Service', 'dns', 'infra')) !== undefined);
    await f.client.patch(f.target('Service', 'dns', 'infra'), ingress('192.0.2.10'), { subresource: 'status' });
    const page = await open(t, `${urlOf(controller)}#/actors/Gateway/shop/storefront`, { deviceScaleFactor: 1.5 });
    await lit(page, 'ListenerResolved.WaitingForAnnouncement');
    await page.locator('[data-key="UDPRoute/infra/dns"] .pill', { hasText: 'Announced' }).waitFor();
    const shot = await page.screenshot(process.env.UPDATE_DOCS === '1' ? { path: picture } : {});
    assert.ok(shot.length > 50_000);
  });
});

function ingress(ip: string): object {
  return { status: { loadBalancer: { ingress: [{ ip }] } } };
}

/** A small cluster in which not everything is well. */
async function makeScene(f: Fixture): Promise<void> {
  for (const name of ['shop', 'infra', 'staging']) {
    await f.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    f.namespaces.push(name);
  }
  await f.createClass('thebsdbox.co.uk/controller', 'edge');
  await f.setPool({ 'range-global': '192.0.2.10-192.0.2.12' });
  const listener = (name: string, port: number, protocol = 'TCP') => ({ name, port, protocol });
  const [shop, infra] = [
    { namespace: 'shop', className: 'edge' },
    { namespace: 'infra', className: 'edge' },
  ];
  await f.create(
    service(f, 'web', { namespace: 'shop' }),
    { ...endpointSlice(f, 'web'), metadata: sliceOf('web', 'shop') },
    gateway(f, 'dns', { ...infra, listeners: [listener('dns', 53, 'UDP')] }),
    gateway(f, 'legacy', { ...infra, listeners: [listener('web', 80, 'HTTP')] }),
    gateway(f, 'storefront', { ...shop, listeners: [listener('https', 443), listener('metrics', 9090)] }),
    gateway(f, 'preview', { namespace: 'staging', className: 'edge', listeners: [listener('https', 443)] }),
    route(f, 'web', { ...shop, behaviour: 'update', parentRefs: [{ name: 'storefront', sectionName: 'https' }] }),
    route(f, 'dns', {
      ...infra,
      kind: 'UDPRoute',
      selector: ['app', 'dns'],
      parentRefs: [{ name: 'dns', sectionName: 'dns' }],
      backendRefs: [{ name: 'dns', port: 53 }],
    }),
    route(f, 'mail', { ...infra, parentRefs: [{ name: 'post' }] }),
    route(f, 'metrics', {
      ...shop,
      behaviour: 'duplicate',
      parentRefs: [{ name: 'storefront', sectionName: 'metrics' }],
      backendRefs: [{ name: 'prometheus', port: 9090 }],
    }),
  );
}

function sliceOf(name: string, namespace: string): Manifest['metadata'] {
  return { name: `${name}-slice`, namespace, labels: { 'kubernetes.io/service-name': name } };
}
