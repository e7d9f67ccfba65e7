import { invalidValue } from '../causes.ts';
import { type Cause, invalid } from '../failure.ts';
import { type ApiObject, equal } from '../json.ts';
import { familyOf, isHeadless, needsClusterIP, type ServiceSpec, specOf } from './shape.ts';
import { clusterIpCauses } from './validation.ts';

/** Says that a Service cannot be as it is asked for. */
export function refuseService(service: ApiObject, causes: readonly Cause[]): void {
  if (causes.length > 0) throw invalid({ group: '', resource: 'Service', name: service.metadata.name }, causes);
}

function otherFamily(family: string): string {
  return family === 'IPv4' ? 'IPv6' : 'IPv4';
}

function isHeadlessWithoutSelector(service: ApiObject): boolean {
  return isHeadless(service) && Object.keys(specOf(service).selector ?? {}).length === 0;
}

/** A Service that prefers dual stack keeps what it got until its addresses or families are asked to change. */
function isUnchangedPreference(spec: ServiceSpec, previous: ServiceSpec | undefined): boolean {
  if (spec.ipFamilyPolicy !== 'PreferDualStack' || previous?.ipFamilyPolicy !== 'PreferDualStack') return false;
  return equal(spec.clusterIPs, previous.clusterIPs) && equal(spec.ipFamilies, previous.ipFamilies);
}

/** A change to single stack lets the second address and family go, where the request did not name others. */
function reduce(spec: ServiceSpec, previous: ServiceSpec): void {
  if (equal(spec.clusterIPs, previous.clusterIPs)) spec.clusterIPs = spec.clusterIPs?.slice(0, 1) ?? [];
  if (equal(spec.ipFamilies, previous.ipFamilies)) spec.ipFamilies = spec.ipFamilies?.slice(0, 1) ?? [];
  if (spec.clusterIPs?.length === 0) delete spec.clusterIPs;
  if (spec.ipFamilies?.length === 0) delete spec.ipFamilies;
}

function reductionCauses(spec: ServiceSpec, previous: ServiceSpec): Cause[] {
  const lost = (name: 'clusterIPs' | 'ipFamilies') => {
    const [before, after] = [previous[name]?.length ?? 0, spec[name]?.length ?? 0];
    return after > 0 && after < before;
  };
  const field = 'spec.ipFamilyPolicy';
  const causes: Cause[] = [];
  if (lost('clusterIPs'))
    causes.push(invalidValue(field, spec.ipFamilyPolicy, "must be 'SingleStack' to release the secondary cluster IP"));
  if (lost('ipFamilies'))
    causes.push(invalidValue(field, spec.ipFamilyPolicy, "must be 'SingleStack' to release the secondary IP family"));
  return causes;
}

function singleStackCauses(spec: ServiceSpec): Cause[] {
  if (spec.ipFamilyPolicy !== 'SingleStack') return [];
  const field = 'spec.ipFamilyPolicy';
  const message = (what: string) =>
    `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`;
  const causes: Cause[] = [];
  if (spec.clusterIPs?.length === 2) causes.push(invalidValue(field, spec.ipFamilyPolicy, message('cluster IPs')));
  if (spec.ipFamilies?.length === 2) causes.push(invalidValue(field, spec.ipFamilyPolicy, message('IP families')));
  return causes;
}

/** Settles which IP families Services get, on a cluster that has some. */
export class Families {
  /** Families of the cluster, the default one first. */
  readonly #configured: readonly string[];

  constructor(configured: readonly string[]) {
    this.#configured = configured;
  }

  /** Fills in ipFamilyPolicy and ipFamilies, or throws a 422. */
  settle(service: ApiObject, previous: ApiObject | undefined): void {
    if (!needsClusterIP(service)) return;
    const spec = specOf(service);
    const before = previous && specOf(previous);
    if (isUnchangedPreference(spec, before)) return;
    spec.ipFamilyPolicy ??=
      before?.ipFamilyPolicy ?? (isHeadlessWithoutSelector(service) ? 'RequireDualStack' : 'SingleStack');
    refuseService(service, clusterIpCauses(service));
    const causes: Cause[] = [];
    if (before && spec.ipFamilyPolicy === 'SingleStack') reduce(spec, before);
    else if (before) causes.push(...reductionCauses(spec, before));
    causes.push(...singleStackCauses(spec), ...this.#inferred(spec));
    refuseService(service, causes);
    if (!isHeadlessWithoutSelector(service)) refuseService(service, this.#unconfigured(spec));
    this.#complete(service);
  }

  /** Families follow the addresses that are asked for. */
  #inferred(spec: ServiceSpec): Cause[] {
    const causes: Cause[] = [];
    for (const [index, address] of (spec.clusterIPs ?? []).entries()) {
      const families = spec.ipFamilies ?? [];
      const family = familyOf(address);
      if (address === 'None') break;
      if (index < families.length) continue;
      if (this.#configured.includes(family)) spec.ipFamilies = [...families, family];
      else
        causes.push(
          invalidValue(`spec.clusterIPs[${index}]`, spec.clusterIPs, `${family} is not configured on this cluster`),
        );
    }
    return causes;
  }

  #unconfigured(spec: ServiceSpec): Cause[] {
    const causes: Cause[] = [];
    if (spec.ipFamilyPolicy === 'RequireDualStack' && this.#configured.length < 2) {
      causes.push(
        invalidValue(
          'spec.ipFamilyPolicy',
          spec.ipFamilyPolicy,
          'this cluster is not configured for dual-stack services',
        ),
      );
    }
    for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
      if (this.#configured.includes(family)) continue;
      causes.push(invalidValue(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
    }
    return causes;
  }

  #complete(service: ApiObject): void {
    const spec = specOf(service);
    const families = spec.ipFamilies ?? [this.#configured[0] ?? 'IPv4'];
    const dual = this.#configured.length === 2 || isHeadlessWithoutSelector(service);
    const [first = 'IPv4'] = families;
    spec.ipFamilies =
      spec.ipFamilyPolicy !== 'SingleStack' && families.length === 1 && dual ? [first, otherFamily(first)] : families;
  }
}
