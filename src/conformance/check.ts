import type { CheckRun } from './session.ts';

/** `must`: Enginy stops working, loses records or duplicates them. `should`: it works, with a disadvantage. */
export type Level = 'must' | 'should';

/** One thing that Enginy relies on. */
export interface Check {
  /** Stable, e.g. `contacts.create.partial`. */
  readonly id: string;
  readonly level: Level;
  /** What holds, as a present-tense sentence. */
  readonly title: string;
  /** What to change on the server when it does not hold. */
  readonly remedy: string;
  /** Ends normally when it holds. Throws Nonconformity when it does not, NotApplicable when the server lacks the feature. */
  run(session: CheckRun): Promise<void>;
}
