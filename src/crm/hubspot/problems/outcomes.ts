import { CrmRejectedError, CrmUnavailableError } from '../../../errors.ts';
import type { CrmProblem, WriteOutcome } from '../../crm.ts';
import { HubSpotRefusal, isAboutContent, repeatableProblemOf } from '../transport/errors.ts';
import { namedProperties } from './problems.ts';

/**
 * When a whole piece of work throws instead of answering per record: the bridge itself was refused (token, scope, address), or HubSpot was down and not one call
 * was answered. Deadlines and refused values stay with their records.
 */
export function throwIfNothingDone(errors: readonly unknown[], answered: number): void {
  const refused = errors.find((error) => error instanceof CrmRejectedError && !isAboutContent(error));
  if (refused !== undefined && answered === 0) throw refused;
  if (answered === 0 && errors.length > 0 && errors.every((error) => error instanceof CrmUnavailableError))
    throw errors[0];
}

/** As above for writes, where a call that may have been carried out must be told per record and never be thrown. */
export function throwIfNothingWritten(errors: readonly unknown[], answered: number): void {
  const isSure = !errors.some((error) => error instanceof CrmUnavailableError && error.ambiguous);
  if (isSure) throwIfNothingDone(errors, answered);
}

/** The outcomes in the order of the inputs. One that is not there is a fault of ours and says so. */
export function inOrder<I>(
  inputs: readonly I[],
  outcomes: ReadonlyMap<I, WriteOutcome>,
  unsure: 'ambiguous' | 'unavailable',
): readonly WriteOutcome[] {
  return inputs.map(
    (input) => outcomes.get(input) ?? { problem: { kind: unsure, message: 'The record was lost sight of' } },
  );
}

/** The problem of a value that could not be looked up. */
export function lookupProblem(error: unknown): CrmProblem {
  const properties = error instanceof HubSpotRefusal ? namedProperties(error.body) : [];
  if (properties.length === 0) return repeatableProblemOf(error);
  const message = properties.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
  return { kind: 'invalid', message: `HubSpot refused the look-up (${message})`, properties };
}
