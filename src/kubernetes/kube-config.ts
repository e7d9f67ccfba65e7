import { registerHooks } from 'node:module';
import type * as ClientNode from '@kubernetes/client-node';
import { withoutModels } from './without-models.ts';

const url = `data:text/javascript,${encodeURIComponent(withoutModels)}`;

/**
 * client-node's KubeConfig is one file, but it imports the index of 800 generated models and APIs: half a second of
 * CPU and 78 MiB for each process, where all of the rest of this controller takes as much. So that one import is
 * answered with nothing, while KubeConfig is loaded, and only there.
 */
const hooks = registerHooks({
  resolve: (specifier, context, next) => {
    const isModels = specifier === './gen/index.js' && context.parentURL?.includes('/client-node/dist/') === true;
    return isModels ? { url, format: 'module', shortCircuit: true } : next(specifier, context);
  },
});
const loaded = (await import('@kubernetes/client-node/dist/config.js')) as Pick<typeof ClientNode, 'KubeConfig'>;
hooks.deregister();

export const KubeConfig = loaded.KubeConfig;
export type KubeConfig = ClientNode.KubeConfig;
