import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { type AccessRecord, parseAccess } from '../cluster/audit-log.ts';
import { gateway, route } from '../integration/objects.ts';
import { useServer } from '../support/fixture.ts';
import { controllerAccount, shippedRules, userOf } from '../support/shipped-rules.ts';

function nameOf({ verb, group, resource }: Pick<AccessRecord, 'verb' | 'group' | 'resource'>): string {
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
}

/** All that the shipped roles grant. */
function granted(): ReadonlySet<string> {
  return new Set(
    shippedRules().flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => nameOf({ verb, group, resource }))),
      ),
    ),
  );
}

/** Runs last: the audit log then holds what every test on this API server made the controller ask for. */
describe("The API server's audit log", () => {
  const { fixture } = useServer();

  test('shows that the controller never asked for anything that its roles do not grant', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', { selector: ['app', 'web'] }));
    await f.run();
    const text = await readFile(process.env.TEST_CLUSTER_AUDIT_LOG ?? '', 'utf8');
    // The commands, which the tests run as the same user, have agents of their own: who runs them brings the rights.
    const access = parseAccess(text, { username: userOf(controllerAccount), userAgent: 'gateway-api-controller' });
    const asked = new Set(access.map(nameOf));
    for (const expected of ['create services', 'patch gateways.gateway.networking.k8s.io', 'watch namespaces']) {
      assert.ok(asked.has(expected), `the audit log tells of "${expected}"`);
    }
    assert.deepEqual(
      access.filter(({ isAllowed }) => !isAllowed),
      [],
    );
    assert.deepEqual([...asked.difference(granted())], []);
    t.diagnostic(`asked for: ${[...asked].sort().join(', ')}`);
    t.diagnostic(`not asked for in this run: ${[...granted().difference(asked)].sort().join(', ')}`);
  });
});
