import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { portOf } from '../../src/observability/http.ts';
import type { TestController } from '../support/controller.ts';
import type { Fixture } from '../support/fixture.ts';

/** Flags with which a controller serves the page. */
export const inspect = ['-inspect', '127.0.0.1:0'];

export function urlOf({ controller }: TestController): string {
  assert.ok(controller.servers.inspect);
  return `http://127.0.0.1:${portOf(controller.servers.inspect)}/`;
}

export function actorUrl(controller: TestController, f: Fixture, kind: string, name: string): string {
  return `${urlOf(controller)}#/actors/${kind}/${f.namespace}/${name}`;
}

/** Waits until the chart shows the actor in this state. */
export async function lit(page: Page, state: string): Promise<void> {
  await page.locator(`.chart .current[data-state="${state}"]`).waitFor();
}
