import { flags, readFlags, UsageError, zapFlags } from './flags.ts';
import type { IPFamiliesSetting, ServiceBehaviourSetting } from './objects/view.ts';

/** The controller's settings, from its command line. */
export interface Config {
  /** `host:port`, `:port`, or `0` for none. */
  readonly metricsBindAddress: string;
  readonly healthProbeBindAddress: string;
  /** Empty: `KUBECONFIG`, `~/.kube/config`, or the Pod's service account. */
  readonly kubeconfig: string;
  /** `spec.controllerName` of the GatewayClasses that are ours. */
  readonly controllerName: string;
  /** `[namespace/]name`; empty: no pool. */
  readonly ipamConfigMap: string;
  readonly implementationLabel: string;
  readonly serviceBehaviour: ServiceBehaviourSetting;
  readonly ipFamilies: IPFamiliesSetting;
  readonly staticAddresses: 'any' | 'pool';
  /** Write only while holding the lease. */
  readonly leaderElect: boolean;
  /** Of the lease; empty: the Pod's. */
  readonly leaderElectionNamespace: string;
  readonly logLevel: LogLevel;
  /** Flags that are accepted for the sake of the Go original and do nothing. */
  readonly ignored: readonly string[];
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const ipFamilies: readonly IPFamiliesSetting[] = ['auto', 'ipv4', 'ipv6', 'dual'];
const behaviours: readonly ServiceBehaviourSetting[] = ['auto', 'create', 'duplicate', 'update', 'aggregate'];

/**
 * Reads a command line with one dash or two, as Go's flag package does.
 * @throws UsageError
 */
export function parseConfig(argv: readonly string[]): Config {
  const values = readFlags(argv, { ...flags, ...zapFlags });
  const text = (name: string): string => values.get(name) ?? flags[name]?.default ?? '';
  return Object.freeze({
    metricsBindAddress: bindAddress('metrics-bind-address', text('metrics-bind-address')),
    healthProbeBindAddress: bindAddress('health-probe-bind-address', text('health-probe-bind-address')),
    kubeconfig: text('kubeconfig'),
    controllerName: domainPath('gateway-class-name', text('gateway-class-name')),
    ipamConfigMap: namespacedName('ipam-configmap', text('ipam-configmap')),
    implementationLabel: text('implementation-label'),
    serviceBehaviour: oneOf('service-behaviour', text('service-behaviour'), behaviours),
    ipFamilies: oneOf('ip-families', text('ip-families'), ipFamilies),
    staticAddresses: oneOf('static-addresses', text('static-addresses'), ['any', 'pool']),
    leaderElect: values.get('leader-elect') === 'true',
    leaderElectionNamespace: dnsLabel('leader-election-namespace', text('leader-election-namespace')),
    logLevel: logLevel(text('zap-log-level')),
    ignored: Object.keys(zapFlags).filter((name) => values.has(name)),
  });
}

function bindAddress(name: string, value: string): string {
  if (value === '0') return value;
  const port = Number(/^(?:\[[0-9a-fA-F:]+\]|[^:\s]*):(\d{1,5})$/.exec(value)?.[1] ?? Number.NaN);
  if (Number.isInteger(port) && port <= 65535) return value;
  throw new UsageError(`flag -${name}: "${value}" is no address: use :8080, 127.0.0.1:8080, or 0 for none`);
}

function domainPath(name: string, value: string): string {
  if (/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(value)) return value;
  throw new UsageError(`flag -${name}: "${value}" is no controller name: use domain/path, as in spec.controllerName`);
}

function namespacedName(name: string, value: string): string {
  if (value === '' || /^([a-z0-9]([-a-z0-9]*[a-z0-9])?\/)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(value)) return value;
  throw new UsageError(`flag -${name}: "${value}" is no ConfigMap: use name or namespace/name`);
}

function dnsLabel(name: string, value: string): string {
  if (value === '' || /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value)) return value;
  throw new UsageError(`flag -${name}: "${value}" is no namespace`);
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new UsageError(`flag -${name}: "${value}" is not one of ${allowed.join(', ')}`);
}

/** zap knows more names, and numbers for more detail. */
function logLevel(value: string): LogLevel {
  if (/^[1-9]\d*$/.test(value)) return 'debug';
  if (value === 'panic') return 'error';
  return oneOf('zap-log-level', value, ['debug', 'info', 'warn', 'error']);
}
