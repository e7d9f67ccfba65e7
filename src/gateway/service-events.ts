import type { ObjectKey } from '../objects/keys.ts';
import type { Service } from '../objects/service.ts';
import type { FollowedObject } from '../objects/view.ts';
import { chooseBehaviour } from './behaviour.ts';
import type { World } from './graph.ts';
import { type Happening, type Regarding, regardingOf } from './happening.ts';
import { keyOf, kindOf, nameOf } from './keys.ts';
import { annotations } from './names.ts';
import { optionsOfRoute } from './options.ts';
import { gatewaysNamedBy, routesNamedBy } from './ownership.ts';

type Scope = Pick<World, 'view' | 'settings'>;

/** What became of a Service. A person looks at the route or Gateway that it is for; at a Service only if it is his own. */
export function happeningsOfService(
  before: Service | undefined,
  after: Service | undefined,
  scope: Scope,
): readonly Happening[] {
  if (before === undefined) return after === undefined ? [] : created(after, scope);
  if (after === undefined) return deleted(before, scope);
  const [was, is] = [behaviourOf(before), behaviourOf(after)];
  if (was === is) return [];
  if (is === 'update') return [taken(after, scope)];
  if (was === 'update' && is === undefined) return [...restored(after), ...changed(before, scope)];
  return was === undefined ? adopted(after, scope) : [];
}

function behaviourOf({ metadata }: Service): string | undefined {
  return metadata.annotations[annotations.behaviour];
}

function created(service: Service, scope: Scope): readonly Happening[] {
  return ownersOf(service, scope).map((regarding) => ({
    type: 'Normal',
    reason: 'ServiceCreated',
    action: 'Create',
    note: `Service ${textOf(service)} is created, with ${addressesOf(service)}`,
    regarding,
    related: regardingOf(service),
  }));
}

function adopted(service: Service, scope: Scope): readonly Happening[] {
  return ownersOf(service, scope).map((regarding) => ({
    type: 'Normal',
    reason: 'ServiceAdopted',
    action: 'Adopt',
    note: `Service ${textOf(service)}, made by an earlier version, is adopted`,
    regarding,
    related: regardingOf(service),
  }));
}

function taken(service: Service, scope: Scope): Happening {
  const [route] = routesNamedBy(service.metadata);
  const [related] = ownersOf(service, scope);
  return {
    type: 'Normal',
    reason: 'ServiceUpdated',
    action: 'Update',
    note:
      `made a LoadBalancer with ${addressesOf(service)}, for ${kindAndName(route)}; ` +
      'what it was is kept, and put back when that goes',
    regarding: regardingOf(service),
    ...(related && { related }),
  };
}

function restored(service: Service): readonly Happening[] {
  const note = 'is again as it was before a route updated it';
  return [{ type: 'Normal', reason: 'ServiceRestored', action: 'Restore', note, regarding: regardingOf(service) }];
}

function deleted(service: Service, scope: Scope): readonly Happening[] {
  const changes = changed(service, scope);
  if (changes.length > 0) return changes;
  return ownersOf(service, scope).map((regarding) => ({
    type: 'Normal',
    reason: 'ServiceDeleted',
    action: 'Delete',
    note: `Service ${textOf(service)} is deleted`,
    regarding,
  }));
}

/** Where the route that a Service was for is still there and asks for another behaviour now. */
function changed(service: Service, { view, settings }: Scope): readonly Happening[] {
  const was = behaviourOf(service);
  return routesNamedBy(service.metadata).flatMap((key): readonly Happening[] => {
    const route = view.get(key);
    const choice = route && chooseBehaviour(route, optionsOfRoute(route, { view, settings }));
    if (route === undefined || choice === undefined || 'refusal' in choice || choice.behaviour === was) return [];
    const done = was === 'update' ? 'is as it was' : 'is deleted';
    return [
      {
        type: 'Normal',
        reason: 'BehaviourChanged',
        action: 'ChangeBehaviour',
        note: `behaviour is ${choice.behaviour}, was ${was}: Service ${textOf(service)} ${done}`,
        regarding: regardingOf(route),
      },
    ];
  });
}

/** Somebody else undoes what we write, again and again. */
export function happeningOfRevert(service: Service): Happening {
  return {
    type: 'Warning',
    reason: 'Reverted',
    action: 'Update',
    note: 'somebody else undoes what this controller writes: it tries again, after longer and longer pauses',
    regarding: regardingOf(service),
  };
}

/** Somebody else deletes a Service each time that it is made: told to those who want it. */
export function happeningsOfRemoval(
  service: ObjectKey<'Service'>,
  owners: readonly FollowedObject[],
): readonly Happening[] {
  return owners.map((owner) => ({
    type: 'Warning',
    reason: 'Reverted',
    action: 'Create',
    note: `somebody else deletes Service ${nameOf(service)}: it is made again, after longer and longer pauses`,
    regarding: regardingOf(owner),
  }));
}

/** The routes, or the Gateway, that a Service is for, as far as they are there. */
function ownersOf({ metadata }: Service, { view }: Scope): readonly Regarding[] {
  const keys: readonly ObjectKey<'TCPRoute' | 'UDPRoute' | 'Gateway'>[] = [
    ...routesNamedBy(metadata),
    ...gatewaysNamedBy(metadata),
  ];
  return keys.flatMap((key) => {
    const owner = view.get(key);
    return owner === undefined ? [] : [regardingOf(owner)];
  });
}

function textOf(service: Service): string {
  return nameOf(keyOf(service));
}

function kindAndName(key: ObjectKey | undefined): string {
  return key === undefined ? 'a route' : `${kindOf(key)} ${nameOf(key)}`;
}

function addressesOf({ metadata }: Service): string {
  return (metadata.annotations[annotations.addresses] ?? 'no address').split(',').join(', ');
}
