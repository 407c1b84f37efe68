import type { TransformStep } from '../schema/record-mapping.ts';
import { findCountry } from '../values/country-name.ts';
import { type EnginyRecord, readField } from '../values/field-value.ts';
import type { Locale } from '../values/locale.ts';
import { readStep } from './transform-chain.ts';

/** Enginy's fields that name the country of a record, the most specific first. */
const countryFields = ['country', 'leadCountry'];

/** What a record says about the meaning of its own values: its country for phone numbers, its name for domains, and
 * whether a value is a JSON number. */
export function createRecordLocale(
  locale: Locale,
  chains: readonly (readonly TransformStep[])[],
): (record: EnginyRecord, sent: unknown) => Locale {
  const needsCountry = chains.some((steps) => steps.some((step) => readStep(step).name === 'e164'));
  const numberLocale: Locale = { ...locale, isNumber: true };
  const needsName = chains.some(readsName);
  if (needsName) {
    return (record) => {
      const name = readField(record, 'name');
      return typeof name === 'string' ? { ...locale, recordName: name } : locale;
    };
  }
  if (!needsCountry) return (_record, sent) => (typeof sent === 'number' ? numberLocale : locale);
  return (record) => {
    const recordCountry = countryOf(record);
    return recordCountry === undefined ? locale : { ...locale, recordCountry };
  };
}

/** True for chains whose result depends on the name of the company. */
export function readsName(steps: readonly TransformStep[]): boolean {
  return steps.some((step) => /^(?:root_)?domain$/.test(readStep(step).name));
}

function countryOf(record: EnginyRecord): string | undefined {
  for (const field of countryFields) {
    const sent = readField(record, field);
    const country = typeof sent === 'string' ? findCountry(sent) : undefined;
    if (country !== undefined) return country;
  }
  return undefined;
}
