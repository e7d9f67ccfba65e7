import { controllerFlags } from '../../src/config.ts';
import type { Flag } from '../../src/flags.ts';

/** Flags that the chart sets itself, from values of their own. */
const chartsOwn: ReadonlySet<string> = new Set([
  'metrics-bind-address',
  'health-probe-bind-address',
  'kubeconfig',
  'leader-elect',
  'leader-election-namespace',
  'ipam-configmap',
]);

/** Flags that would stand in the Deployment for all to read: they come from a Secret, by `extraEnv`. */
const secret: ReadonlySet<string> = new Set(['inspect-token']);

/** The JSON schema of the chart's values; the part about flags follows the flags that there are. */
export function valuesSchema(): object {
  const flags = controllerFlags.filter(({ name }) => !chartsOwn.has(name) && !secret.has(name));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Values of gateway-api-controller',
    ...closed({
      global: { type: 'object' },
      image: closed({ repository: text(), tag: text(), pullPolicy: { enum: ['Always', 'IfNotPresent', 'Never'] } }),
      imagePullSecrets: listOf({ type: 'object', required: ['name'], properties: { name: text() } }),
      replicas: { type: 'integer', minimum: 0 },
      pool: closed({
        name: { ...text(), pattern: '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$' },
        namespace: { ...text(), pattern: '^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$' },
        data: poolData,
      }),
      flags: closed(Object.fromEntries(flags.map((flag) => [flag.name, schemaOf(flag)]))),
      extraEnv: listOf({ type: 'object', required: ['name'] }),
      gatewayClass: text(),
      serviceMonitor: closed({ enabled: { type: 'boolean' }, interval: text(), labels: texts }),
      prometheusRule: closed({ enabled: { type: 'boolean' }, labels: texts }),
      serviceAccount: closed({ annotations: texts }),
      podAnnotations: texts,
      podLabels: texts,
      priorityClassName: text(),
      resources: { type: 'object' },
      nodeSelector: texts,
      tolerations: listOf({ type: 'object' }),
      affinity: { type: 'object' },
    }),
  };
}

const texts = { type: 'object', additionalProperties: { type: 'string' } };

const poolData = {
  type: 'object',
  additionalProperties: false,
  patternProperties: {
    '^(cidr|range|exclude)-[a-z0-9]([-a-z0-9]*[a-z0-9])?$': text(),
    '^search-order$': { enum: ['asc', 'desc'] },
    '^skip-end-ips-in-cidr$': { enum: ['true', 'false'] },
    '^quarantine$': text(),
  },
};

function text(): object {
  return { type: 'string' };
}

function listOf(items: object): object {
  return { type: 'array', items };
}

function closed(properties: Readonly<Record<string, object>>): object {
  return { type: 'object', additionalProperties: false, properties };
}

/** No flag is a number: helm would write 20240101 as 2.0240101e+07. */
function schemaOf({ value, choices, help }: Flag): object {
  if (value === undefined) return { type: 'boolean', description: help };
  return { ...(choices === undefined ? text() : { enum: choices }), description: help };
}
