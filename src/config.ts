import {
  anyText,
  choiceFlag,
  type Environment,
  type Flag,
  type GivenFlags,
  oneOf,
  readBoolean,
  readFlags,
  switchFlag,
  UsageError,
} from './flags.ts';
import { settingChoices } from './gateway/setting-choices.ts';
import { isLoopback, splitAddress } from './observability/http.ts';

const logLevels = ['debug', 'info', 'warn', 'error'] as const;

/** The controller's settings, each with the flag that it is read from. A new flag is one entry here. */
export const settings = {
  /** `host:port`, `:port`, or `0` for none. */
  metricsBindAddress: {
    name: 'metrics-bind-address',
    value: 'ADDRESS',
    default: ':8080',
    help: 'where /metrics is served; 0 turns it off',
    read: bindAddress,
  },
  healthProbeBindAddress: {
    name: 'health-probe-bind-address',
    value: 'ADDRESS',
    default: ':8081',
    help: 'where /healthz and /readyz are served; 0 turns them off',
    read: bindAddress,
  },
  /** Write only while holding the lease. */
  leaderElect: switchFlag('leader-elect', 'write only while holding the lease: for several replicas'),
  /** Of the lease; empty: the Pod's. */
  leaderElectionNamespace: {
    name: 'leader-election-namespace',
    value: 'NAMESPACE',
    default: '',
    help: 'where the lease is; default: the namespace of the Pod',
    read: namespaceName,
  },
  /** Name of the lease. */
  leaderElectionId: {
    name: 'leader-election-id',
    value: 'NAME',
    default: 'gateway-api.fnnrn.me',
    help: 'the lease; two installations in one namespace need two',
    read: objectName,
  },
  /** Empty: `KUBECONFIG`, `~/.kube/config`, or the Pod's service account. */
  kubeconfig: {
    name: 'kubeconfig',
    value: 'FILE',
    default: '',
    help: 'default: KUBECONFIG, ~/.kube/config, or the service account of the Pod',
    read: anyText,
  },
  /** `spec.controllerName` of the GatewayClasses that are ours. */
  controllerName: {
    name: 'gateway-class-name',
    value: 'NAME',
    default: 'thebsdbox.co.uk/controller',
    help: 'spec.controllerName of the GatewayClasses to serve',
    read: domainPath,
  },
  /** `[namespace/]name`; empty: no pool. */
  ipamConfigMap: {
    name: 'ipam-configmap',
    value: '[NAMESPACE/]NAME',
    default: '',
    help: 'the ConfigMap with the address pool',
    read: namespacedName,
  },
  /** Whether a ConfigMap of that name in a Gateway's namespace is the pool of that namespace. */
  ipamNamespaced: switchFlag(
    'ipam-namespaced',
    "a ConfigMap of the pool's name in a Gateway's namespace comes first: who may write it decides on addresses there",
  ),
  implementationLabel: {
    name: 'implementation-label',
    value: 'TEXT',
    default: 'thebsdbox',
    help: 'value of the label implementation',
    read: anyText,
  },
  serviceBehaviour: choiceFlag(
    'service-behaviour',
    settingChoices.serviceBehaviour,
    'for routes without the label serviceBehaviour',
  ),
  ipFamilies: choiceFlag(
    'ip-families',
    settingChoices.ipFamilies,
    'families of the addresses from the pool; auto: the next free one, of either family',
  ),
  externalTrafficPolicy: choiceFlag(
    'external-traffic-policy',
    settingChoices.externalTrafficPolicy,
    'Local keeps the address of the client, and wants a ready pod on the node',
  ),
  /** Whether users may name addresses outside the pool. */
  staticAddresses: choiceFlag(
    'static-addresses',
    settingChoices.staticAddresses,
    'whether spec.addresses may name addresses outside the pool',
  ),
  /** Who makes addresses reachable. */
  announcer: choiceFlag(
    'announcer',
    settingChoices.announcer,
    'who makes addresses reachable; none: the controller writes the ingress itself',
  ),
  /** Whether an assigned address is written into `spec.addresses`. */
  pinAddress: switchFlag('pin-address', 'write the address into spec.addresses, once; it is kept without, too', 'on'),
  /** Whether a Gateway that shares its address with an older one, by a controller of before, gets a new one. */
  fixDuplicates: switchFlag(
    'fix-duplicates',
    'give a new address to a Gateway to which the Go original gave one that an older Gateway has',
  ),
  /** `host:port` of the inspector's page; empty: there is none. */
  inspect: {
    name: 'inspect',
    value: 'ADDRESS',
    default: '',
    help: "where the inspector's page is served, e.g. 127.0.0.1:8090; default: nowhere",
    read: inspectAddress,
  },
  /** What a browser has to know to see the page; empty: nothing. */
  inspectToken: {
    name: 'inspect-token',
    value: 'TOKEN',
    default: '',
    help: 'what a browser has to know to see that page (?token=TOKEN); needed where other machines can reach it',
    read: anyText,
  },
  /** Whether the Stately inspector can attach there. */
  inspectStately: switchFlag('inspect-stately', 'let the Stately inspector attach to that address, at /stately'),
  /** Whether Events are written. */
  events: {
    name: 'events',
    default: 'true',
    help: 'write Kubernetes Events; -events=false writes none',
    read: readBoolean,
  },
  logLevel: {
    name: 'log-level',
    value: logLevels.join('|'),
    default: 'info',
    help: 'how much is logged; SIGUSR2 turns debug on, and off again',
    choices: logLevels,
    aliases: ['zap-log-level'],
    read: logLevel,
  },
  logFormat: choiceFlag('log-format', ['json', 'pretty'], 'JSON lines, or lines for people'),
} as const satisfies Readonly<Record<string, Flag>>;

