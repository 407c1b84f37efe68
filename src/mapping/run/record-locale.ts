import type { TransformStep } from '../schema/record-mapping.ts';
import { findCountry } from '../values/country-name.ts';
import { type EnginyRecord, readField } from '../values/field-value.ts';
import type { Locale } from '../values/locale.ts';
import { readStep } from './transform-chain.ts';

/** Enginy's fields that name the country of a record, the most specific first. */
const countryFields = ['country', 'leadCountry'];

/** What a record says about the meaning of its own values: its country for phone numbers, and whether a value is a JSON number. */
export function createRecordLocale(
  locale: Locale,
  chains: readonly (readonly TransformStep[])[],
): (record: EnginyRecord, sent: unknown) => Locale {
  const needsCountry = chains.some((steps) => steps.some((step) => readStep(step).name === 'e164'));
  const numberLocale: Locale = { ...locale, isNumber: true };
  if (!needsCountry) return (_record, sent) => (typeof sent === 'number' ? numberLocale : locale);
  return (record) => {
    const recordCountry = countryOf(record);
    return recordCountry === undefined ? locale : { ...locale, recordCountry };
  };
}

function countryOf(record: EnginyRecord): string | undefined {
  for (const field of countryFields) {
    const sent = readField(record, field);
    const country = typeof sent === 'string' ? findCountry(sent) : undefined;
    if (country !== undefined) return country;
  }
  return undefined;
}
