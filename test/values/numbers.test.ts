import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalizeAmount } from '../../src/mapping/values/numbers/amount-text.ts';
import { lowerBound, normalizeEmployeeRange } from '../../src/mapping/values/numbers/number-range.ts';
import { normalizeInteger, normalizeNumber } from '../../src/mapping/values/numbers/number-text.ts';
import { isPartialValue } from '../../src/mapping/values/value-problem.ts';
import { createAll, type ValueCase } from './record-values.ts';

const employees = (sent: unknown, number: string | undefined): ValueCase => ({
  given: { numberOfEmployees: sent },
  held: { numberofemployees: number, enginy_employees: number === undefined ? String(sent) : undefined },
  isWarned: number === undefined,
});

const revenue = (sent: unknown, number: string | undefined, isKept = number === undefined): ValueCase => ({
  given: { revenue: sent },
  held: { annualrevenue: number, enginy_revenue: isKept ? String(sent) : undefined },
  isWarned: isKept,
});

const cases: readonly ValueCase[] = [
  employees('10.000', '10000'),
  employees('10,000', '10000'),
  employees('10 000', '10000'),
  employees('10\u00a0000', '10000'),
  employees('10\u2009000', '10000'),
  employees('10\u202f000', '10000'),
  employees("10'000", '10000'),
  employees('10’000', '10000'),
  employees('1,00,000', '100000'),
  employees('1.234.567', '1234567'),
  employees('10.000,00', '10000'),
  employees('１２００', '1200'),
  employees(1200, '1200'),
  employees('1.5', undefined),
  employees(10.125, undefined),
  employees('51-200', undefined),
  employees('about 500', undefined),
  employees('10 00', undefined),
  employees('1.00.000', undefined),
  revenue('500.000 €', '500000'),
  revenue('EUR 250.000', '250000'),
  revenue('50.000', undefined),
  revenue('50,000', '50000'),
  revenue(50.125, '50.125'),
  revenue('5 mil €', '5000'),
  revenue('$5 mil', undefined),
  revenue('R$ 5 mil', '5000'),
  revenue('MXN 5 mil', '5000'),
  // Millions in other languages, and an abbreviation of it.
  ...['5 mil RON', '5 mil lei', '5 mil CZK', '5 mil Kč', '5 mil zł', 'CHF 5 mil', '5 mil. €', '5 mil. Kč'].map((text) =>
    revenue(text, undefined),
  ),
  revenue('US$5M', '5000000'),
  revenue('R$ 1.200.000', '1200000'),
  revenue('R$ 5 mi', '5000000'),
  revenue('2 mil millones €', '2000000000'),
  revenue('1,5 Mio. €', '1500000'),
  revenue('1.250 Mio €', undefined),
  revenue('3 Mrd EUR', '3000000000'),
  revenue('500k', '500000'),
  revenue('5 bn USD', '5000000000'),
  revenue('€12.5M', '12500000'),
  revenue('5 MEUR', '5000000'),
  revenue('₹ 5 crore', '50000000'),
  revenue('Rs. 10 lakh', '1000000'),
  revenue('12,34,567.50', '1234567.5'),
  revenue('CHF 1’200’000.50', '1200000.5'),
  revenue('1.2345M', '1234500'),
  revenue('KWD 1.234', undefined),
  revenue('3 тыс. руб', '3000'),
  revenue('~5M', '5000000', true),
  revenue('ca. 2 Mio €', '2000000', true),
  revenue('5M+', '5000000', true),
  revenue('$1M - $10M', undefined),
  revenue('500 T€', undefined),
  revenue('undisclosed', undefined),
  revenue('5 apples', undefined),
  employees("1'234", '1234'),
  employees('1.234,00', '1234'),
  employees('٣٠٠', '300'),
  employees('0', '0'),
  ...['-5', -5, '−12', '- 5', '-10.000', '99999999', '10000001', '-0.5'].map((sent) => employees(sent, undefined)),
  employees('10000000', '10000000'),
  employees('-0', '0'),
  employees('12k', undefined),
  employees('>5000', undefined),
  employees('(500)', undefined),
  employees('1_000', undefined),
  employees('1e3', undefined),
  employees('twenty', undefined),
  revenue('1.234,56 €', '1234.56'),
  revenue('1,234.56', '1234.56'),
  revenue("CHF 1'200'000.-", '1200000'),
  revenue('12k€', '12000'),
  revenue('$1.2MM', '1200000'),
  revenue('5 millones de euros', '5000000'),
  revenue('2 milhões de reais', '2000000'),
  revenue('£1.2bn GBP', '1200000000'),
  revenue('$5M USD', '5000000'),
  revenue('1億円', '100000000'),
  revenue('¥5000万', '50000000'),
  revenue('1.200.000,- EUR', '1200000'),
  revenue('5 mln zł', '5000000'),
  revenue('1M$', '1000000'),
  revenue('2.5 M$', '2500000'),
  revenue('A$ 5m', '5000000'),
  revenue('€5M USD', undefined),
  revenue('12T', undefined),
  revenue('1e6', undefined),
  revenue('<1M', undefined),
  revenue('$5M per year', undefined),
  revenue('(500)', undefined),
];

