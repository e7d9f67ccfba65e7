import { parseConfig } from '../config.ts';
import { type FlagSet, flags } from '../flags.ts';
import type { Settings } from '../objects/view.ts';

/** Flags of the commands that read a cluster once. */
export const commandFlags: FlagSet = {
  ...pick('kubeconfig', 'gateway-class-name', 'ipam-configmap'),
  context: { type: 'string', default: '', value: 'NAME', help: 'of the kubeconfig; default: the current one' },
  output: { type: 'string', default: 'table', value: 'table|json', help: 'how to print' },
};

/** Some of the controller's own flags. */
export function pick(...names: readonly string[]): FlagSet {
  return Object.fromEntries(
    names.flatMap((name) => {
      const flag = flags[name];
      return flag === undefined ? [] : [[name, flag]];
    }),
  );
}

/** The settings as the controller would read them from these flags. */
export function readSettings(text: (name: string) => string): Settings {
  const names = ['gateway-class-name', 'implementation-label', 'service-behaviour', 'ip-families', 'static-addresses'];
  return parseConfig(names.flatMap((name) => (text(name) === '' ? [] : [`-${name}=${text(name)}`])));
}
