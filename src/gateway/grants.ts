import type { ReferenceGrant } from '../objects/gateway-api.ts';

/** One end of a reference. */
export interface Referent {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
}

/** Whether one of the ReferenceGrants of the target's namespace lets `from` refer to the object `to`. */
export function isGranted(
  from: Referent,
  to: Omit<Referent, 'namespace'> & { readonly name: string },
  grants: readonly ReferenceGrant[],
): boolean {
  return grants.some(
    ({ spec }) =>
      spec.from.some((one) => one.group === from.group && one.kind === from.kind && one.namespace === from.namespace) &&
      spec.to.some(
        (one) => one.group === to.group && one.kind === to.kind && (one.name === undefined || one.name === to.name),
      ),
  );
}
