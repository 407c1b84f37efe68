import { GatewayError } from '../../../errors.ts';
import type { CallContext, ObjectType, PropertyDefinition, WriteOutcome } from '../../crm.ts';
import { incomplete } from '../problems/incomplete.ts';

/** Where the labels of properties are read. */
export interface LabelSource {
  of(objectType: ObjectType, context: CallContext): Promise<readonly Pick<PropertyDefinition, 'name' | 'label'>[]>;
}

/** Names required properties by the labels that HubSpot's users see. Reads definitions only if a property is missing. */
export async function labelRequired(
  outcomes: readonly WriteOutcome[],
  definitions: LabelSource,
  { objectType, context }: { readonly objectType: ObjectType; readonly context: CallContext },
): Promise<readonly WriteOutcome[]> {
  if (!outcomes.some((outcome) => 'problem' in outcome && outcome.problem.kind === 'incomplete')) return outcomes;
  try {
    const labels = new Map((await definitions.of(objectType, context)).map(({ name, label }) => [name, label]));
    return outcomes.map((outcome) => {
      if (!('problem' in outcome) || outcome.problem.kind !== 'incomplete') return outcome;
      return { problem: incomplete(outcome.problem.required, labels) };
    });
  } catch (error) {
    // The names say the same.
    if (error instanceof GatewayError) return outcomes;
    throw error;
  }
}
