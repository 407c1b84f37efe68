import { InvalidRequestError } from '../../errors.ts';
import { showField } from '../../mapping/run/field-mark.ts';
import { toCrmProperties } from '../../mapping/run/translate-record.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { type EnginyRecord, toFieldValue } from '../../mapping/values/field-value.ts';

/** More than this many fields are counted, not listed. */
const mostListed = 20;

/**
 * Policy `reject`: a request with fields that have no row is refused as a whole, before anything is written.
 * @param places where each record stood in the request.
 * @throws InvalidRequestError that names every place, e.g. `contacts[3].customFields.segment has no row in the mapping`.
 */
export function rejectUnknownFields(
  mapping: Mapping,
  records: readonly EnginyRecord[],
  places: readonly { readonly index: number }[],
): void {
  if (mapping.write.unknown_fields.policy !== 'reject') return;
  const unknown = records.flatMap((record, index) =>
    toCrmProperties(mapping, record, 'update').unknown.map(({ field }) => {
      const isOwn = Object.hasOwn(record, field) && toFieldValue(record[field]) !== undefined;
      return `${mapping.object}[${places[index]?.index ?? index}].${isOwn ? '' : 'customFields.'}${showField(field)}`;
    }),
  );
  if (unknown.length === 0) return;
  const listed = unknown.slice(0, mostListed).map((place) => `${place} has no row in the mapping`);
  const more = unknown.length - listed.length;
  throw new InvalidRequestError(listed.join('; ') + (more > 0 ? `; and ${more} more` : ''));
}
