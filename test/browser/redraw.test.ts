import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gateway } from '../integration/objects.ts';
import { useServer } from '../support/fixture.ts';
import { useChromium } from './chromium.ts';
import { actorUrl, inspect, lit } from './visit.ts';

describe('The page, drawn anew', () => {
  const { fixture } = useServer();
  const { open } = useChromium();

  test('leaves open and closed what its reader opened and closed, and the keyboard where it is', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    const controller = await f.run(...inspect);
    const page = await open(t, actorUrl(controller, f, 'Gateway', 'gw'));
    await lit(page, 'ServiceReady.NothingToAnnounce');
    const part = (name: string) => page.locator(`.card[data-part="${name}"]`);
    await part('mailbox').locator('summary').click();
    await part('context').locator('summary').focus();
    await page.keyboard.press('Enter');
    await page.locator('.card[data-part="context"][open]').waitFor();
    await f.patch('Gateway', 'gw', { spec: { listeners: [{ name: 'tcp', port: 80, protocol: 'HTTP' }] } });
    await lit(page, 'AddressAssigned.NoListener');
    const opened = await page.locator('.card[open]').evaluateAll((all) => all.map((one) => one.dataset.part));
    assert.deepEqual(opened, ['conditions', 'involved', 'questions', 'context']);
    await page.locator('.card[data-part="context"] summary:focus').waitFor();

    await page.keyboard.press('3');
    await page.locator(`#log li[data-key="Gateway/${f.namespace}/gw"] a`).first().focus();
    await f.create(gateway(f, 'next'));
    await page.locator(`#log li[data-key="Gateway/${f.namespace}/next"]`).first().waitFor();
    await page.locator(`#log li[data-key="Gateway/${f.namespace}/gw"] a:focus`).waitFor();
    await page.keyboard.press('Enter');
    await lit(page, 'AddressAssigned.NoListener');

    await page.keyboard.press('2');
    await page.locator(`.run[data-from="${f.address(1)}"][role="button"]`).focus();
    await page.keyboard.press('Space');
    await page.locator('h2', { hasText: `${f.namespace}/next` }).waitFor();
  });
});
