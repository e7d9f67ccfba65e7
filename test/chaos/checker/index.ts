import type { Entry } from '../history.ts';
import { findLeaks, findUnrestored } from './end.ts';
import { findForeignChanges } from './foreign.ts';
import { findHandedOutWrongly, type HandedOutOptions } from './handed-out.ts';
import { findLostAddresses } from './kept.ts';
import type { Problem } from './problem.ts';
import { findUsurpers } from './promises.ts';
import { findHasty } from './quarantine.ts';
import { findUnrecorded } from './recorded.ts';
import { findDuplicates } from './told.ts';

export interface CheckOptions extends HandedOutOptions {
  /** Whether clocks went evenly: else nobody can tell how long a quarantine was. */
  readonly areClocksSteady: boolean;
}

/**
 * Judges a whole history, from an empty server to one that has settled. It knows what the README promises and
 * nothing of the controller's code.
 */
export function check(history: readonly Entry[], options: CheckOptions): readonly Problem[] {
  return [
    ...findDuplicates(history),
    ...findHandedOutWrongly(history, options),
    ...findUnrecorded(history),
    ...findUsurpers(history),
    ...(options.areClocksSteady ? findHasty(history, options.pool) : []),
    ...findLostAddresses(history),
    ...findForeignChanges(history, options),
    ...findUnrestored(history),
    ...findLeaks(history),
  ];
}