test('reads numbers and amounts of all conventions, and keeps what has no or several readings as text', async () => {
  expect(await createAll('companies', cases)).toEqual(cases);
});

test.each([
  ['51–200', '51-200'],
  ['51 - 200 employees', '51-200'],
  ['2-10', '2-10'],
  ['1,001-5,000 employees', '1001-5000'],
  ['1.001 bis 5.000 Mitarbeiter', '1001-5000'],
  ['10,001+ employees', '10001+'],
  ['10001+', '10001+'],
  ['10,001 or more', '10001+'],
  ['Self-employed', '1'],
  ['1 employee', '1'],
  ['11 to 50', '11-50'],
  ['0-1', '0-1'],
  ['10k+', '10000+'],
  ['1K – 5K', '1000-5000'],
  ['between 50 and 100', '50-100'],
  ['entre 11 y 50', '11-50'],
  ['von 11 bis 50', '11-50'],
  ['De 11 à 50 salariés', '11-50'],
  ['11-50 FTE', '11-50'],
  ['11 — 50 empleados', '11-50'],
  ['Solo', '1'],
  ['500 ppl', '500'],
  ['1-5k', undefined],
  ['200-51', undefined],
  ['>5000', undefined],
  ['<10', undefined],
  ['about 200', undefined],
  ['11..50', undefined],
])('reads the range %j as %j', (text, range) => {
  const read = normalizeEmployeeRange(text);
  expect(typeof read === 'string' ? read : undefined).toBe(range);
});

test.each([
  ['51-200', '51'],
  ['more than 5,000', '5000'],
  ['> 50', '50'],
  ['más de 1.000 empleados', '1000'],
  ['über 250 Mitarbeiter', '250'],
  ['10,001+', '10001'],
  ['myself only', '1'],
  ['51-200 (LinkedIn)', '51'],
  ['< 10', undefined],
  ['up to 10', undefined],
  ['bis 50', undefined],
  ['about 200', undefined],
  ['200-51', undefined],
])('reads the lower end of %j as %j', (text, low) => {
  const read = lowerBound(text);
  expect(typeof read === 'string' ? read : undefined).toBe(low);
});

const numerals = fc.stringMatching(/^-?[0-9][0-9., ']{0,12}$/);
const ranges = fc
  .tuple(
    numerals,
    fc.constantFrom('', '-', ' to ', '+', ' bis ', 'k-'),
    fc.oneof(numerals, fc.constant('')),
    fc.constantFrom('', 'k', '+', ' employees'),
  )
  .map((parts) => parts.join(''));
const amounts = fc
  .tuple(
    fc.constantFrom('', '€', '$ ', 'EUR ', 'ca. '),
    numerals,
    fc.constantFrom('', ' M', 'k', ' mil', ' Mio. €', '+', ' bn'),
  )
  .map((parts) => parts.join(''));

test.each([
  { name: 'normalizeNumber', read: (text: string) => normalizeNumber(text), texts: numerals },
  { name: 'normalizeInteger', read: (text: string) => normalizeInteger(text), texts: numerals },
  { name: 'normalizeEmployeeRange', read: normalizeEmployeeRange, texts: ranges },
  { name: 'lowerBound', read: lowerBound, texts: ranges },
  { name: 'normalizeAmount', read: (text: string) => normalizeAmount(text), texts: fc.oneof(amounts, numerals) },
])('$name reads every number that it prints as the same number', ({ read, texts }) => {
  let printed = 0;
  fc.assert(
    fc.property(texts, (text) => {
      const once = read(text);
      const value = isPartialValue(once) ? once.value : once;
      if (typeof value !== 'string') return;
      printed += 1;
      expect(read(value)).toBe(value);
    }),
    { numRuns: 3000 },
  );
  expect(printed).toBeGreaterThan(0);
});

test.each(['en-US', 'de-DE', 'de-CH', 'fr-FR', 'es-ES', 'pt-BR', 'hi-IN', 'en-IN', 'pl-PL', 'sv-SE'])(
  'never reads a number as %s prints it as another number',
  (language) => {
    const format = new Intl.NumberFormat(language, { maximumFractionDigits: 3 });
    const number = fc.oneof(
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.integer({ min: -1e9, max: 1e9 }).map((whole) => whole / 100),
    );
    let numbers = 0;
    fc.assert(
      fc.property(number, (value) => {
        const read = normalizeNumber(format.format(value));
        if (typeof read !== 'string') return;
        numbers += 1;
        expect(Number(read)).toBe(value);
      }),
    );
    expect(numbers).toBeGreaterThan(0);
  },
);
