import { InvalidRequestError } from '../../errors.ts';
import { showField } from '../../mapping/run/field-mark.ts';
import { toCrmProperties } from '../../mapping/run/translate-record.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { mapInSlices } from '../../in-slices.ts';
import { type EnginyRecord, toFieldValue } from '../../mapping/values/field-value.ts';

/** More than this many fields are counted, not listed. */
const maxListed = 20;

/**
 * Policy `reject`: a request with fields that have no row is refused as a whole, before anything is written.
 * @param places where each record stood in the request.
 * @throws InvalidRequestError that names every place, e.g. `contacts[3].customFields.segment has no row in the mapping`.
 */
export async function rejectUnknownFields(
  mapping: Mapping,
  records: readonly EnginyRecord[],
  places: readonly { readonly index: number }[],
): Promise<void> {
  if (mapping.write.unknown_fields.policy !== 'reject') return;
  const listed: string[] = [];
  let count = 0;
  await mapInSlices(records.entries(), ([index, record]) => {
    const { unknown } = toCrmProperties(mapping, record, 'update');
    count += unknown.length;
    for (const { field } of unknown.slice(0, maxListed - listed.length)) {
      const isOwn = Object.hasOwn(record, field) && toFieldValue(record[field]) !== undefined;
      const place = `${mapping.object}[${places[index]?.index ?? index}].${isOwn ? '' : 'customFields.'}${showField(field)}`;
      listed.push(`${place} has no row in the mapping`);
    }
  });
  if (count === 0) return;
  const more = count - listed.length;
  throw new InvalidRequestError(listed.join('; ') + (more > 0 ? `; and ${more} more` : ''));
}
