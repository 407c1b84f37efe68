import { errorOfProblem } from '../journal/journal.ts';
import { heldBackReasons } from '../mapping/run/held-back.ts';

/** Why a record or a request failed. */
export const failureReasons: readonly string[] = Object.keys(errorOfProblem);

/** What requests can be searched for: why a field was held back, or why a record or a request failed. */
export const requestReasons: readonly string[] = [...new Set([...heldBackReasons, ...failureReasons])];
