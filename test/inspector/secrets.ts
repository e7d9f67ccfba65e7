import assert from 'node:assert/strict';
import { gateway, route } from '../integration/objects.ts';
import type { Fixture } from '../support/fixture.ts';

/** The token of the inspector, which it must not tell either. */
export const token = 'xyzzy-token';

/** Of a Gateway that somebody keeps something secret on. */
export const secretAnnotations = { 'example.com/token': 'xyzzy-annotation' };

/** A Gateway with a route, and what must not be told of: a ConfigMap and a Secret of others, and what stands on the Gateway. */
export async function createSecrets(f: Fixture): Promise<void> {
  const metadata = { name: 'hidden', namespace: f.namespace };
  await f.create(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'cidr-global': 'xyzzy-config' } },
    { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { password: 'xyzzy-secret' } },
    gateway(f, 'gw', { annotations: secretAnnotations }),
    route(f, 'made', { selector: ['app', 'web'] }),
  );
}

export function assertTellsNoSecret(text: string): void {
  assert.doesNotMatch(text, /xyzzy|PRIVATE KEY|certificate-authority-data/);
}
