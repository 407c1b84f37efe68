import { type AssociationType, associationType } from '../associations/association-types.ts';
import { asList, asObject, requiredString } from '../http/read-json.ts';
import { invalid, type Problem } from '../http/problem-body.ts';
import { type ObjectName, objectTypes } from '../object-types.ts';
import type { ObjectData } from '../portal.ts';

export interface PlannedLink {
  readonly to: ObjectName;
  readonly toId: number;
  readonly types: readonly AssociationType[];
}

/** Reads `associations` of a create: `[{to: {id}, types: [{associationCategory, associationTypeId}]}]`. */
export function planLinks(object: ObjectData, raw: unknown): readonly PlannedLink[] | Problem {
  const wrong: string[] = [];
  const links: PlannedLink[] = [];
  for (const entry of asList(raw)) {
    const association = asObject(entry);
    const id = requiredString(asObject(association.to), 'id');
    const typeIds = asList(association.types).map((type) => Number(asObject(type).associationTypeId));
    const target = targetOf(object, typeIds);
    if (!target) {
      wrong.push(`UNKNOWN=${id} is not valid`);
      continue;
    }
    const record = object.portal.object(target.to).records.find(Number(id));
    if (record) links.push({ to: target.to, toId: record.id, types: target.types });
    else wrong.push(`${object.portal.object(target.to).type.singular.toUpperCase()}=${id} is not valid`);
  }
  if (wrong.length === 0) return links;
  // The same words for an unknown id and for a wrong type id (hubspot-api-nodejs#646).
  return invalid('One or more associations are invalid', { context: { INVALID_OBJECT_IDS: wrong } });
}

/** The kind of record that all of the type ids lead to. */
function targetOf(
  object: ObjectData,
  typeIds: readonly number[],
): { to: ObjectName; types: AssociationType[] } | undefined {
  for (const { name: to } of objectTypes) {
    const types = typeIds
      .map((typeId) => associationType(object.type.name, to, typeId))
      .filter((type) => type !== undefined);
    if (types.length > 0 && types.length === typeIds.length) return { to, types };
  }
  return undefined;
}
