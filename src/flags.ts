import { parseArgs } from 'node:util';

/** A flag that is unknown or has a bad value: the message is one line that says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(message: string) {
    super(message.replace(/\s+/g, ' '));
  }
}

export interface Flag {
  readonly type: 'string' | 'boolean';
  readonly default?: string;
  readonly value?: string;
  readonly help: string;
}

export type FlagSet = Readonly<Record<string, Flag>>;

/** The flags of the controller. */
export const flags: FlagSet = {
  'metrics-bind-address': {
    type: 'string',
    default: ':8080',
    value: 'ADDRESS',
    help: 'where /metrics is served; 0 turns it off',
  },
  'health-probe-bind-address': {
    type: 'string',
    default: ':8081',
    value: 'ADDRESS',
    help: 'where /healthz and /readyz are served; 0 turns them off',
  },
  'leader-elect': { type: 'boolean', help: 'write only while holding the lease: for several replicas' },
  'leader-election-namespace': {
    type: 'string',
    default: '',
    value: 'NAMESPACE',
    help: 'where the lease gateway-api.fnnrn.me is; default: the namespace of the Pod',
  },
  kubeconfig: {
    type: 'string',
    default: '',
    value: 'FILE',
    help: 'default: KUBECONFIG, ~/.kube/config, or the service account of the Pod',
  },
  'gateway-class-name': {
    type: 'string',
    default: 'thebsdbox.co.uk/controller',
    value: 'NAME',
    help: 'spec.controllerName of the GatewayClasses to serve',
  },
  'ipam-configmap': {
    type: 'string',
    default: '',
    value: '[NAMESPACE/]NAME',
    help: 'the ConfigMap with the address pool',
  },
  'implementation-label': {
    type: 'string',
    default: 'thebsdbox',
    value: 'TEXT',
    help: 'value of the label implementation',
  },
  'service-behaviour': {
    type: 'string',
    default: 'auto',
    value: 'auto|create|duplicate|update|aggregate',
    help: 'for routes without the label serviceBehaviour',
  },
  'ip-families': {
    type: 'string',
    default: 'auto',
    value: 'auto|ipv4|ipv6|dual',
    help: 'families of the addresses from the pool; auto: the next free one, of either family',
  },
  'static-addresses': {
    type: 'string',
    default: 'any',
    value: 'any|pool',
    help: 'whether spec.addresses may name addresses outside the pool',
  },
  'zap-log-level': { type: 'string', default: 'info', value: 'debug|info|warn|error', help: 'how much is logged' },
};

/** zap's other flags: a command line of the Go original still works. */
export const zapFlags: FlagSet = Object.fromEntries(
  ['zap-devel', 'zap-encoder', 'zap-stacktrace-level', 'zap-time-encoding'].map((name) => [
    name,
    { type: name === 'zap-devel' ? 'boolean' : 'string', help: 'accepted and ignored' },
  ]),
);

/**
 * Reads a command line as Go's flag package does: one dash or two, `-flag value` or `-flag=value`, booleans bare.
 * @returns the text of each flag that was given.
 * @throws UsageError
 */
export function readFlags(argv: readonly string[], allowed: FlagSet): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const { tokens } = parseArgs({ args: argv.map(twoDashes), strict: false, allowPositionals: true, tokens: true });
  const rest = tokens.filter((token) => token.kind !== 'option-terminator');
  for (let token = rest.shift(); token !== undefined; token = rest.shift()) {
    if (token.kind === 'positional') throw new UsageError(`"${token.value}" is not a flag; see --help`);
    const type = allowed[token.name]?.type;
    if (type === undefined) throw new UsageError(`unknown flag -${token.name}; see --help`);
    const given = token.value ?? (type === 'boolean' ? 'true' : takeValue(token.name, rest));
    values.set(token.name, type === 'boolean' ? booleanOf(token.name, given) : given);
  }
  return values;
}

/** The value that stands behind a flag as an argument of its own. */
function takeValue(name: string, rest: { readonly kind: string; readonly value?: string | undefined }[]): string {
  const next = rest.shift();
  if (next?.kind === 'positional' && next.value !== undefined) return next.value;
  throw new UsageError(`flag -${name} needs a value; see --help`);
}

/** `-flag` is `--flag`; a value such as `-1` or `:8080` stays as it is. */
function twoDashes(argument: string): string {
  return /^-[a-z]/.test(argument) ? `-${argument}` : argument;
}

function booleanOf(name: string, value: string): string {
  if (value === 'true' || value === '1') return 'true';
  if (value === 'false' || value === '0') return 'false';
  throw new UsageError(`flag -${name}: "${value}" is neither true nor false`);
}
