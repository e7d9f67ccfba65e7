import { invalidValue, required } from '../causes.ts';
import type { Cause } from '../failure.ts';
import { type ApiObject, equal, isObject, numberOf, objectOf, stringOf } from '../json.ts';
import { qualifiedNameErrors } from '../names.ts';
import type { Strategy } from '../strategy.ts';
import { checkMicroTime } from './time.ts';

function setEventDefaults(event: ApiObject): void {
  event.eventTime ??= null;
  checkMicroTime('Event', event, 'eventTime');
  if (isObject(event.series)) checkMicroTime('Event', event.series, 'lastObservedTime');
  event.firstTimestamp ??= null;
  event.lastTimestamp ??= null;
  event.reportingComponent ??= '';
  event.reportingInstance ??= '';
  event.involvedObject = objectOf(event.involvedObject);
  event.source = objectOf(event.source);
}

function namespaceCauses(event: ApiObject): Cause[] {
  const field = 'involvedObject.namespace';
  const own = event.metadata.namespace ?? '';
  const other = stringOf(objectOf(event.involvedObject).namespace);
  const loose = event.eventTime ? ['default', 'kube-system'] : ['default'];
  // With an eventTime only events of cluster-scoped objects are bound to a namespace.
  const matches = other === '' ? loose.includes(own) : event.eventTime ? true : own === other;
  return matches ? [] : [invalidValue(field, other, 'does not match event.namespace')];
}

function lengthCauses(event: ApiObject): Cause[] {
  const needed = ['reportingInstance', 'action', 'reason'].map((name) => ({ name, max: 128 }));
  const causes = needed.flatMap(({ name, max }) => {
    const value = stringOf(event[name]);
    if (value === '') return [required(name)];
    return value.length > max ? [invalidValue(name, '', `can have at most ${max} characters`)] : [];
  });
  const long = stringOf(event.message).length > 1024;
  return long ? [...causes, invalidValue('message', '', 'can have at most 1024 characters')] : causes;
}

function eventCauses(event: ApiObject, reporter: string): Cause[] {
  const causes = namespaceCauses(event);
  if (!event.eventTime) return causes;
  const component = stringOf(event.reportingComponent);
  if (component === '') causes.push(required(reporter));
  causes.push(...qualifiedNameErrors(component).map((error) => invalidValue(reporter, component, error)));
  return [...causes, ...lengthCauses(event)];
}

/** What only events.k8s.io/v1 checks on creation. */
function strictCauses(event: ApiObject): Cause[] {
  const causes: Cause[] = [];
  const series = event.series;
  if (isObject(series) && numberOf(series.count) < 2)
    causes.push(invalidValue('series.count', '', 'should be at least 2'));
  if (!event.eventTime) causes.push(required('eventTime'));
  if (event.type !== 'Normal' && event.type !== 'Warning') {
    causes.push(invalidValue('type', '', `has invalid value: ${stringOf(event.type)}`));
  }
  for (const name of ['firstTimestamp', 'lastTimestamp', 'count']) {
    if (event[name]) causes.push(invalidValue(name, '', 'needs to be unset'));
  }
  if (objectOf(event.source).component) causes.push(invalidValue('source', '', 'needs to be unset'));
  return causes;
}

const FIXED = [
  'involvedObject',
  'reason',
  'message',
  'source',
  'type',
  'eventTime',
  'action',
  'reportingComponent',
  'reportingInstance',
];

function changedCauses(event: ApiObject, previous: ApiObject): Cause[] {
  const changed = FIXED.filter((name) => !equal(event[name], previous[name]));
  return changed.map((name) => invalidValue(name, event[name], 'field is immutable'));
}

export const coreEventStrategy: Strategy = {
  setDefaults: setEventDefaults,
  validate: (event) => eventCauses(event, 'reportingComponent'),
};

/** Events by way of events.k8s.io/v1; given in the form that is stored. */
export const eventStrategy: Strategy = {
  setDefaults: setEventDefaults,
  validate: (event, previous) => {
    const more = previous ? changedCauses(event, previous) : strictCauses(event);
    return [...eventCauses(event, 'reportingController'), ...more];
  },
};
