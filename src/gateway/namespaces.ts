import type { AllowedNamespaces } from '../objects/gateway-api.ts';
import type { ClusterView } from '../objects/view.ts';
import { matchesSelector } from './label-selector.ts';

/**
 * Whether something of `namespace` may be attached to something of `home`; `unknown` where the labels of namespaces
 * cannot be read.
 */
export function allowsNamespace(
  { from, selector }: AllowedNamespaces,
  { namespace, home }: { readonly namespace: string; readonly home: string },
  view: ClusterView,
): 'yes' | 'no' | 'unknown' {
  switch (from) {
    case 'All':
      return 'yes';
    case 'Same':
      return namespace === home ? 'yes' : 'no';
    case 'Selector': {
      const labels = view.get(`Namespace//${namespace}`)?.metadata.labels;
      if (labels === undefined) return view.unavailable('Namespace') === undefined ? 'no' : 'unknown';
      return selector !== undefined && matchesSelector(selector, labels) ? 'yes' : 'no';
    }
    default:
      return 'no';
  }
}
