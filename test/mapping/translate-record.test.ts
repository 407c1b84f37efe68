import { expect, test } from 'vitest';
import { managedPropertiesOf, toCrmProperties, toEnginyProperties } from '../../src/mapping/run/translate-record.ts';
import { aMapping } from './a-mapping.ts';

test('writes constants and defaults only on create', () => {
  const mapping = aMapping(`
write:
  fields:
    - { enginy: companySize, crm: size_band, default: unknown }
  on_create:
    - { crm: hs_lead_status, value: NEW }
`);

  const created = toCrmProperties(mapping, { externalId: '1' }, 'create');
  const updated = toCrmProperties(mapping, { crmId: '1' }, 'update');

  expect(created.properties).toEqual({ size_band: 'unknown', hs_lead_status: 'NEW' });
  expect(created.sources).toEqual({ size_band: '(default)', hs_lead_status: '(constant)' });
  expect(updated.properties).toEqual({});
});

test('sorts each row by its own overwrite, or by that of the file', () => {
  const mapping = aMapping(`
write:
  overwrite: if_empty
  fields:
    - { enginy: title, crm: jobtitle }
    - { enginy: city, crm: city, overwrite: always }
    - { enginy: ownerId, crm: hubspot_owner_id, overwrite: never }
`);
  const record = { title: 'CTO', city: 'Madrid', ownerId: 7 };

  const created = toCrmProperties(mapping, record, 'create');
  const updated = toCrmProperties(mapping, record, 'update');

  expect(created.properties).toEqual({ jobtitle: 'CTO', city: 'Madrid', hubspot_owner_id: '7' });
  expect(created.ifEmpty).toEqual({});
  expect(updated.properties).toEqual({ city: 'Madrid' });
  expect(updated.ifEmpty).toEqual({ jobtitle: 'CTO' });
});

test('clears a property only where the row says so and the field was really sent empty', () => {
  const mapping = aMapping(`
write:
  fields:
    - { enginy: city, crm: city, on_empty: clear }
    - { enginy: state, crm: state }
    - { first_of: [country, leadCountry], crm: country, on_empty: clear }
`);

  const read = (record: Record<string, unknown>) => toCrmProperties(mapping, record, 'update').properties;

  expect(read({ city: null, state: null, country: ' ' })).toEqual({ city: '', country: '' });
  expect(read({ city: [], country: '', leadCountry: 'ES' })).toEqual({ city: '', country: 'ES' });
  expect(read({ state: '' })).toEqual({});
  expect(toCrmProperties(mapping, { city: null }, 'create').properties).toEqual({});
});

test('does not clear what a field that cannot be used was meant for', () => {
  const mapping = aMapping('write: { on_empty: clear, fields: [{ enginy: email, crm: email, transform: [email] }] }');

  const { properties, warnings } = toCrmProperties(mapping, { email: 'nobody' }, 'update');

  expect(properties).toEqual({});
  expect(warnings).toEqual(['email is not an email address and was not written to email']);
});

test('asks for clearing of unknown fields only where the whole file clears', () => {
  const record = { genesy_status: '', other: undefined };

  expect(toCrmProperties(aMapping('write: { on_empty: clear }'), record, 'update').unknown).toEqual([
    { field: 'genesy_status', value: '' },
  ]);
  expect(toCrmProperties(aMapping('write: { on_empty: clear }'), record, 'create').unknown).toEqual([]);
  expect(toCrmProperties(aMapping(''), record, 'update').unknown).toEqual([]);
});

test('uses the first usable field, and warns about those that are not', () => {
  const mapping = aMapping(`
write:
  fields:
    - { first_of: [numberOfEmployees, employeeCount], crm: size, transform: [integer] }
`);

  const { properties, sources, warnings } = toCrmProperties(
    mapping,
    { numberOfEmployees: '51-200', employeeCount: 120 },
    'update',
  );

  expect(properties).toEqual({ size: '120' });
  expect(sources).toEqual({ size: 'employeeCount' });
  expect(warnings).toEqual(['numberOfEmployees is not a number and was not written to size']);
});

test('joins the fields that have a value', () => {
  const mapping = aMapping(`
write:
  fields:
    - { concat: [city, state, { enginy: country, transform: [uppercase] }], with: ", ", crm: address, transform: [one_line] }
`);

  const read = (record: Record<string, unknown>) => toCrmProperties(mapping, record, 'update');

  expect(read({ city: 'Madrid ', country: 'es' })).toMatchObject({
    properties: { address: 'Madrid , ES' },
    sources: { address: 'city+country' },
  });
  expect(read({ state: '' }).properties).toEqual({});
});

