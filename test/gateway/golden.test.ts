import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { ObjectKey } from '../../src/objects/keys.ts';
import { type GoldenCase, play, playBackwards, readCase, restarted } from './golden-case.ts';
import { keyOfManifest } from './manifests.ts';
import { describeOutcome, describeWrites } from './outcome.ts';
import type { Simulation } from './simulation.ts';

/** `UPDATE_GOLDEN=1` writes the files anew: read what it wrote, they are the specification. */
const isUpdate = process.env.UPDATE_GOLDEN === '1';
const folder = join(import.meta.dirname, 'golden');

function assertGolden(name: string, text: string): void {
  const path = join(folder, `${name}.out.yaml`);
  if (isUpdate) writeFileSync(path, text);
  const expected = existsSync(path) ? readFileSync(path, 'utf8') : '';
  assert.equal(text, expected);
}

/** A route that waits for a parent of ours, and one in which we have no part yet, are the same to everybody. */
function compared(simulation: Simulation): unknown {
  const text = JSON.stringify(describeOutcome(simulation));
  return JSON.parse(text.replaceAll('"Pending.WaitingForParent"', '"no actor"'));
}

/** Whatever a case is about, a second controller finds nothing to do. */
function assertAtRest(simulation: Simulation, golden: GoldenCase): void {
  const before = compared(simulation);
  const again = restarted(simulation, golden);
  assert.deepEqual(describeWrites(again.writes), []);
  assert.equal(again.writes.length, 0, 'a status is written');
  assert.deepEqual(again.happenings, []);
  assert.deepEqual(compared(again), before);
  again.stop();
}

/** Conditions speak of the newest spec wherever we may write the status. */
function assertObserved({ api, actors }: Simulation): void {
  for (const object of api.objects.filter(({ kind }) => kind === 'GatewayClass' || kind === 'Gateway')) {
    const state = actors.entries.get(keyOfManifest(object) as ObjectKey<'Gateway'>)?.state ?? 'Foreign';
    if (/Foreign|WaitingForClass|Unreadable/.test(state)) continue;
    const generations = JSON.stringify(object.status ?? {}).matchAll(/"observedGeneration":(\d+)/g);
    for (const [, generation] of generations) assert.equal(Number(generation), object.metadata.generation, state);
  }
}

describe('golden', () => {
  const names = globSync('*.in.yaml', { cwd: folder })
    .map((file) => file.replace(/\.in\.yaml$/, ''))
    .toSorted();

  test('every outcome has its case', () => {
    const outcomes = globSync('*.out.yaml', { cwd: folder }).map((file) => file.replace(/\.out\.yaml$/, ''));
    assert.deepEqual(outcomes.toSorted(), names);
  });

  for (const name of names) {
    const golden = readCase(join(folder, `${name}.in.yaml`));
    describe(`${name}: ${golden.about}`, () => {
      test('comes out as the file says, and leaves nothing to write to a controller that starts anew', () => {
        const { simulation, text } = play(golden);
        assertGolden(name, text);
        assertObserved(simulation);
        assertAtRest(simulation, golden);
      });

      test('comes out the same whatever came first', {
        skip: golden.dependsOnOrder === true && 'the order decides here',
      }, () => {
        const backwards = playBackwards(golden);
        const { simulation } = play({ ...golden, steps: [] });
        assert.deepEqual(compared(backwards), compared(simulation));
        simulation.stop();
        backwards.stop();
      });
    });
  }
});
