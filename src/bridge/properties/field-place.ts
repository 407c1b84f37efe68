import type { PropertyDefinition } from '../../crm/crm.ts';
import { fieldLabel, readFieldMark } from '../../mapping/run/field-mark.ts';
import { fieldKey, ownPropertyName, type PropertyRules, propertyName } from '../../mapping/run/property-name.ts';

/** The properties of one kind of record, by name and by the field that they were made for. */
export interface PropertyIndex {
  get(name: string): PropertyDefinition | undefined;
  /** The property that carries a field's mark. */
  madeFor(field: string): PropertyDefinition | undefined;
  /** Properties that were made for fields. */
  readonly countMade: number;
}

export type Place =
  | { readonly use: PropertyDefinition }
  | { readonly make: string }
  /** Why the field has no place, as the end of a sentence that began with its name. */
  | { readonly refused: string };

/**
 * Where the values of a field without a row go. Every process and every replica decides alike, since all of it is read from the
 * CRM: the property of exactly that name, unless it was made for another field; the one that carries the field's mark; one to be
 * made under the field's safe name; or, where that is taken, under the name with the field's hash.
 *
 * @param isTaken names that exist although they are not listed.
 */
export function placeField(
  field: string,
  index: PropertyIndex,
  options: { readonly rules: PropertyRules; readonly group: string; readonly isTaken: (name: string) => boolean },
): Place {
  const exact = index.get(field);
  if (exact !== undefined && isOpenTo(field, exact)) {
    return isWritable(exact) ? { use: exact } : { refused: `the CRM's property ${exact.name} is read-only` };
  }
  const marked = index.madeFor(field);
  if (marked !== undefined && isWritable(marked)) return { use: marked };

  const isFree = (name: string) => index.get(name) === undefined && !options.isTaken(name);
  const name = propertyName(field, options.rules);
  if (isFree(name)) return { make: name };
  const named = index.get(name);
  if (named !== undefined && isWritable(named) && isMadeByHand(field, named, options.group)) return { use: named };

  const ownName = ownPropertyName(field, options.rules);
  if (isFree(ownName)) return { make: ownName };
  const own = index.get(ownName);
  if (own !== undefined && isWritable(own)) return { use: own };
  return { refused: `the CRM has a property ${ownName} that cannot be written` };
}

/** A property that was made for one field is not open to another of the same name. */
function isOpenTo(field: string, { description }: PropertyDefinition): boolean {
  const mark = readFieldMark(description);
  return mark === undefined || mark === fieldKey(field);
}

/** Somebody made it for this field instead of the bridge: in its group, with the field for a label. */
function isMadeByHand(field: string, { description, group, label }: PropertyDefinition, ownGroup: string): boolean {
  return readFieldMark(description) === undefined && group === ownGroup && label === fieldLabel(field);
}

export function isWritable({ isReadOnly, isCalculated, type }: PropertyDefinition): boolean {
  return !isReadOnly && !isCalculated && type !== 'other';
}