test("maps values regardless of case and applies the map's rule for all others", () => {
  const rows = (otherwise: string) => `
write: { fields: [{ enginy: companySize, crm: band, value_map: band }] }
value_maps: { band: { map: { 1-10: small, Yes: agreed }, otherwise: ${otherwise} } }
`;
  const read = (otherwise: string, value: unknown) =>
    toCrmProperties(aMapping(rows(otherwise)), { companySize: value }, 'update');

  expect(read('skip', ' yes').properties).toEqual({ band: 'agreed' });
  expect(read('skip', '11-50')).toMatchObject({
    properties: {},
    warnings: ['companySize has a value that is not in the value map "band" and was not written to band'],
  });
  expect(read('keep', '11-50').properties).toEqual({ band: '11-50' });
  expect(read('{ set: large }', 'constructor').properties).toEqual({ band: 'large' });
  expect(read('skip', ['1-10', '11-50', 'YES']).properties).toEqual({ band: 'small;agreed' });
});

test('returns texts to be matched with options, with the property that keeps those that match none', () => {
  const mapping = aMapping(`
write:
  fields:
    - { enginy: industry, crm: industry, match_option: true, keep_raw_in: enginy_industry }
    - { enginy: companyType, crm: type, match_option: true, overwrite: if_empty }
`);

  const { properties, optionTexts } = toCrmProperties(
    mapping,
    { industry: 'Banking', companyType: 'Vendor' },
    'update',
  );

  expect(properties).toEqual({});
  expect(optionTexts).toEqual({
    industry: { text: 'Banking', ifEmpty: false, isPlaceholder: false, keepRawIn: 'enginy_industry' },
    type: { text: 'Vendor', ifEmpty: true, isPlaceholder: false },
  });
});

test('keeps the text of a value that does not fit its property where the row says so', () => {
  const mapping = aMapping(`
identity: { enginy: externalId, crm: enginy_external_id }
write:
  fields:
    - { enginy: revenue, crm: annualrevenue, transform: [amount], keep_raw_in: enginy_revenue }
`);

  const { properties, warnings } = toCrmProperties(mapping, { revenue: '1M - 10M' }, 'update');

  expect(properties).toEqual({ enginy_revenue: '1M - 10M' });
  expect(warnings[0]).toMatch(/the text is kept in enginy_revenue$/);
  expect(managedPropertiesOf(mapping)).toEqual([
    { name: 'enginy_external_id', field: 'externalId', isIdentity: true },
    { name: 'enginy_revenue', field: 'revenue', isIdentity: false },
  ]);
});

test('names the properties whose step back is forced', () => {
  const mapping = aMapping('write: { fields: [{ enginy: life_cycle, crm: lifecyclestage, backward: force }] }');

  expect(toCrmProperties(mapping, { life_cycle: 'lead' }, 'update').forced).toEqual(['lifecyclestage']);
  expect(toCrmProperties(mapping, { life_cycle: 'lead' }, 'create').forced).toEqual([]);
});

test('writes the identity on create, and on update only where there is none yet', () => {
  const mapping = aMapping('identity: { enginy: externalId, crm: enginy_external_id }');

  expect(toCrmProperties(mapping, { externalId: ' lead-1 ' }, 'create').properties).toEqual({
    enginy_external_id: 'lead-1',
  });
  expect(toCrmProperties(mapping, { externalId: 'lead-1' }, 'update').ifEmpty).toEqual({
    enginy_external_id: 'lead-1',
  });
  expect(toCrmProperties(mapping, { crmId: '5' }, 'update')).toMatchObject({ properties: {}, ifEmpty: {} });
});

test('writes every kind of JSON value in the form that CRMs read', () => {
  const mapping = aMapping('write: { fields: [{ enginy: tags, crm: tags }] }');
  const read = (tags: unknown) => toCrmProperties(mapping, { tags }, 'update').properties.tags;

  expect(read(1e21)).toBe('1000000000000000000000');
  expect(read(-0)).toBe('0');
  expect(read(0.1)).toBe('0.1');
  expect(read(false)).toBe('false');
  expect(read(['a', '', null, 2, { b: 1 }])).toBe('a;2;{"b":1}');
  expect(read({ a: [1] })).toBe('{"a":[1]}');
  for (const empty of [undefined, null, '', ' \n', [], [''], {}, Number.NaN]) expect(read(empty)).toBeUndefined();
});

