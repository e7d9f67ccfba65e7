import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, type TestContext, test } from 'node:test';
import { commands } from '../../src/cli/commands.ts';
import { completionScript } from '../../src/cli/completion.ts';
import type { Flag } from '../../src/flags.ts';

/** Each shell completes the last of these words as its user would see it. */
const bashDriver = `
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_gateway_api_controller
printf '%s\\n' "\${COMPREPLY[@]}"`;

function run(t: TestContext, shell: string, args: readonly string[]): string | undefined {
  const { error, stdout, stderr, status } = spawnSync(shell, args, { encoding: 'utf8', timeout: 10_000 });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') {
    t.skip(`${shell} is not installed`);
    return undefined;
  }
  assert.equal(stderr, '');
  assert.equal(status, 0);
  return stdout;
}

const cases: readonly (readonly [words: readonly string[], found: readonly string[]])[] = [
  [['ex'], ['explain']],
  [
    ['ipam', ''],
    ['ls', 'plan'],
  ],
  [['explain', 'tcp'], ['tcproute']],
  [['completion', 'z'], ['zsh']],
  [['-service-b'], ['-service-behaviour']],
  [
    ['run', '--log-'],
    ['--log-level', '--log-format'],
  ],
  [['-log-level', 'd'], ['debug']],
  [
    ['--log-level', '='],
    ['debug', 'info', 'warn', 'error'],
  ],
  [['--log-level', '=', 'w'], ['warn']],
  [['ipam', 'plan', '-f', '/etc/os-rel'], ['/etc/os-release']],
  [['ipam', 'ls', '-f'], []],
  [
    ['explain', '-output', ''],
    ['table', 'json'],
  ],
];

describe('The completion', () => {
  for (const [words, found] of cases) {
    test(`in bash, of "${words.join(' ')}"`, (t) => {
      const script = `${completionScript('bash', commands)}${bashDriver}`;
      const shown = run(t, 'bash', ['-c', script, 'bash', 'gateway-api-controller', ...words]);
      if (shown !== undefined) assert.deepEqual(shown.trim().split('\n').filter(Boolean), found);
    });
  }

  test('in zsh is read without an error', (t) => {
    run(t, 'zsh', ['-f', '-c', `compdef() { }\n${completionScript('zsh', commands)}`]);
  });

  test('in fish, of a command, a flag and a value', (t) => {
    const script = completionScript('fish', commands);
    const complete = (line: string): string | undefined =>
      run(t, 'fish', ['--no-config', '-c', `${script}\ncomplete -C '${line}' | string split -f1 \\t`]);
    const found = complete('gateway-api-controller ipam pl');
    if (found === undefined) return;
    assert.equal(found.trim(), 'plan');
    assert.match(complete('gateway-api-controller explain -outp') ?? '', /^-output$/m);
    assert.equal(complete('gateway-api-controller run -log-format p')?.trim(), 'pretty');
  });

  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    test(`in ${shell} knows every command and every flag`, () => {
      const script = completionScript(shell, commands);
      for (const { name, flags } of commands) {
        for (const word of name.split(' ')) assert.ok(script.includes(word), word);
        for (const flag of flags as readonly Flag[])
          assert.match(script, new RegExp(`-o ${flag.name} |-${flag.name}\\b`));
      }
    });
  }
});
