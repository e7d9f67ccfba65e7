import { invalidValue, required } from '../causes.ts';
import type { Cause } from '../failure.ts';
import { type ApiObject, at, equal, type JsonObject, objectOf, objectsOf, stringOf } from '../json.ts';
import type { Strategy } from '../strategy.ts';
import { checkMicroTime } from './time.ts';

function setContainerDefaults(container: JsonObject): void {
  const image = stringOf(container.image);
  const latest = !image.includes(':') || image.endsWith(':latest');
  container.imagePullPolicy ??= latest ? 'Always' : 'IfNotPresent';
  container.resources ??= {};
  container.terminationMessagePath ??= '/dev/termination-log';
  container.terminationMessagePolicy ??= 'File';
  for (const port of objectsOf(container.ports)) port.protocol ??= 'TCP';
}

/** Defaults of a Pod's spec, also in the template of a Deployment. */
function setPodSpecDefaults(spec: JsonObject): void {
  for (const container of objectsOf(spec.containers)) setContainerDefaults(container);
  spec.dnsPolicy ??= 'ClusterFirst';
  spec.restartPolicy ??= 'Always';
  spec.schedulerName ??= 'default-scheduler';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
}

function podSpecCauses(spec: JsonObject, field: string): Cause[] {
  const containers = objectsOf(spec.containers);
  if (containers.length === 0) return [required(`${field}.containers`)];
  return containers.flatMap((container, index) => {
    const missing = ['name', 'image'].filter((name) => stringOf(container[name]) === '');
    return missing.map((name) => required(`${field}.containers[${index}].${name}`));
  });
}

export const podStrategy: Strategy = {
  setDefaults(next) {
    const spec = objectOf(next.spec);
    setPodSpecDefaults(spec);
    spec.enableServiceLinks ??= true;
    // By the admission plugins Priority and DefaultTolerationSeconds, which are on in every cluster.
    spec.preemptionPolicy ??= 'PreemptLowerPriority';
    spec.priority ??= 0;
    spec.tolerations ??= ['not-ready', 'unreachable'].map((taint) => ({
      effect: 'NoExecute',
      key: `node.kubernetes.io/${taint}`,
      operator: 'Exists',
      tolerationSeconds: 300,
    }));
    for (const condition of objectsOf(at(next.status, 'conditions'))) {
      condition.lastProbeTime ??= null;
      condition.lastTransitionTime ??= null;
    }
    next.spec = spec;
  },
  prepareCreate(next) {
    next.status = { phase: 'Pending', qosClass: 'BestEffort' };
  },
  validate: (next) => podSpecCauses(objectOf(next.spec), 'spec'),
};

export const deploymentStrategy: Strategy = {
  setDefaults(next) {
    const spec = objectOf(next.spec);
    const template = objectOf(spec.template);
    const podSpec = objectOf(template.spec);
    setPodSpecDefaults(podSpec);
    spec.template = { ...template, metadata: objectOf(template.metadata), spec: podSpec };
    spec.progressDeadlineSeconds ??= 600;
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    spec.strategy ??= { rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' }, type: 'RollingUpdate' };
    next.spec = spec;
    next.status ??= {};
  },
  validate(next, previous) {
    const spec = objectOf(next.spec);
    const causes = podSpecCauses(objectOf(objectOf(spec.template).spec), 'spec.template.spec');
    if (spec.selector === undefined) return [required('spec.selector'), ...causes];
    if (previous && !equal(spec.selector, at(previous, 'spec', 'selector'))) {
      causes.push(invalidValue('spec.selector', spec.selector, 'field is immutable'));
    }
    const labels = objectOf(at(spec.template, 'metadata', 'labels'));
    const wanted = Object.entries(objectOf(at(spec.selector, 'matchLabels')));
    if (wanted.every(([key, value]) => labels[key] === value)) return causes;
    return [
      ...causes,
      invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'),
    ];
  },
};

export const leaseStrategy: Strategy = {
  setDefaults(next: ApiObject) {
    const spec = objectOf(next.spec);
    for (const name of ['acquireTime', 'renewTime']) checkMicroTime('Lease', spec, name);
    next.spec = spec;
  },
  validate(next) {
    const { leaseDurationSeconds, leaseTransitions } = objectOf(next.spec);
    const causes: Cause[] = [];
    if (typeof leaseDurationSeconds === 'number' && leaseDurationSeconds <= 0) {
      causes.push(invalidValue('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
    }
    if (typeof leaseTransitions === 'number' && leaseTransitions < 0) {
      causes.push(invalidValue('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0'));
    }
    return causes;
  },
};
