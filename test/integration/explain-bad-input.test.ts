import { describe, test } from 'node:test';
import { together, useServer } from '../support/fixture.ts';
import { addresses } from './bad-input/addresses.ts';
import { backends } from './bad-input/backends.ts';
import { behaviours } from './bad-input/behaviours.ts';
import { checkExplained } from './bad-input/check.ts';
import { classes } from './bad-input/classes.ts';
import { gateways } from './bad-input/gateways.ts';
import { listenerSets } from './bad-input/listener-sets.ts';
import { parents } from './bad-input/parents.ts';

const rooms = { classes, gateways, addresses, listenerSets, parents, backends, behaviours };

for (const [room, table] of Object.entries(rooms)) {
  describe(`explain names in its first line what is wrong: ${room}`, together, () => {
    const { fixture } = useServer();

    for (const bad of table) {
      test(bad.name, async (t) => checkExplained(await fixture(t, bad.fixture), bad, t));
    }
  });
}
