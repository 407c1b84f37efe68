import { problemOfError, unaccounted } from '../../crm/crm-problem.ts';
import type { WriteOutcome } from '../../crm/crm.ts';

/**
 * Writes several inputs. Does not reject if the CRM fails: a failed call is a problem of each input, which may have been written.
 * @param write the CRM's write of all the inputs; not called if there are none.
 * @returns one outcome per input, in order.
 */
export async function writeEach(
  inputs: readonly unknown[],
  write: () => Promise<readonly WriteOutcome[]>,
): Promise<readonly WriteOutcome[]> {
  if (inputs.length === 0) return [];
  try {
    const outcomes = await write();
    return inputs.map((_input, index) => outcomes[index] ?? unaccounted('ambiguous'));
  } catch (error) {
    const problem = problemOfError(error, 'ambiguous');
    return inputs.map(() => ({ problem }));
  }
}
