import { invalid, type Problem } from '../http/problem-body.ts';
import type { ObjectData } from '../portal.ts';
import { type PlannedLink, planLinks } from './inline-associations.ts';
import type { StoredRecord } from './record-store.ts';
import { applyRules, fillDefaults, linkCompanyOfDomain, linkEnds } from './side-effects.ts';
import { isRefused, type Values, validateProperties } from './validate-properties.ts';

/** A checked create that only its unique values can still stop. */
export interface PlannedCreate {
  readonly values: Values;
  readonly links: readonly PlannedLink[];
}

export function planCreate(
  object: ObjectData,
  input: { readonly properties?: unknown; readonly associations?: unknown },
): PlannedCreate | Problem {
  const values = validateProperties(object, input.properties, 'create');
  if (isRefused(values)) return values;
  const missing = missingRequired(object, values);
  if (missing) return missing;
  const links = planLinks(object, input.associations);
  return 'status' in links ? links : { values, links };
}

export function isPlanned(plan: PlannedCreate | Problem): plan is PlannedCreate {
  return 'links' in plan && 'values' in plan;
}

export function createRecord(object: ObjectData, { values, links }: PlannedCreate): StoredRecord {
  fillDefaults(object, values);
  applyRules(object, values, undefined);
  const record = object.records.insert(values, object.portal.now);
  for (const { to, toId, types } of links)
    linkEnds(
      object.portal,
      { from: { type: object.type.name, id: record.id }, to: { type: to, id: toId } },
      types.map((type) => type.typeId),
    );
  if (object.type.name === 'contacts') linkCompanyOfDomain(object.portal, record);
  return record;
}

/** Writes checked values; one that changes nothing leaves `updatedAt` as it was (recorded). Returns the names sent, for the answer. */
export function updateRecord(object: ObjectData, record: StoredRecord, values: Values): string[] {
  const sent = [...values.keys()];
  applyRules(object, values, record);
  if (!isStored(object, record, values)) object.records.update(record, values, object.portal.now);
  return sent;
}

function isStored({ records }: ObjectData, { version }: StoredRecord, values: Values): boolean {
  return [...values].every(([name, value]) => records.stored(version, name) === value);
}

function missingRequired(object: ObjectData, values: Values): Problem | undefined {
  const { name, singular, required } = object.type;
  const missing = required.filter((property) => !values.get(property));
  if (missing.length > 0)
    return invalid(`Error creating ${singular.toUpperCase()}. Some required properties were not set.`, {
      context: { properties: missing },
    });
  if (name === 'contacts' && !['email', 'firstname', 'lastname'].some((property) => values.get(property)))
    return invalid('Error creating CONTACT. One of email, firstname or lastname is required.', {
      context: { properties: ['email', 'firstname', 'lastname'] },
    });
  return undefined;
}
