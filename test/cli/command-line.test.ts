import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { commands } from '../../src/cli/commands.ts';
import { main } from '../../src/cli/main.ts';
import { usage, usageOf } from '../../src/cli/usage.ts';
import { controllerFlags, ignoredFlags } from '../../src/config.ts';
import { readArguments } from '../../src/flags.ts';
import { spawnBuilt, spawnController } from '../support/controller.ts';

const root = join(import.meta.dirname, '..', '..');
const packageFile = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
};

/** What a program of the build is made of. */
function sourceOf(path: string): string {
  return path.replace(/^dist\/(.*)\.js$/, 'src/cli/$1.ts');
}

const tooOld = 'this runs on Node.js 24; this is 20.19.5: install Node.js 24 and try again';

/** What makes a process believe that it is of this version, and write to stdout which files of `src` it loaded. */
function onNode(version: string): string {
  const code = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(...(/src\\/.*$/.exec(url) ?? [])), next(url, context)) });
    process.on('exit', () => process.stdout.write(JSON.stringify(loaded)));
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** What sends a process a signal as soon as it loads the rest of its code. */
function whileLoading(signal: NodeJS.Signals): string {
  const code = `
    import { registerHooks } from 'node:module';
    const send = (url) => url.endsWith('src/cli/main.ts') && process.kill(process.pid, '${signal}');
    registerHooks({ load: (url, context, next) => (send(url), next(url, context)) });`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

describe('The help', () => {
  test('names every command', () => {
    for (const { name, summary } of commands)
      assert.ok(usage(commands).includes(`${name}`) && usage(commands).includes(summary));
  });

  for (const command of commands) {
    test(`of ${command.name} tells of its flags, with their defaults, and gives examples`, () => {
      const text = usageOf(command);
      for (const { name, help, value, default: fallback } of command.flags) {
        assert.ok(text.includes(`  -${name}${value === undefined ? '' : ` ${value}`}\n      ${help}`), name);
        const isOff = fallback === '' || (value === undefined && fallback === 'false');
        assert.equal(text.includes(`${help} (default ${fallback})\n`), !isOff, name);
      }
      assert.ok(command.examples.length > 0);
      for (const example of command.examples) assert.ok(text.includes(`  gateway-api-controller ${example}\n`));
    });

    for (const example of command.examples) {
      test(`"${example}" is a command line that is understood`, () => {
        const words = example.replace(/ > .*$/, '').split(' ');
        const own = command.name.split(' ');
        const rest = own.every((word, index) => words[index] === word) ? words.slice(own.length) : words;
        assert.equal(rest === words, command === commands[0], 'names its command');
        const { given } = readArguments(rest, command.flags, {});
        for (const flag of command.flags) given.read(flag);
      });
    }
  }
});

const printed: readonly (readonly [argv: readonly string[], text: RegExp])[] = [
  [['--version'], new RegExp(`^gateway-api-controller ${packageFile.version.replaceAll('.', '\\.')} \\(Node\\.js v`)],
  [['version'], /^gateway-api-controller \d/],
  [['-h'], /^Usage: gateway-api-controller \[COMMAND\]/],
  [['help'], /^Usage: gateway-api-controller \[COMMAND\]/],
  [['help', 'explain'], /^Usage: gateway-api-controller explain \[KIND/],
  [['ipam', 'plan', '--help'], /^Usage: gateway-api-controller ipam plan \[flags\]/],
  [
    ['ipam', '--help'],
    /^Usage: gateway-api-controller ipam ls \[flags\][\s\S]*\n\nUsage: gateway-api-controller ipam plan/,
  ],
  [['help', 'ipam'], /^Usage: gateway-api-controller ipam ls \[flags\]/],
  [['ipam', 'ls', '-h'], /^Usage: gateway-api-controller ipam ls \[flags\]/],
  [['completion', 'bash'], /^# bash completion/],
];

/** One line on stderr that says so, and exit code 2. */
async function refuses(t: TestContext, argv: readonly string[], line: RegExp): Promise<void> {
  const write = t.mock.method(process.stderr, 'write', () => true);
  const code = await main(argv);
  const text = write.mock.calls.map(({ arguments: [chunk] }) => String(chunk)).join('');
  write.mock.restore();
  assert.equal(code, 2);
  assert.match(text, line);
  assert.match(text, /^gateway-api-controller: [^\n]+\n$/);
}

describe('The executable', { concurrency: 4 }, () => {
  for (const [argv, text] of printed) {
    test(`${argv.join(' ')} prints what was asked for, without colours where stdout is no terminal`, async () => {
      const child = spawnController(argv);
      assert.deepEqual([await child.end, child.stderr], [0, '']);
      assert.match(child.stdout, text);
      assert.equal(stripVTControlCharacters(child.stdout), child.stdout);
    });
  }

  test('colours its help when FORCE_COLOR wants it, and not when NO_COLOR is set', async () => {
    const [forced, none] = [
      spawnController(['--help'], { FORCE_COLOR: '1' }),
      spawnController(['--help'], { NO_COLOR: '1' }),
    ];
    await Promise.all([forced.end, none.end]);
    assert.equal(stripVTControlCharacters(forced.stdout), none.stdout);
    assert.notEqual(forced.stdout, none.stdout);
  });

  for (const [argv, line] of [
    [['serve'], /"serve" is no command: use run, explain, ipam ls,/],
    [['ipam'], /use "ipam ls" or "ipam plan"/],
    [['completion', 'csh'], /"csh" is not one of bash, zsh, fish/],
    [['completion'], /"" is not one of bash/],
    [['version', '-x'], /unknown flag -x/],
    [['explain', 'gateway'], /use "explain KIND \[NAMESPACE\/\]NAME" with KIND one of gatewayclass, gateway/],
    [['explain', 'gateway', 'a/b/c'], /"a\/b\/c" is no name of a Gateway: use \[NAMESPACE\/\]NAME/],
    [['explain', 'tcproute', 'a/'], /"a\/" is no name of a TCPRoute: use \[NAMESPACE\/\]NAME/],
    [['explain', '-controller-url', 'notaurl'], /flag -controller-url: "notaurl" is no URL: use http:\/\/HOST:8080/],
    [['explain', '-controller-url=localhost:8080'], /"localhost:8080" is no URL/],
    [['explain', 'gatewayclass', 'a/b'], /"a\/b" is no name of a GatewayClass: use NAME: it has no namespace/],
  ] as const) {
    test(`"${argv.join(' ')}" is refused with one line and exit code 2`, (t) => refuses(t, argv, line));
  }

  for (const flag of [...controllerFlags, ...ignoredFlags]) {
    const given = flag.value === undefined ? `-${flag.name}=true` : `-${flag.name}=${flag.default}`;
    test(`explain takes ${given}, as the controller does`, (t) =>
      refuses(t, ['explain', given, 'gateway', 'a/b/c'], /"a\/b\/c" is no name/));
  }

  for (const [signal, words, end] of [
    ['SIGTERM', ['run', '-leader-elect'], 0],
    ['SIGINT', [], 0],
    ['SIGTERM', ['machines'], 'SIGTERM'],
    ['SIGINT', ['explain', '-watch'], 'SIGINT'],
  ] as const) {
    test(`${signal} while the code of "${words.join(' ')}" is loaded: ends with ${end}, and does nothing`, async () => {
      const child = spawnController(words, { NODE_OPTIONS: `--import=${whileLoading(signal)}` });
      assert.equal(await child.end, end, child.stderr);
      const said = child.stderr.replace(/^.*"signal":"SIG[A-Z]+","msg":"stopping"}\n/, '');
      assert.deepEqual([child.stdout, said], ['', '']);
    });
  }

  test('is there for kubectl as a plugin', () => {
    assert.deepEqual(Object.keys(packageFile.bin), ['gateway-api-controller', 'kubectl-gateway_explain']);
    for (const path of Object.values(packageFile.bin)) {
      const source = readFileSync(join(root, sourceOf(path)), 'utf8');
      assert.ok(source.startsWith('#!/usr/bin/env node\n'));
    }
  });

  for (const path of Object.values(packageFile.bin)) {
    const entry = sourceOf(path);

    test(`${entry} ends quietly where nobody reads what it prints`, async () => {
      const child = spawnBuilt(join(root, entry), ['machines', '-help']);
      child.process.stdout?.destroy();
      assert.deepEqual([await child.end, child.stderr], [0, '']);
    });

    test(`${entry} tells an older Node.js in one line what to do, and loads nothing that it cannot`, () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', onNode('20.19.5'), entry, '-h'], {
        cwd: root,
        encoding: 'utf8',
      });
      assert.deepEqual([status, stderr], [1, `gateway-api-controller: ${tooOld}\n`]);
      const known = ['broken-pipe', 'require-node', 'signals'].map((name) => `src/cli/${name}.ts`);
      const loaded = JSON.parse(stdout) as readonly string[];
      assert.deepEqual(
        loaded.filter((path) => !known.includes(path)),
        [entry],
      );
    });
  }
});
