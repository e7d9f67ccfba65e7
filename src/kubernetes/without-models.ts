/**
 * What stands for the generated models of client-node, as JavaScript: what its KubeConfig takes of them, for a method that
 * we do not call.
 */
export const withoutModels =
  'export const createConfiguration = undefined; export const ServerConfiguration = undefined;';
