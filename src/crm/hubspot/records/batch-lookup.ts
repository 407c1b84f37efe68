import type { CrmRecord, ObjectType } from '../../crm.ts';

/**
 * How the records of a batch read are matched to the requested values. HubSpot keeps no order, returns the surviving record for a
 * merged id and the owner for a secondary email, and does not say which input found a record.
 */
export interface BatchLookup {
  readonly objectType: ObjectType;
  /** Undefined: the record id. */
  readonly idProperty?: string;
  /** Properties that {@link BatchLookup.keysOf} needs in addition to the requested ones. */
  readonly extraProperties: readonly string[];
  /** Called after a refusal: whether the property no longer exists, so that no record has any of the values. */
  isGone?(): Promise<boolean>;
  /** Every value by which this record can have been requested, lower case. */
  keysOf(record: CrmRecord): readonly string[];
}

/** By id. A merged id returns the surviving record, which lists the ids that were merged into it. */
export function lookupById(objectType: ObjectType): BatchLookup {
  const merged =
    objectType === 'contacts' ? ['hs_merged_object_ids', 'hs_calculated_merged_vids'] : ['hs_merged_object_ids'];
  return {
    objectType,
    extraProperties: merged,
    keysOf: (record) => [record.id, ...merged.flatMap((name) => mergedIds(record.properties[name]))],
  };
}

/** By a unique property. A contact's secondary emails count too: a batch read finds them (search does not). */
export function lookupBy(objectType: ObjectType, property: string): BatchLookup {
  const also = objectType === 'contacts' && property === 'email' ? ['hs_additional_emails'] : [];
  return {
    objectType,
    idProperty: property,
    extraProperties: [property, ...also],
    keysOf: (record) =>
      [record.properties[property], ...also.flatMap((name) => (record.properties[name] ?? '').split(';'))]
        .filter((value) => typeof value === 'string' && value.trim() !== '')
        .map((value) => lookupKey(value ?? '')),
  };
}

/** A value as it is compared: HubSpot ignores case and surrounding spaces. */
export function lookupKey(value: string): string {
  return value.trim().toLowerCase();
}

/** `1;2` in hs_merged_object_ids, `1:1700000000000;2:…` (id and time) in hs_calculated_merged_vids. */
function mergedIds(value: string | null | undefined): readonly string[] {
  return (value ?? '')
    .split(';')
    .map((entry) => entry.split(':')[0]?.trim() ?? '')
    .filter((id) => id !== '');
}
