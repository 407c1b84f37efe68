import type { CrmProblem, RequiredProperty } from '../../crm.ts';

/** Labels of an object type's properties by name; a name without a label stands for itself. */
export type Labels = ReadonlyMap<string, string>;

type Incomplete = CrmProblem & { readonly kind: 'incomplete' };

/** The problem of a record without values that the account requires. */
export function incomplete(required: Incomplete['required'], labels: Labels = new Map()): Incomplete {
  const sentences = [sentence(required, 'created', labels), sentence(required, 'conditional', labels)].filter(
    (text) => text !== undefined,
  );
  return {
    kind: 'incomplete',
    message: `HubSpot requires ${sentences.join(', and ')}`,
    required: required.map(({ name, when }) => ({ name, when })),
  };
}

function sentence(
  required: Incomplete['required'],
  when: RequiredProperty['when'],
  labels: Labels,
): string | undefined {
  const names = required.filter((each) => each.when === when).map(({ name }) => labels.get(name) ?? name);
  if (names.length === 0) return undefined;
  return `${names.join(', ')} ${when === 'created' ? 'for new records' : 'because of other values of the record'}`;
}
