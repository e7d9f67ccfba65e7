import type { Fixture } from '../support/fixture.ts';
import type { Manifest, TestObject } from '../support/objects.ts';

const kinds = ['Gateway', 'TCPRoute', 'UDPRoute', 'Service'] as const;

/** Fields that differ between two runs that come to the same. */
const incidental = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'generation',
  'managedFields',
  'observedGeneration',
  'lastTransitionTime',
  'clusterIP',
  'clusterIPs',
  'nodePort',
]);

/**
 * All that stands in a fixture's namespaces, by `kind/namespace/name`, without what differs from run to run: two
 * fixtures that come to the same have equal outcomes.
 */
export async function outcomeOf(f: Fixture): Promise<Readonly<Record<string, unknown>>> {
  const objects: TestObject[] = [];
  for (const namespace of f.namespaces) {
    for (const kind of kinds) {
      const { items } = await f.client.list(f.target(kind, undefined, namespace));
      objects.push(...items.map((item) => ({ ...item, kind })));
    }
  }
  const entries = objects.map((object) => {
    const { kind, metadata } = object;
    return [`${kind}/${metadata.namespace}/${metadata.name}`, strip(object)] as const;
  });
  const text = JSON.stringify(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))));
  return JSON.parse(neutral(f, objects, text));
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !incidental.has(key))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, strip(inner)]),
  );
}

/** The text without the names and addresses that are the fixture's own. */
function neutral(f: Fixture, objects: readonly TestObject[], text: string): string {
  const network = f.address(0).replace(/0$/, '');
  const replacements: (readonly [string, string])[] = [
    [f.controllerName, 'CONTROLLER'],
    [f.className, 'CLASS'],
    [f.namespace, 'NAMESPACE'],
    [network, 'NETWORK.'],
    [f.address6(0), 'NETWORK6::'],
    ...objects.map(({ kind, metadata }) => [metadata.uid, `uid of ${kind} ${metadata.name}`] as const),
  ];
  return replacements
    .reduce((result, [from, to]) => result.replaceAll(from, to), text)
    .replaceAll(/fd99-[0-9a-f]+--(\d+)-[0-9a-f]{8}/g, 'label of NETWORK6::$1');
}

/** Creates everything before a controller starts, and gives what comes of it. */
export async function freshOutcome(f: Fixture, manifests: readonly Manifest[]): Promise<unknown> {
  await f.create(...manifests);
  await f.run();
  return outcomeOf(f);
}
