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
    '',
    'Gives Gateways of its class an address and turns their TCPRoutes and UDPRoutes into Services of type',
    'LoadBalancer. Flags take one dash or two, "-flag value" or "-flag=value".',
    '',
    ...lines,
    '',
    'Example: gateway-api-controller -kubeconfig ~/.kube/config -ipam-configmap default/ipam',
    '',
  ].join('\n');
}
