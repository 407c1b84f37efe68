import type { CreateInput, WriteOutcome } from '../../crm/crm.ts';

/**
 * Turns a conflict over a property of the draft into a refusal of that property: like any value that the CRM refuses, it is then
 * dropped from the record with a warning.
 */
export function conflictAsInvalidProperty(
  outcome: WriteOutcome,
  draft: Pick<CreateInput, 'properties'> | undefined,
): WriteOutcome {
  if (!('problem' in outcome) || outcome.problem.kind !== 'conflict') return outcome;
  const { property, existingId, message } = outcome.problem;
  if (property === undefined || draft === undefined || !Object.hasOwn(draft.properties, property)) return outcome;
  const holder = existingId === undefined ? 'another record' : `record ${existingId}`;
  return {
    problem: {
      kind: 'invalid',
      message,
      properties: [
        {
          name: property,
          cause: 'taken',
          reason: `${holder} already has this value`,
          ...(existingId !== undefined && { holderId: existingId }),
        },
      ],
    },
  };
}
