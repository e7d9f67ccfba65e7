import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Config, controllerFlags, ignoredFlags, parseConfig, settings } from '../src/config.ts';
import { readArguments, readFlags, UsageError, variableOf } from '../src/flags.ts';

const flagNames = [...controllerFlags, ...ignoredFlags].flatMap(({ name, aliases = [] }) => [name, ...aliases]);

const accepted: readonly { readonly argv: readonly string[]; readonly config: Partial<Config> }[] = [
  {
    argv: [],
    config: {
      metricsBindAddress: ':8080',
      healthProbeBindAddress: ':8081',
      kubeconfig: '',
      controllerName: 'thebsdbox.co.uk/controller',
      ipamConfigMap: '',
      implementationLabel: 'thebsdbox',
      serviceBehaviour: 'auto',
      leaderElect: false,
      leaderElectionId: 'gateway-api.fnnrn.me',
      logLevel: 'info',
      ignored: [],
    },
  },
  {
    argv: ['-metrics-bind-address', ':8083', '-kubeconfig', '/a b'],
    config: { metricsBindAddress: ':8083', kubeconfig: '/a b' },
  },
  { argv: ['--metrics-bind-address=127.0.0.1:0'], config: { metricsBindAddress: '127.0.0.1:0' } },
  {
    argv: ['-metrics-bind-address=[::1]:80', '-health-probe-bind-address', '0'],
    config: { metricsBindAddress: '[::1]:80', healthProbeBindAddress: '0' },
  },
  { argv: ['-health-probe-bind-address', 'localhost:8081'], config: { healthProbeBindAddress: 'localhost:8081' } },
  { argv: ['-leader-elect'], config: { leaderElect: true } },
  { argv: ['-leader-elect', '-kubeconfig', 'k'], config: { leaderElect: true, kubeconfig: 'k' } },
  { argv: ['--leader-elect=false'], config: { leaderElect: false } },
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((yes) => {
    return { argv: [`-leader-elect=${yes}`], config: { leaderElect: true } };
  }),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((no) => {
    return { argv: [`-pin-address=${no}`], config: { pinAddress: false } };
  }),
  { argv: ['-ipam-configmap', 'ipam'], config: { ipamConfigMap: 'ipam' } },
  { argv: ['-ipam-configmap=blue/ipam.v1'], config: { ipamConfigMap: 'blue/ipam.v1' } },
  { argv: ['-gateway-class-name', 'a.example/B_c'], config: { controllerName: 'a.example/B_c' } },
  { argv: ['-service-behaviour', 'update'], config: { serviceBehaviour: 'update' } },
  { argv: ['-service-behaviour', 'update', '-service-behaviour=create'], config: { serviceBehaviour: 'create' } },
  { argv: ['-implementation-label='], config: { implementationLabel: '' } },
  { argv: ['-zap-log-level', 'error'], config: { logLevel: 'error' } },
  { argv: ['-zap-log-level', '5'], config: { logLevel: 'debug' } },
  { argv: ['-zap-log-level=panic'], config: { logLevel: 'error' } },
  { argv: ['-zap-log-level=DEBUG'], config: { logLevel: 'debug' } },
  { argv: ['-zap-log-level=Error'], config: { logLevel: 'error' } },
  { argv: ['-zap-log-level=Panic'], config: { logLevel: 'error' } },
  {
    argv: ['-zap-devel', '-zap-encoder', 'json', '--zap-time-encoding=iso8601'],
    config: { ignored: ['zap-devel', 'zap-encoder', 'zap-time-encoding'] },
  },
];

const refused: readonly (readonly [readonly string[], RegExp])[] = [
  [['-nonsense'], /unknown flag -nonsense/],
  [['--nonsense=1'], /unknown flag -nonsense/],
  [['-no-leader-elect'], /unknown flag -no-leader-elect/],
  [['--constructor', 'x'], /unknown flag -constructor/],
  [['--__proto__=x'], /unknown flag -__proto__/],
  [['--toString'], /unknown flag -toString/],
  [['-x'], /unknown flag -x/],
  [['-xyz'], /unknown flag -xyz/],
  [['run-it'], /"run-it" is not a flag/],
  [['-leader-elect', 'false'], /"false" is not a flag/],
  [['-leader-election-id', 'Lease/1'], /-leader-election-id: "Lease\/1" is no name of an object/],
  [['-leader-elect=perhaps'], /-leader-elect: "perhaps"/],
  [['-leader-elect=tRUE'], /-leader-elect: "tRUE"/],
  [['-kubeconfig'], /-kubeconfig needs a value/],
  [['-kubeconfig', '-leader-elect'], /-kubeconfig needs a value/],
  [['-metrics-bind-address', '8080'], /-metrics-bind-address: "8080"/],
  [['-metrics-bind-address='], /-metrics-bind-address: ""/],
  [['-metrics-bind-address', ':65536'], /-metrics-bind-address: ":65536"/],
  [['-metrics-bind-address', ':http'], /-metrics-bind-address/],
  [['-health-probe-bind-address', '::1:80'], /-health-probe-bind-address/],
  [['-gateway-class-name', 'nodomain'], /-gateway-class-name: "nodomain"/],
  [['-gateway-class-name', ''], /-gateway-class-name: ""/],
  [['-ipam-configmap', 'a/b/c'], /-ipam-configmap: "a\/b\/c"/],
  [['-ipam-configmap', 'Ipam'], /-ipam-configmap: "Ipam"/],
  [['-ipam-configmap', '/ipam'], /-ipam-configmap/],
  [['-service-behaviour', 'nonsense'], /"nonsense" is not one of auto, create, duplicate, update/],
  [['-zap-log-level', 'Loud'], /-zap-log-level: "Loud"/],
  [['-zap-log-level', '0'], /-zap-log-level: "0"/],
];

