import { flags } from '../flags.ts';

/** The text of `--help`. */
export function usage(): string {
  const lines = Object.entries(flags).map(([name, flag]) => {
    const head = `  -${name}${flag.value === undefined ? '' : ` ${flag.value}`}`;
    const fallback = flag.default === undefined || flag.default === '' ? '' : ` (default ${flag.default})`;
    return `${head}\n      ${flag.help}${fallback}`;
  });
  return [
    'Usage: gateway-api-controller [run] [flags]',
    '       gateway-api-controller explain [gatewayclass|gateway|tcproute|udproute [NAMESPACE/]NAME] [-output table|json]',
    '       gateway-api-controller ipam ls [-ipam-configmap NAME] [-output table|json]',
    '       gateway-api-controller ipam plan -f FILE -ipam-configmap NAME [-output table|json]',
    '',
    'Gives Gateways of its class an address and turns their TCPRoutes and UDPRoutes into Services of type',
    'LoadBalancer. "explain" says why an object is not ready, without a name all that are not (exit code 1 where one is',
    'not); it takes the flags that the controller was started with. "ipam ls" shows the pool and who has what of it; "ipam plan" what an edit of the pool would do (exit',
    'code 1 where it would leave a Gateway outside, or has an invalid entry). Both also take -kubeconfig, -context and',
    '-gateway-class-name, read the cluster only, and work while the controller is down. Flags take one dash or two, "-flag value" or "-flag=value".',
    '',
    ...lines,
    '',
    'Example: gateway-api-controller -kubeconfig ~/.kube/config -ipam-configmap default/ipam',
    '',
  ].join('\n');
}
