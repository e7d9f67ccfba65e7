import { settings } from '../config.ts';
import { anyText, choiceFlag, type Flag } from '../flags.ts';

export const contextFlag: Flag<string> = {
  name: 'context',
  value: 'NAME',
  default: '',
  help: 'of the kubeconfig; default: the current one',
  read: anyText,
};

export const outputFlag = choiceFlag('output', ['table', 'json'], 'how to print');

/** Flags of the commands that read a cluster once. */
export const commandFlags: readonly Flag[] = [
  settings.kubeconfig,
  contextFlag,
  settings.controllerName,
  settings.ipamConfigMap,
  settings.ipamNamespaced,
  outputFlag,
];
