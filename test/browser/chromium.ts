import assert from 'node:assert/strict';
import { after, before, type TestContext } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

export interface OpenOptions extends BrowserContextOptions {
  /** What the page says of its link to the controller when it is there. */
  readonly link?: 'live' | 'waiting';
  /** Comes before the page is loaded. */
  readonly prepare?: (page: Page) => Promise<void>;
}

export interface Browsing {
  /** Opens a page of its own, and at the end of the test looks whether it had no error. */
  readonly open: (t: TestContext, url: string, options?: OpenOptions) => Promise<Page>;
}

/** A controller that was stopped, which the page has to live with. */
const lostLink = /^(Failed to load resource|WebSocket connection to .* failed: .*): net::ERR_/;
const deadlineMs = 45_000;

/** To be called in a `describe`: one Chromium for its tests. */
export function useChromium(): Browsing {
  let browser: Browser | undefined;
  before(async () => {
    // The page is our own: Chromium's sandbox wants rights that a container rarely gives.
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
  });
  after(() => browser?.close());
  return {
    open: async (t, url, { link = 'live', prepare, ...options } = {}) => {
      assert.ok(browser);
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
      const errors: string[] = [];
      t.after(async () => {
        await context.close();
        assert.deepEqual(errors, [], 'errors of the page');
      });
      const page = await context.newPage();
      const note = (text: string): void => {
        if (!lostLink.test(text)) errors.push(text);
      };
      page.on('pageerror', (error) => note(error.stack ?? error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') note(message.text());
      });
      page.setDefaultTimeout(deadlineMs);
      await prepare?.(page);
      await page.goto(url);
      await page.locator(`#link[data-link="${link}"]`).waitFor();
      return page;
    },
  };
}