test('reads custom fields in addition to the record, which takes precedence, and warns if the two differ', () => {
  const mapping = aMapping('write: { fields: [{ enginy: city, crm: city }, { enginy: tier, crm: tier }] }');

  const { properties, unknown, warnings } = toCrmProperties(
    mapping,
    {
      city: 'Madrid',
      score: 1,
      state: '',
      customFields: { city: 'Berlin', tier: 'A', score: 2, state: 'B', plan: null },
    },
    'update',
  );

  expect(properties).toEqual({ city: 'Madrid', tier: 'A' });
  expect(unknown).toEqual([
    { field: 'score', value: 1 },
    { field: 'state', value: 'B' },
  ]);
  expect(warnings).toEqual([
    'customFields.city was not written, because city was also sent',
    'customFields.score was not written, because score was also sent',
  ]);
});

test('treats custom fields that are not an object as one unknown field', () => {
  expect(toCrmProperties(aMapping(''), { customFields: 'x' }, 'update').unknown).toEqual([
    { field: 'customFields', value: 'x' },
  ]);
});

test('omits ids and ignored fields from the unknown ones', () => {
  const mapping = aMapping('write: { ignore: [bio] }');

  const { unknown } = toCrmProperties(mapping, { externalId: 'a', crmId: 'b', bio: 'c', tags: ['d'] }, 'update');

  expect(unknown).toEqual([{ field: 'tags', value: ['d'] }]);
});

test('handles field names that every object has', () => {
  const mapping = aMapping(
    'write: { fields: [{ enginy: toString, crm: constructor }, { enginy: valueOf, crm: note }] }',
  );
  const record: Record<string, unknown> = JSON.parse(
    '{"__proto__":{"polluted":1},"constructor":"c","hasOwnProperty":2,"customFields":{"__proto__":"x","valueOf":"v"}}',
  );

  const { properties, unknown } = toCrmProperties(mapping, record, 'update');

  expect(properties).toEqual({ note: 'v' });
  expect(unknown.map(({ field }) => field)).toEqual(['__proto__', 'constructor', 'hasOwnProperty']);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  expect(toCrmProperties(mapping, {}, 'update')).toMatchObject({ properties: {}, unknown: [] });
});

test('returns values in the type of their row and omits what the CRM does not have or what does not fit', () => {
  const mapping = aMapping(`
return:
  - { crm: score, enginy: leadScore, type: number }
  - { crm: active, enginy: active, type: boolean }
  - { crm: interests, enginy: tags, type: list }
  - { crm: last_day, enginy: lastDay, type: date }
  - { crm: last_time, enginy: lastActivityDate, type: datetime }
  - { first_of: [new_tier, old_tier], enginy: accountTier, transform: [uppercase] }
  - { crm: gone, enginy: gone }
`);

  const full = {
    score: '42.50',
    active: 'true',
    interests: 'a; b;',
    last_day: '2026-01-31',
    last_time: '1767225600000',
    new_tier: '',
    old_tier: 'gold',
    gone: null,
  };

  expect(toEnginyProperties(mapping, full)).toEqual({
    leadScore: 42.5,
    active: true,
    tags: ['a', 'b'],
    lastDay: '2026-01-31',
    lastActivityDate: '2026-01-01T00:00:00.000Z',
    accountTier: 'GOLD',
  });
  expect(toEnginyProperties(mapping, { score: 'high', active: 'perhaps', interests: ' ; ', last_day: 'soon' })).toEqual(
    {},
  );
});

test('returns rows of both directions, with their value map read backwards, unless a return row says otherwise', () => {
  const mapping = aMapping(`
write:
  fields:
    - { enginy: companySize, crm: band, value_map: band, direction: both }
    - { enginy: city, crm: city, direction: both }
return:
  - { crm: town, enginy: city }
value_maps: { band: { map: { 1-10: small, 11-50: medium }, otherwise: keep } }
`);

  expect(toEnginyProperties(mapping, { band: 'SMALL', city: 'Madrid', town: 'Getafe' })).toEqual({
    companySize: '1-10',
    city: 'Getafe',
  });
  expect(toEnginyProperties(mapping, { band: 'huge' })).toEqual({ companySize: 'huge' });
});

test('names the first twenty entries of customFields that were also sent as fields, and counts the others', () => {
  const names = Array.from({ length: 500 }, (_unused, index) => `f${index}`);
  const all = (value: string) => Object.fromEntries(names.map((name) => [name, value]));

  const { unknown, warnings } = toCrmProperties(
    aMapping('write: { fields: [] }'),
    { ...all('own'), customFields: all('custom') },
    'update',
  );

  expect(unknown).toEqual(names.map((field) => ({ field, value: 'own' })));
  expect(warnings).toHaveLength(21);
  expect(warnings.at(-1)).toBe('480 more of customFields were not written, because each was also sent');
});
