import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, type TestContext, test } from 'node:test';
import { eventually } from '../support/server.ts';
import { useChromium } from './chromium.ts';

const count = 10_000;
const idleMs = 15_000;
/** Of one core, with a browser attached and nothing to do. */
const mostIdleShare = 0.02;
/** The longest time in which the page takes no input while 10,000 actors change at once, in milliseconds. */
const longestPauseMs = 2_000;

/** The process with the actors. */
class Server {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(t: TestContext) {
    const script = join(import.meta.dirname, 'many-actors.ts');
    this.#process = spawn(process.execPath, [script, `${count}`], { stdio: ['pipe', 'pipe', 'inherit'] });
    t.after(() => this.#process.kill('SIGKILL'));
    assert.ok(this.#process.stdout);
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    const { value } = (await this.#lines.next()) as { value: string };
    return value;
  }

  async ask(what: 'cpu' | 'storm'): Promise<string> {
    this.#process.stdin?.write(`${what}\n`);
    return this.line();
  }
}

describe(`The page with ${count} actors`, () => {
  const { open } = useChromium();

  test('has only those in view in the document, at both ends of the list, and filters them', async (t) => {
    const server = new Server(t);
    const page = await open(t, await server.line());
    await page.locator('#count-actors', { hasText: (count + 1).toLocaleString('en') }).waitFor();
    // Until then they change places: the list is sorted by how well they are.
    await page.locator('#chips', { hasText: `ServiceReady ${count.toLocaleString('en')}` }).waitFor();
    const rows = page.locator('#list [role="option"]');
    await rows.first().waitFor();
    assert.ok((await rows.count()) < 60, 'few rows at the top');
    await page.locator('#list').focus();
    await page.keyboard.press('End');
    await page.locator('#list [aria-selected="true"]').waitFor();
    assert.ok((await rows.count()) < 60, 'few rows at the end');
    const last = page.locator(`#list [aria-posinset="${count + 1}"]`);
    assert.equal(await last.getAttribute('aria-selected'), 'true');
    await page.locator('#filter-namespace').selectOption('team-7');
    await eventually(
      async () => (await page.locator('#list').getAttribute('aria-label')) === `Actors, ${count / 40} of ${count + 1}`,
    );
    await page.locator('#filter-text').fill('gateway-09967');
    await eventually(async () => (await rows.count()) === 1);
    assert.match((await rows.first().getAttribute('data-key')) ?? '', /^Gateway\/team-7\/gateway-09967$/);
  });

  test('stays quick while all of them change at once, and tells what it left out', async (t) => {
    const server = new Server(t);
    const page = await open(t, `${await server.line()}#/log`);
    await page.locator('#count-actors', { hasText: (count + 1).toLocaleString('en') }).waitFor();
    await page.evaluate(`{
      globalThis.longest = 0;
      let last = performance.now();
      setInterval(() => {
        const now = performance.now();
        globalThis.longest = Math.max(globalThis.longest, now - last);
        last = now;
      }, 10);
    }`);
    for (let round = 0; round < 3; round += 1) await server.ask('storm');
    await page.locator('#log-note', { hasText: 'were too many to send' }).waitFor();
    assert.ok((await page.locator('#log li').count()) <= 300);
    await page.getByRole('tab', { name: 'Actors' }).click();
    await page.locator('#filter-state').selectOption('Pending.UnsupportedAddress');
    await eventually(
      async () => (await page.locator('#list').getAttribute('aria-label')) === `Actors, ${count} of ${count + 1}`,
    );
    const longest = await page.evaluate<number>('globalThis.longest');
    t.diagnostic(`the longest pause was ${Math.round(longest)} ms`);
    assert.ok(longest < longestPauseMs, `the page stood still for ${longest} ms`);
  });

  test(`costs the controller less than ${100 * mostIdleShare} % of a core while nothing happens`, async (t) => {
    const server = new Server(t);
    const page = await open(t, await server.line());
    await page.locator('#count-actors', { hasText: (count + 1).toLocaleString('en') }).waitFor();
    await page.locator('#list [role="option"]').first().click();
    await page.locator('.chart .current').waitFor();
    // What came with the start is over when half a second costs next to nothing.
    await eventually(async () => {
      const started = Number(await server.ask('cpu'));
      await page.waitForTimeout(500);
      return Number(await server.ask('cpu')) - started < 10;
    }, 45_000);
    const before = Number(await server.ask('cpu'));
    await page.waitForTimeout(idleMs);
    const share = (Number(await server.ask('cpu')) - before) / idleMs;
    t.diagnostic(`${(100 * share).toFixed(2)} % of a core over ${idleMs / 1000} s`);
    assert.ok(share < mostIdleShare, `${share}`);
  });
});
