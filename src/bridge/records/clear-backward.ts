import type { CallContext, Crm, CrmRecord, PropertyDefinition } from '../../crm/crm.ts';
import { GatewayError } from '../../errors.ts';
import type { Mapping } from '../../mapping/schema/mapping-file.ts';
import { describeProblem, problemFromRead } from '../problem.ts';

/** A record with properties that shall be written even where that is a step back. */
export interface ForcedChange {
  readonly current: CrmRecord;
  readonly properties: Readonly<Record<string, string>>;
  readonly forced: readonly string[];
}

/**
 * Clears properties whose new value comes before the current one in the order of the options. HubSpot accepts a step back of
 * `lifecyclestage` and does not take it; cleared in one call, the property can be set in the next.
 *
 * @returns for each change in order: the properties that could not be cleared, with the reason.
 */
export async function clearBackward(
  deps: { readonly crm: Pick<Crm, 'update' | 'readProperties'> },
  mapping: Mapping,
  changes: readonly ForcedChange[],
  context: CallContext,
): Promise<ReadonlyMap<string, string>[]> {
  const failures = changes.map(() => new Map<string, string>());
  if (changes.length === 0) return failures;
  const { objectType } = mapping.target;
  try {
    const definitions = await deps.crm.readProperties(objectType, context);
    const clears = changes.flatMap((change, position) => {
      const names = change.forced.filter((name) => isStepBack(change, name, definitions));
      const properties = Object.fromEntries(names.map((name) => [name, '']));
      return names.length === 0 ? [] : [{ position, names, input: { id: change.current.id, properties } }];
    });
    if (clears.length === 0) return failures;
    const inputs = clears.map(({ input }) => input);
    const outcomes = await deps.crm.update(objectType, inputs, context);
    clears.forEach(({ position, names }, index) => {
      const outcome = outcomes[index];
      if (outcome !== undefined && 'record' in outcome) return;
      const reason = outcome === undefined ? 'the CRM did not answer' : describeProblem(outcome.problem);
      for (const name of names) failures[position]?.set(name, `it could not be moved back: ${reason}`);
    });
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const reason = `it could not be moved back: ${describeProblem(problemFromRead(error))}`;
    changes.forEach(({ forced }, position) => {
      for (const name of forced) failures[position]?.set(name, reason);
    });
  }
  return failures;
}

/** A value that is no option of the property may stand anywhere in its order, and is taken for a step back. */
function isStepBack(change: ForcedChange, name: string, definitions: readonly PropertyDefinition[]): boolean {
  const now = change.current.properties[name] ?? '';
  const next = Object.hasOwn(change.properties, name) ? change.properties[name] : undefined;
  if (now === '' || next === undefined || next === '' || next === now) return false;
  const options = definitions.find((definition) => definition.name === name)?.options ?? [];
  const [from, to] = [now, next].map((value) => options.findIndex((option) => option.value === value));
  return from === undefined || to === undefined || from < 0 || to < from;
}
