import { type Flag, oneOf } from '../flags.ts';
import type { Command } from './command.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;

type Commands = readonly [Command, ...Command[]];

const program = 'gateway-api-controller';
const scripts = { bash, zsh, fish };

/**
 * `completion SHELL`.
 * @returns the exit code.
 * @throws UsageError
 */
export function completion(argv: readonly string[], commands: Commands): number {
  process.stdout.write(completionScript(oneOf(shells)(argv.join(' ')), commands));
  return 0;
}

/** What the shell reads. */
export function completionScript(shell: (typeof shells)[number], commands: Commands): string {
  return scripts[shell](commands);
}

function bash(commands: Commands): string {
  return `# bash completion of ${program}
${candidates(commands)}
_gateway_api_controller() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" first='' second='' found
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' ]]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  ((COMP_CWORD > 1)) && first="\${COMP_WORDS[1]}"
  ((COMP_CWORD > 2)) && second="\${COMP_WORDS[2]}"
  found=" $(_gateway_api_controller_candidates "$first" "$second" "\${prev/#--/-}")"
  if [[ $found == ' @files' ]]; then mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return; fi
  if [[ $cur == --* ]]; then found="\${found// -/ --}"; fi
  mapfile -t COMPREPLY < <(compgen -W "$found" -- "$cur")
}
complete -F _gateway_api_controller ${program}
`;
}

function zsh(commands: Commands): string {
  return `#compdef ${program}
${candidates(commands)}
_gateway_api_controller() {
  local cur="$words[CURRENT]" prev="$words[CURRENT-1]" first='' second='' found
  if compset -P 1 '-*='; then prev="\${cur%%=*}" cur="\${cur#*=}"; fi
  ((CURRENT > 2)) && first="$words[2]"
  ((CURRENT > 3)) && second="$words[3]"
  found=" $(_gateway_api_controller_candidates "$first" "$second" "\${prev/#--/-}")"
  if [[ $found == ' @files' ]]; then _files; return; fi
  if [[ $cur == --* ]]; then found="\${found// -/ --}"; fi
  compadd -- \${=found}
}
if [[ "\${funcstack[1]}" == _${program} ]]; then _gateway_api_controller "$@"
else compdef _gateway_api_controller ${program}; fi
`;
}

/** A function for bash and zsh: prints what may follow, by the first two words and the one just before. */
function candidates(commands: Commands): string {
  return `_gateway_api_controller_candidates() {
  case "$3" in
${valueFlags(commands).map(valueCase).join('\n')}
  esac
  case "$1 $2" in
${commandCases(commands).join('\n')}
  esac
}`;
}

function valueFlags(commands: Commands): readonly Flag[] {
  const byName = new Map(commands.flatMap(({ flags }) => flags).map((flag) => [flag.name, flag]));
  return [...byName.values()].filter(({ value }) => value !== undefined);
}

function valueCase({ name, value, choices = [] }: Flag): string {
  return `    -${name}) echo '${value === 'FILE' ? '@files' : choices.join(' ')}'; return ;;`;
}

/** Two words, then half of two words, then one, then none: the first pattern that fits counts. */
function commandCases(commands: Commands): readonly string[] {
  const byLength = commands.toSorted((a, b) => b.name.split(' ').length - a.name.split(' ').length);
  const whole = byLength.map((command) => {
    const pattern = command.name.includes(' ') ? `'${command.name}'` : `'${command.name} '*`;
    return [pattern, wordsAfter(command)] as const;
  });
  const halves = firstWords(commands)
    .map((first) => [`'${first} '*`, secondWords(commands, first)] as const)
    .filter(([, words]) => words.length > 0);
  const none = ['*', [...firstWords(commands), ...wordsAfter(commands[0]), '-version']] as const;
  return [...whole, ...halves, none].map(([pattern, words]) => `    ${pattern}) echo '${words.join(' ')}' ;;`);
}

function wordsAfter({ words = [], flags }: Command): readonly string[] {
  return [...words, ...flags.map(({ name }) => `-${name}`), '-help'];
}

function firstWords(commands: Commands): readonly string[] {
  return [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? name))];
}

function secondWords(commands: Commands, first: string): readonly string[] {
  const pairs = commands.map(({ name }) => name.split(' ')).filter(([word]) => word === first);
  return pairs.flatMap(([, second]) => second ?? []);
}

function fish(commands: Commands): string {
  const lines = commands.flatMap((command) => {
    const when = fishCondition(command, commands);
    const words = (command.words ?? []).map((word) => `-n '${when}' -a ${word}`);
    return [fishName(command, commands), ...words, ...command.flags.map((flag) => `-n '${when}' ${fishFlag(flag)}`)];
  });
  const general = ['-f', `-o help -d 'say how it is used'`, `-o version -d 'print the version'`];
  const all = [...general, ...lines].map((line) => `complete -c ${program} ${line}`);
  return `# fish completion of ${program}\n${all.join('\n')}\n`;
}

function fishName({ name, summary }: Command, commands: Commands): string {
  const [first = '', second] = name.split(' ');
  if (second === undefined) return `-n __fish_use_subcommand -a ${first} -d '${fishText(summary)}'`;
  const seconds = secondWords(commands, first).join(' ');
  const when = `__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${seconds}`;
  const half = `-n __fish_use_subcommand -a ${first}`;
  return `${half}\ncomplete -c ${program} -n '${when}' -a ${second} -d '${fishText(summary)}'`;
}

function fishCondition({ name }: Command, commands: Commands): string {
  const seen = name.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
  if (name !== commands[0].name) return seen.join('; and ');
  const others = firstWords(commands).filter((word) => word !== name);
  return `not __fish_seen_subcommand_from ${others.join(' ')}`;
}

function fishFlag({ name, value, choices = [], help }: Flag): string {
  const argument = value === undefined ? '' : value === 'FILE' ? ' -r -F' : ` -x -a '${choices.join(' ')}'`;
  return `-o ${name}${argument} -d '${fishText(help)}'`;
}

function fishText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}
