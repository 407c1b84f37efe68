import { expect, test } from 'vitest';
import { createOptionMatcher } from '../../src/mapping/values/option-matcher.ts';

const industries = [
  { value: 'HOSPITAL_HEALTH_CARE', label: 'Hospital & Health Care' },
  { value: 'NON_PROFIT_ORGANIZATION_MANAGEMENT', label: 'Non-Profit Organization Management' },
  { value: '17', label: 'Öffentliche Verwaltung' },
  { value: 'BANKING', label: 'Banking' },
  { value: 'banking', label: 'Banking (old)', isHidden: true },
];

test.each([
  ['HOSPITAL_HEALTH_CARE', 'HOSPITAL_HEALTH_CARE'],
  ['hospital and health care', 'HOSPITAL_HEALTH_CARE'],
  ['Nonprofit Organization Management', 'NON_PROFIT_ORGANIZATION_MANAGEMENT'],
  ['offentliche verwaltung', '17'],
  ['banking', 'banking'],
  ['bankIng', 'BANKING'],
  ['Health', undefined],
  ['', undefined],
  ['&', undefined],
])('finds %j as %j', (text, value) => {
  expect(createOptionMatcher(industries)(text)).toBe(value);
});

test('finds nothing where two options fit equally well', () => {
  const find = createOptionMatcher([
    { value: 'a', label: 'New & Open' },
    { value: 'b', label: 'New, Open' },
  ]);

  expect(find('new open')).toBeUndefined();
  expect(find('New, Open')).toBe('b');
});

test.each([
  ['C ++', 'C++'],
  ['c ++', 'C++'],
  ['C #', 'C#'],
  ['C ++ Developer', 'C++ Developer'],
  ['C # Developer', undefined],
  ['C developer', 'C Developer'],
  ['- 1', '-1'],
  ['− 1', '-1'],
  ['- 2', undefined],
  ['c', 'C'],
])('punctuation after a space still counts: %j is %j', (text, value) => {
  const labels = ['C', 'C++', 'C#', 'C Developer', 'C++ Developer', '-1', '1', '2'];

  expect(createOptionMatcher(labels.map((label) => ({ value: label, label })))(text)).toBe(value);
});

test.each(['<', '=', '+', '#', 'a+', '+a', '~ ', '1 ', '- ', 'C++ ', '\u0323\u0301', ' '])(
  'a text of 200,000 characters is rejected as an option without delay: %j',
  (unit) => {
    const match = createOptionMatcher([{ value: 'SOFTWARE', label: 'Computer Software' }]);
    const before = process.threadCpuUsage();

    expect(match(`x${unit.repeat(200_000 / unit.length)}x`)).toBeUndefined();
    expect(match(`x${unit.repeat(900 / unit.length)}x`)).toBeUndefined();

    // One that tries every place takes minutes.
    expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(1_000);
  },
);