type Settings = typeof settings;

/** The controller's settings, from its command line and the environment. */
export type Config = { readonly [Field in keyof Settings]: ReturnType<Settings[Field]['read']> } & {
  /** Flags that are accepted for the sake of the Go original and do nothing. */
  readonly ignored: readonly string[];
};

export type LogLevel = (typeof logLevels)[number];

/** zap's other flags: a command line of the Go original still works. */
export const ignoredFlags: readonly Flag[] = [
  switchFlag('zap-devel', 'accepted and ignored'),
  ...['zap-encoder', 'zap-stacktrace-level', 'zap-time-encoding'].map((name) => {
    return { name, value: 'TEXT', default: '', help: 'accepted and ignored', read: anyText };
  }),
];

/** The flags of the controller. */
export const controllerFlags: readonly Flag[] = Object.values(settings);

/**
 * Reads a command line with one dash or two, as Go's flag package does, and the environment.
 * @throws UsageError
 */
export function parseConfig(argv: readonly string[], environment: Environment = {}): Config {
  return configOf(readFlags(argv, [...controllerFlags, ...ignoredFlags], environment));
}

/**
 * The settings that these flags give; the default of each that is not among them.
 * @throws UsageError
 */
export function configOf(given: GivenFlags): Config {
  const fields = Object.entries<Flag>(settings).map(([field, flag]) => [field, given.read(flag)] as const);
  const ignored = ignoredFlags.filter((flag) => given.has(flag)).map(({ name }) => name);
  const config = { ...(Object.fromEntries(fields) as Omit<Config, 'ignored'>), ignored };
  checkInspector(config);
  if (config.ipamNamespaced && config.ipamConfigMap === '') {
    throw new UsageError('flag -ipam-namespaced: add -ipam-configmap [NAMESPACE/]NAME');
  }
  return Object.freeze(config);
}

type InspectorConfig = Pick<Config, 'inspect' | 'inspectToken' | 'inspectStately'>;

/** A page that other machines can reach wants a token. */
function checkInspector({ inspect, inspectToken, inspectStately }: InspectorConfig): void {
  if (inspect === '' && inspectStately) throw new UsageError('flag -inspect-stately: add -inspect ADDRESS');
  if (inspect === '' || inspectToken !== '' || isLoopback(splitAddress(inspect).host)) return;
  throw new UsageError(
    `flag -inspect: other machines can reach ${inspect}: add -inspect-token TOKEN, or use 127.0.0.1:8090`,
  );
}

function inspectAddress(text: string): string {
  return text === '' || text === '0' ? '' : bindAddress(text);
}

function bindAddress(text: string): string {
  if (text === '0') return text;
  const port = Number(/^(?:\[[0-9a-fA-F:]+\]|[^:\s]*):(\d{1,5})$/.exec(text)?.[1] ?? Number.NaN);
  if (Number.isInteger(port) && port <= 65535) return text;
  throw new UsageError(`"${text}" is no address: use :8080, 127.0.0.1:8080, or 0 for none`);
}

function domainPath(text: string): string {
  if (/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(text)) return text;
  throw new UsageError(`"${text}" is no controller name: use domain/path, as in spec.controllerName`);
}

function namespacedName(text: string): string {
  if (text === '' || /^([a-z0-9]([-a-z0-9]*[a-z0-9])?\/)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text)) return text;
  throw new UsageError(`"${text}" is no ConfigMap: use name or namespace/name`);
}

function objectName(text: string): string {
  if (/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(text)) return text;
  throw new UsageError(`"${text}" is no name of an object: use lower case letters, digits, - and .`);
}

function namespaceName(text: string): string {
  if (text === '' || /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) return text;
  throw new UsageError(`"${text}" is no namespace`);
}

/** zap knows more names, in any case, and numbers for more detail. */
function logLevel(text: string): LogLevel {
  if (/^[1-9]\d*$/.test(text)) return 'debug';
  const name = text.toLowerCase();
  if (name === 'panic') return 'error';
  return logLevels.find((level) => level === name) ?? oneOf(logLevels)(text);
}
