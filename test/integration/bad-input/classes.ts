import { gateway } from '../objects.ts';
import { type BadInput, configMap } from './bad-input.ts';

const options = { group: '', kind: 'ConfigMap', name: 'options' };

/** Gives the class of the fixture parameters. */
function parameters(ref: object): Pick<BadInput, 'before' | 'object'> {
  return {
    object: (f) => f.className,
    before: (f) => f.patch('GatewayClass', f.className, { spec: { parametersRef: ref } }),
  };
}

/** GatewayClasses that cannot be used, and Gateways that name them. */
export const classes: readonly BadInput[] = [
  {
    name: 'a class whose parametersRef has no namespace',
    kind: 'GatewayClass',
    ...parameters(options),
    state: 'Refused',
    cause: () => /spec\.parametersRef names ConfigMap "options": name its namespace/,
  },
  {
    name: 'a class whose parametersRef names another kind',
    kind: 'GatewayClass',
    ...parameters({ group: 'example.com', kind: 'Options', name: 'mine' }),
    state: 'Refused',
    cause: () => /spec\.parametersRef names Options "mine": name a ConfigMap/,
  },
  {
    name: 'a class whose parameters do not exist',
    kind: 'GatewayClass',
    object: (f) => f.className,
    before: (f) =>
      f.patch('GatewayClass', f.className, { spec: { parametersRef: { ...options, namespace: f.namespace } } }),
    state: 'Refused',
    cause: (f) => new RegExp(`spec\\.parametersRef: ConfigMap ${f.namespace}/options does not exist: create it`),
  },
  {
    name: 'a class whose parameters have an unknown key',
    kind: 'GatewayClass',
    object: (f) => f.className,
    given: (f) => [configMap(f, 'options', { announcers: 'metallb' })],
    before: (f) =>
      f.patch('GatewayClass', f.className, { spec: { parametersRef: { ...options, namespace: f.namespace } } }),
    state: 'Refused',
    cause: (f) => new RegExp(`ConfigMap ${f.namespace}/options: key "announcers" is unknown: use .*announcer`),
  },
  {
    name: 'a class of another controller',
    kind: 'GatewayClass',
    object: (f) => f.className,
    fixture: { hasClass: false },
    before: async (f) => {
      await f.createClass('somebody.else/controller');
    },
    state: 'NotOurs',
    cause: (f) =>
      new RegExp(`spec\\.controllerName "somebody\\.else/controller", .*"${f.controllerName}".*-gateway-class`),
  },
  {
    name: 'a class that does not exist',
    kind: 'GatewayClass',
    object: (f) => `${f.className}-missing`,
    state: 'Absent',
    cause: () => /it does not exist/,
  },
  {
    name: 'a Gateway of a class that does not exist',
    kind: 'Gateway',
    given: (f) => [gateway(f, 'bad', { className: `${f.className}-missing` })],
    state: 'Pending.WaitingForClass',
    cause: (f) => new RegExp(`GatewayClass "${f.className}-missing" does not exist: create it`),
  },
  {
    name: 'a Gateway of a class that is not accepted',
    kind: 'Gateway',
    given: (f) => [gateway(f, 'bad')],
    before: (f) => f.patch('GatewayClass', f.className, { spec: { parametersRef: options } }),
    state: 'Pending.ClassRefused',
    cause: (f) =>
      new RegExp(`GatewayClass "${f.className}" is not accepted: spec\\.parametersRef names ConfigMap "options"`),
  },
  {
    name: 'a Gateway of another controller’s class',
    kind: 'Gateway',
    fixture: { hasClass: false },
    given: (f) => [gateway(f, 'bad')],
    before: async (f) => {
      await f.createClass('somebody.else/controller');
    },
    state: 'NotOurs',
    cause: (f) => new RegExp(`GatewayClass "${f.className}" has spec\\.controllerName "somebody\\.else/controller"`),
  },
];
