import assert from 'node:assert/strict';
import { globSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { controllerFlags } from '../../src/config.ts';
import { variableOf } from '../../src/flags.ts';
import { valuesSchema } from './values-schema.ts';

const root = join(import.meta.dirname, '..', '..');
const install = join(root, 'manifests', 'install');
const chart = join(root, 'manifests', 'helm', 'gateway-api-controller');

interface Container {
  readonly env: readonly { readonly name: string }[];
  readonly securityContext: object;
}

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly securityContext: object; readonly containers: readonly Container[] };
    };
  };
}

function read(...path: readonly string[]): string {
  return readFileSync(join(...path), 'utf8');
}

/** The first list of rules in the text of a manifest, or of a template (which holds none of its language there). */
function rulesOf(text: string): unknown {
  const [, rules] = /^rules:\n((?: .*\n)+)/m.exec(text) ?? [];
  assert.ok(rules !== undefined);
  return parse(rules);
}

const deployments = [
  join(install, 'base', 'deployment.yaml'),
  join(install, 'replicated', 'deployment.yaml'),
  join(chart, 'templates', 'deployment.yaml'),
];

describe('The install manifests', () => {
  test('ask for nothing more than the restricted pod security standard allows', () => {
    const { spec } = (parse(read(install, 'base', 'deployment.yaml')) as Deployment).spec.template;
    assert.deepEqual(spec.securityContext, {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const { securityContext } of spec.containers) {
      assert.deepEqual(securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  test('set only flags that there are', () => {
    const known = controllerFlags.map(({ name }) => variableOf(name));
    for (const path of deployments) {
      const used = read(path).match(/GATEWAY_API_CONTROLLER_[A-Z_]+[A-Z](?!_)/g) ?? [];
      for (const variable of used) assert.ok(known.includes(variable), `${path}: ${variable}`);
    }
  });

  test('grant no wildcard, and neither Secrets nor a way to more rights', () => {
    const files = globSync('**/*role*.yaml', { cwd: install });
    assert.ok(files.length >= 4);
    for (const file of files) {
      for (const document of parseAllDocuments(read(install, file))) {
        const { rules = [] } = document.toJS() as { rules?: readonly Record<string, readonly string[]>[] };
        const granted = rules.flatMap((rule) => Object.values(rule).flat());
        const forbidden = ['*', 'secrets', 'impersonate', 'escalate', 'bind', 'pods', 'serviceaccounts/token'];
        assert.deepEqual(
          granted.filter((word) => forbidden.includes(word)),
          [],
        );
      }
    }
  });

  test('all name the version of the package', () => {
    const { version } = JSON.parse(read(root, 'package.json')) as { version: string };
    const { images } = parse(read(install, 'base', 'kustomization.yaml')) as { images: readonly { newTag: string }[] };
    const chartFile = parse(read(chart, 'Chart.yaml')) as { version: string; appVersion: string };
    assert.deepEqual([images[0]?.newTag, chartFile.version, chartFile.appVersion], [version, version, version]);
  });
});

describe('The chart', () => {
  for (const [template, manifest] of [
    ['cluster-role.yaml', 'base/cluster-role.yaml'],
    ['replicated.yaml', 'replicated/lease-role.yaml'],
  ] as const) {
    test(`grants in ${template} what manifests/install/${manifest} grants`, () => {
      const filled = read(chart, 'templates', template).replace(
        /\{\{ index .* default "([^"]+)"(?: \| quote)? \}\}/g,
        '$1',
      );
      assert.deepEqual(rulesOf(filled), rulesOf(read(install, manifest)));
    });
  }

  test('names, as the README does, the program that is in the image', () => {
    const [, entrypoint = ''] = /^ENTRYPOINT (.*)$/m.exec(read(root, 'Dockerfile')) ?? [];
    const program = (JSON.parse(entrypoint) as readonly string[]).at(-1)?.replace('/app/', '');
    for (const text of [read(chart, 'templates', 'NOTES.txt'), read(root, 'README.md')]) {
      assert.ok(text.includes(` /nodejs/bin/node ${program} explain`));
    }
  });

  test('has a schema of its values that is in step with the flags (UPDATE_GOLDEN=1 writes it anew)', () => {
    const path = join(chart, 'values.schema.json');
    const expected = valuesSchema();
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, `${JSON.stringify(expected, null, 2)}\n`);
    assert.deepEqual(JSON.parse(read(path)), JSON.parse(JSON.stringify(expected)));
  });

  test('has a copy of the alert rules, as a file that npm packs (UPDATE_GOLDEN=1 writes it anew)', () => {
    const path = join(chart, 'prometheus-rule.yaml');
    const expected = read(root, 'manifests', 'monitoring', 'prometheus-rule.yaml');
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, expected);
    assert.ok(lstatSync(path).isFile(), 'npm packs no symbolic links');
    assert.equal(read(path), expected);
  });
});
