import type { SeenRequirement } from '../crm/requirement-store.ts';
import type { Mappings } from '../mapping/load/file-kinds.ts';
import type { Path } from '../mapping/schema/finding.ts';
import { mappedObjects } from './mapped-object.ts';

/** How mapping files handle a property that the account requires. */
export interface JudgedRequirement {
  /** What is required, and when that was seen. */
  readonly text: string;
  readonly remedy: string;
  /** The mapping file always gives it a value. */
  readonly isMet: boolean;
  /** Where the object is mapped; absent if no file maps it. */
  readonly place?: { readonly file: string; readonly path: Path };
}

export function judgeRequirement(seen: SeenRequirement, mappings: Mappings): JudgedRequirement {
  const { objectType, name, when, seenAt } = seen;
  const object = mappedObjects(mappings).find((mapped) => mapped.objectType === objectType);
  const at = `${new Date(seenAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const of = when === 'created' ? `new ${objectType}` : `${objectType} with certain other values`;
  return {
    text: `the CRM requires "${name}" of ${of} (seen at ${at})`,
    remedy: remedyOf(seen, mappings),
    isMet: valuesOf(seen, mappings).some(({ crm, value = '' }) => crm === name && value !== ''),
    ...(object !== undefined && { place: { file: object.file, path: object.path } }),
  };
}

function remedyOf({ objectType, name, when }: SeenRequirement, mappings: Mappings): string {
  const mapping = recordMapping(objectType, mappings);
  if (mapping === undefined) return 'give it a value under `on_create`';
  // A property that has a row may not be a constant as well.
  if (mapping.write.fields.some(({ crm }) => crm === name)) {
    if (when === 'created') return 'give its row a `default:`';
    return 'fill its field in Enginy; a `default:` in its row covers new records';
  }
  // Defaults are for new records alone.
  if (when === 'conditional') return 'give it a value under `always`, or map a field to it';
  return 'give it a value under `on_create`, or map a field to it with a `default:`';
}

/** Values that records get whatever Enginy sends. */
function valuesOf(
  { objectType, when }: SeenRequirement,
  mappings: Mappings,
): readonly { readonly crm: string; readonly value?: string | undefined }[] {
  const mapping = recordMapping(objectType, mappings);
  if (mapping !== undefined) {
    const { always, on_create, fields } = mapping.write;
    // Only new records get the others.
    if (when === 'conditional') return always;
    return [...always, ...on_create, ...fields.map((row) => ({ crm: row.crm, value: row.default }))];
  }
  const { tasks, activities } = mappings;
  if (tasks?.target.objectType === objectType) return tasks.on_create;
  return Object.entries(activities?.objects ?? {}).find(([name]) => name === objectType)?.[1].on_create ?? [];
}

function recordMapping(objectType: string, { contacts, companies }: Mappings) {
  return [contacts, companies].find((mapping) => mapping?.target.objectType === objectType);
}
