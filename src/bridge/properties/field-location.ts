import { setImmediate } from 'node:timers/promises';
import type { CrmProblem, NewProperty, PropertyDefinition } from '../../crm/crm.ts';
import { describeField, fieldLabel, readFieldMark } from '../../mapping/run/field-mark.ts';
import { fieldKey, hashedPropertyName, type PropertyRules, propertyName } from '../../mapping/run/property-name.ts';
import { isWritable, type PropertyIndex } from './property-catalogue.ts';
import type { DropReason } from '../writes/drop-reason.ts';
import { limitRefusal, type RequestedProperty } from './property-creation-queue.ts';
import type { PropertyScope } from './property-scope.ts';

/** A field without a row, and the property it needs if the CRM has none for it. */
export interface FieldNeed {
  readonly field: string;
  readonly type: NewProperty['type'];
  readonly isLong: boolean;
  /** False: the field goes into an existing property or is not stored. */
  readonly mayCreate: boolean;
}

/** Where the values of a field go. */
export type FieldLocation =
  | {
      readonly definition: PropertyDefinition;
      /** True where it was created while this request waited. */
      readonly isNew?: boolean;
    }
  /** No property exists, and none was to be created. */
  | 'none'
  | DropReason
  /** Not available at the moment. */
  | { readonly problem: CrmProblem };

/** Other processes may create properties for other fields under the same name meanwhile; a field tries again this often. */
const maxRounds = 4;
/** Number of fields that are processed in one go; other requests run between two such slices. */
const sliceSize = 1_000;

/**
 * Finds the property of each field and creates those that are missing.
 * @throws GatewayError when the CRM's definitions cannot be read.
 */
export async function locateFields(
  scope: PropertyScope,
  needs: readonly FieldNeed[],
): Promise<ReadonlyMap<string, FieldLocation>> {
  const locations = new Map<string, FieldLocation>();
  const hidden = new Set<string>();
  const created = new Set<string>();
  const { queue, mapping, context } = scope;
  const { objectType } = mapping.target;
  let open = needs;
  for (let round = 1; open.length > 0 && round <= maxRounds; round += 1) {
    for (let start = 0; start < open.length; start += sliceSize) {
      const index = await scope.catalogue.read(objectType, context);
      const full = limitRefusal(mapping.write.unknown_fields.at_most, index.createdCount);
      const place = async (need: FieldNeed): Promise<void> => {
        const location = locate(scope, need, { index, hidden });
        if (location === 'none' || !('create' in location)) {
          const isNew = location !== 'none' && 'definition' in location && created.has(location.definition.name);
          locations.set(need.field, isNew ? { ...location, isNew } : location);
          return;
        }
        if (full !== undefined) {
          locations.set(need.field, full);
          return;
        }
        const property = newProperty(scope, need, location.create);
        const outcome = await queue.create(objectType, property, context);
        if (outcome === 'hidden') hidden.add(property.name);
        else if (outcome === 'exists') created.add(property.name);
        else locations.set(need.field, outcome);
      };
      await Promise.all(open.slice(start, start + sliceSize).map(place));
      if (start + sliceSize < open.length) await setImmediate();
    }
    open = open.filter(({ field }) => !locations.has(field));
  }
  for (const { field } of open) {
    locations.set(field, {
      refused: 'other fields already use every property name that would fit',
      reason: 'no-property',
    });
  }
  return locations;
}

function locate(
  { mapping, rules }: PropertyScope,
  { field, mayCreate }: FieldNeed,
  { index, hidden }: { readonly index: PropertyIndex; readonly hidden: ReadonlySet<string> },
): FieldLocation | { readonly create: string } {
  const { group } = mapping.write.unknown_fields;
  const place = placeField(field, index, { rules, group, isTaken: (name) => hidden.has(name) });
  if ('create' in place) return mayCreate ? place : 'none';
  if ('refused' in place) return place;
  if (place.use.name === mapping.identity?.crm)
    return { refused: "the property of that name stores Enginy's ids", reason: 'read-only' };
  return { definition: place.use };
}

function newProperty({ mapping }: PropertyScope, need: FieldNeed, name: string): RequestedProperty {
  const { group, at_most: maxCreated } = mapping.write.unknown_fields;
  return {
    name,
    label: fieldLabel(need.field) ?? name,
    description: describeField(need.field),
    type: need.type,
    isLong: need.isLong,
    group,
    maxCreated,
  };
}

type Place = { readonly use: PropertyDefinition } | { readonly create: string } | DropReason;

/**
 * Decides where the values of a field without a row go. Every process and every replica decides alike, since all of it is read from
 * the CRM: the property with exactly that name, unless it was created for another field; the one that carries the field's mark; a new
 * one under the field's safe name; or, where that is taken, under the name with the field's hash.
 *
 * @param options.isTaken names that exist although the CRM does not list them.
 */
function placeField(
  field: string,
  index: PropertyIndex,
  options: { readonly rules: PropertyRules; readonly group: string; readonly isTaken: (name: string) => boolean },
): Place {
  const exact = index.get(field);
  if (exact !== undefined && isAvailableTo(field, exact)) {
    return isWritable(exact)
      ? { use: exact }
      : { refused: `the CRM's property ${exact.name} is read-only`, reason: 'read-only' };
  }
  const marked = index.createdFor(field);
  if (marked !== undefined && isWritable(marked)) return { use: marked };

  const isFree = (name: string) => index.get(name) === undefined && !options.isTaken(name);
  const name = propertyName(field, options.rules);
  if (isFree(name)) return { create: name };
  const named = index.get(name);
  if (named !== undefined && isWritable(named) && isCreatedByHand(field, named, options.group)) return { use: named };

  const hashedName = hashedPropertyName(field, options.rules);
  if (isFree(hashedName)) return { create: hashedName };
  const hashed = index.get(hashedName);
  if (hashed !== undefined && isWritable(hashed)) return { use: hashed };
  return { refused: `the CRM's property ${hashedName} cannot be written`, reason: 'read-only' };
}

/** A property that was created for one field is not available to another field of the same name. */
function isAvailableTo(field: string, { description }: PropertyDefinition): boolean {
  const mark = readFieldMark(description);
  return mark === undefined || mark === fieldKey(field);
}

/** An administrator created it for this field: in the bridge's group, labeled with the field. */
function isCreatedByHand(field: string, { description, group, label }: PropertyDefinition, bridgeGroup: string) {
  return readFieldMark(description) === undefined && group === bridgeGroup && label === fieldLabel(field);
}