describe('the command line', () => {
  for (const { argv, config } of accepted) {
    test(`"${argv.join(' ')}" is understood`, () => {
      const parsed = parseConfig(argv);
      for (const [field, value] of Object.entries(config))
        assert.deepEqual(parsed[field as keyof Config], value, field);
    });
  }

  for (const [argv, message] of refused) {
    test(`"${argv.join(' ')}" is refused`, () =>
      assert.throws(() => parseConfig(argv), { name: 'UsageError', message }));
  }

  test('comes before the environment, which stands in for flags that are not on it', () => {
    const environment = {
      GATEWAY_API_CONTROLLER_SERVICE_BEHAVIOUR: 'update',
      GATEWAY_API_CONTROLLER_IPAM_CONFIGMAP: 'blue/ipam',
      GATEWAY_API_CONTROLLER_LEADER_ELECT: 'true',
      GATEWAY_API_CONTROLLER_LOG_LEVEL: '',
      GATEWAY_API_CONTROLLER_SERVICE_HOST: '10.96.0.7',
    };
    const { serviceBehaviour, ipamConfigMap, leaderElect, logLevel } = parseConfig(
      ['-service-behaviour', 'create'],
      environment,
    );
    assert.deepEqual([serviceBehaviour, ipamConfigMap, leaderElect, logLevel], ['create', 'blue/ipam', true, 'info']);
  });

  for (const flag of [...controllerFlags, ...ignoredFlags]) {
    test(`-${flag.name} can be given by the environment`, () => {
      const variable = variableOf(flag.name);
      assert.match(variable, /^GATEWAY_API_CONTROLLER_[A-Z_]+$/);
      const given = readFlags([], [flag], { [variable]: 'a text' });
      assert.ok(given.has(flag));
    });
  }

  test('a bad value in the environment is named with its variable', () => {
    assert.throws(() => parseConfig([], { GATEWAY_API_CONTROLLER_LOG_LEVEL: 'loud' }), {
      name: 'UsageError',
      message: 'environment variable GATEWAY_API_CONTROLLER_LOG_LEVEL: "loud" is not one of debug, info, warn, error',
    });
  });

  test('the last one counts, by whichever of its names', () => {
    assert.equal(parseConfig(['-zap-log-level=debug', '-log-level=warn']).logLevel, 'warn');
    assert.equal(parseConfig(['-log-level=warn', '-zap-log-level=debug']).logLevel, 'debug');
  });

  test('words between flags are kept for commands that take them', () => {
    const { words, given } = readArguments(
      ['gateway', '-ipam-configmap', 'ipam', 'default/gw', '-leader-elect'],
      controllerFlags,
      {},
    );
    assert.deepEqual(words, ['gateway', 'default/gw']);
    assert.equal(given.read(settings.leaderElect), true);
  });

  test('has every flag of the Go original', () => {
    const original = [
      'metrics-bind-address',
      'health-probe-bind-address',
      'leader-elect',
      'kubeconfig',
      'gateway-class-name',
      'ipam-configmap',
      'implementation-label',
      'service-behaviour',
      'zap-log-level',
      'zap-devel',
      'zap-encoder',
      'zap-stacktrace-level',
      'zap-time-encoding',
    ];
    for (const name of original) assert.ok(flagNames.includes(name), name);
  });

  test('is never changed afterwards', () => assert.ok(Object.isFrozen(parseConfig([]))));

  test('throws nothing but a UsageError, and that is one line', () => {
    const name = fc.constantFrom(...flagNames, 'other', 'constructor', '__proto__');
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('', '\n', 'a\nb', '-1', '0', ':1', '--', '-', '='),
    );
    const argument = fc.oneof(
      fc
        .tuple(fc.constantFrom('-', '--', '---', ''), name, fc.constantFrom('', '='), value)
        .map((parts) => parts.join('')),
      value,
    );
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 5 }), (argv) => {
        try {
          parseConfig(argv);
        } catch (error) {
          assert.ok(error instanceof UsageError, String(error));
          assert.match(error.message, /^[^\n\r]+$/);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
