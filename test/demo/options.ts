import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Config, parseConfig } from '../../src/config.ts';
import { UsageError } from '../../src/flags.ts';

export interface DemoOptions {
  /** End when all is settled. */
  readonly once: boolean;
  readonly output: 'text' | 'json';
  /** YAML files. */
  readonly manifests: readonly string[];
  /** Of all other flags. */
  readonly config: Config;
}

const samples = fileURLToPath(new URL('../../manifests', import.meta.url));

/** Where the controller listens and where its pool is, unless its own flags say otherwise. */
const defaults: Readonly<Record<string, string>> = {
  'ipam-configmap': 'default/ipam',
  'metrics-bind-address': '127.0.0.1:0',
  'health-probe-bind-address': '127.0.0.1:0',
  'zap-log-level': 'warn',
};

export const usage = `usage: npm run demo -- [--once] [--manifests FILE|DIR ...] [--inspect [ADDRESS]] [--output text|json]
  --once                end when all is settled: exit 0, or 1 after 30 s
  --manifests FILE|DIR  YAML to apply instead of the samples in manifests/; repeatable
  --inspect [ADDRESS]   serve the inspector and print the link; without an address on a free port
  --output text|json    json: stdout is one JSON document, everything else goes to stderr
Every other flag is the controller's: see npm start -- --help.`;

/** @throws UsageError */
export function parseDemoOptions(argv: readonly string[]): DemoOptions {
  const rest: string[] = [];
  const paths: string[] = [];
  let once = false;
  let output = 'text';
  const args = withAddress(argv);
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    const [name, inline] = splitFlag(arg);
    if (name === 'once') once = true;
    else if (name === 'manifests') paths.push(inline ?? takeValue(name, args));
    else if (name === 'output') output = inline ?? takeValue(name, args);
    else rest.push(arg);
  }
  if (output !== 'text' && output !== 'json')
    throw new UsageError(`flag --output: "${output}" is not one of text, json`);
  return {
    once,
    output,
    manifests: (paths.length > 0 ? paths : [samples]).flatMap(yamlFiles),
    config: parseConfig(withDefaults(rest), process.env),
  };
}

function splitFlag(arg: string): [string, string | undefined] {
  const [, name = '', value] = /^--?([a-z-]+)(?:=(.*))?$/s.exec(arg) ?? [];
  return [name, value];
}

function takeValue(name: string, args: string[]): string {
  const value = args.shift();
  if (value === undefined) throw new UsageError(`flag --${name} needs a value`);
  return value;
}

/** `--inspect` alone is a page on a port that is free, to which the Stately inspector can attach too. */
function withAddress(argv: readonly string[]): string[] {
  const isAlone = (index: number): boolean => argv[index + 1]?.startsWith('-') !== false;
  return argv.flatMap((arg, index) =>
    /^--?inspect$/.test(arg) && isAlone(index) ? ['-inspect=127.0.0.1:0', '-inspect-stately'] : [arg],
  );
}

function yamlFiles(path: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`flag --manifests: ${path} does not exist`);
  if (!stat.isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => /\.ya?ml$/.test(name) && name !== 'kustomization.yaml')
    .toSorted()
    .map((name) => join(path, name));
}

function withDefaults(args: readonly string[]): readonly string[] {
  const given = new Set(args.map((arg) => splitFlag(arg)[0]));
  const missing = Object.entries(defaults).filter(([name]) => !given.has(name));
  return [...missing.map(([name, value]) => `-${name}=${value}`), ...args];
}
