import { type Flag, variableOf } from '../flags.ts';
import type { Command } from './command.ts';
import { paint } from './style.ts';
import { table } from './table.ts';

const program = 'gateway-api-controller';

/** The text of `--help` without a command: of the one that runs then, and which others there are. */
export function usage(commands: readonly [Command, ...Command[]]): string {
  const rows = commands.map(({ name, summary }) => [`  ${name}`, summary]);
  const others = `${paint('bold', 'Commands')} ("${program} COMMAND --help" says more):\n${table(rows)}`;
  return [`Usage: ${program} [COMMAND] [flags]\n`, `${commands[0].about}\n`, others, ...details(commands[0])].join(
    '\n',
  );
}

/** The text of `COMMAND --help`. */
export function usageOf(command: Command): string {
  const words = [program, command.name, command.arguments, command.flags.length > 0 && '[flags]'].filter(Boolean);
  return [`Usage: ${words.join(' ')}\n`, `${command.about}\n`, ...details(command)].join('\n');
}

function details({ flags, examples }: Command): readonly string[] {
  const lines = examples.map((example) => `  ${program} ${example}\n`);
  const shown = `${paint('bold', 'Examples')}:\n${lines.join('')}`;
  if (flags.length === 0) return [shown];
  const variable = variableOf('ipam-configmap');
  const head = `One dash or two, "-flag value" or "-flag=value". Also by environment, as ${variable} for\n-ipam-configmap; the command line comes first.`;
  return [`${paint('bold', 'Flags')}:\n${flags.map(describe).join('')}\n${head}\n`, shown];
}

function describe({ name, value, default: fallback, help }: Flag): string {
  const isSwitch = value === undefined;
  const head = `  -${name}${isSwitch ? '' : ` ${value}`}`;
  const isOff = fallback === '' || (isSwitch && fallback === 'false');
  return `${head}\n      ${help}${isOff ? '' : ` (default ${fallback})`}\n`;
}
