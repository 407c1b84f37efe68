import type { Check } from './check.ts';
import { Nonconformity, NotApplicable } from './nonconformity.ts';
import type { CheckRun } from './session.ts';

export type Verdict = 'passed' | 'failed' | 'not applicable';

export interface CheckResult {
  readonly check: Pick<Check, 'id' | 'level' | 'title' | 'remedy'>;
  readonly verdict: Verdict;
  /** Why it failed or does not apply. */
  readonly detail?: string;
  readonly durationMs: number;
}

/**
 * Runs checks one after the other: later ones use what earlier ones created. A failed check never ends the run.
 *
 * @param onResult is called after each check, for progress.
 */
export async function runChecks(
  session: CheckRun,
  checks: readonly Check[],
  onResult: (result: CheckResult) => void = () => {},
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    const start = performance.now();
    const judged = await judge(check, session);
    const { id, level, title, remedy } = check;
    const result = { check: { id, level, title, remedy }, ...judged, durationMs: performance.now() - start };
    results.push(result);
    onResult(result);
  }
  return results;
}

async function judge(check: Check, session: CheckRun): Promise<{ verdict: Verdict; detail?: string }> {
  try {
    await check.run(session);
    return { verdict: 'passed' };
  } catch (error) {
    if (error instanceof NotApplicable) return { verdict: 'not applicable', detail: error.message };
    if (error instanceof Nonconformity) return { verdict: 'failed', detail: error.message };
    throw error;
  }
}
