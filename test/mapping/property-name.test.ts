import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeField, fieldLabel, readFieldMark, showField } from '../../src/mapping/run/field-mark.ts';
import { fieldKey, hashedPropertyName, propertyName } from '../../src/mapping/run/property-name.ts';

const rules = { maxNameLength: 100, reservedPrefixes: ['hs_'], maxTextLength: 65_536 };

/** Any text: printable or not, with halves of surrogate pairs, empty, very long. */
const anyField = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 50 }),
  fc.constantFrom('', 'hs_object_id', 'HS Lead', '__proto__', 'constructor', '…'.repeat(500), 'a'.repeat(10_000)),
);

test.each([
  ['genesy_last_engaged_at', 'genesy_last_engaged_at'],
  ['campaignOpens', 'campaign_opens'],
  ['Campaign Click Analysis', 'campaign_click_analysis'],
  ['linkedInURL', 'linked_in_url'],
  ['HTMLBody', 'html_body'],
  ['a/b.c?d#e&f', 'a_b_c_d_e_f'],
  ['../../../etc/passwd', 'etc_passwd'],
  ['  spaces  ', 'spaces'],
  ['Größe', 'grosse'],
  ['Łódź', 'lodz'],
  ['последний контакт', 'posledniy_kontakt'],
  ['最終更新日', 'zui_zhong_geng_xin_ri'],
  ['고객 상태', 'go_gaeg_sang_tae'],
  ['👑 VIP', 'crown_vip'],
  ['2nd e-mail', 'enginy_2nd_e_mail'],
  ['hs_object_id', 'enginy_hs_object_id'],
  ['HS Lead', 'enginy_hs_lead'],
  ['__proto__', 'proto'],
  ['constructor', 'constructor'],
])('names the property for %j %s', (field, name) => {
  expect(propertyName(field, rules)).toBe(name);
});

test.each(['', '   ', '___', '\u0000\u0007', '\ud800', '\u200f'])('falls back to a hash for %j', (field) => {
  expect(propertyName(field, rules)).toBe(`field_${fieldKey(field)}`);
});

test('keeps long names with the same beginning distinct, and cuts them to the allowed length', () => {
  const long = 'engagement '.repeat(14);

  const names = [`${long}one`, `${long}two`, `${'x'.repeat(10_000)}1`, `${'x'.repeat(10_000)}2`].map((field) =>
    propertyName(field, rules),
  );

  expect(new Set(names).size).toBe(4);
  expect(names.map((name) => name.length)).toEqual(
    [100, 100, 100, 100].map((most) => expect.toSatisfy((n) => n <= most)),
  );
});

test('derives an allowed name from any text', () => {
  fc.assert(
    fc.property(anyField, (field) => {
      for (const name of [propertyName(field, rules), hashedPropertyName(field, rules)]) {
        expect(name).toMatch(/^[a-z][a-z0-9_]{0,99}$/);
        expect(name.startsWith('hs_')).toBe(false);
      }
    }),
    { numRuns: 500 },
  );
});

test('keeps a name that is already allowed', () => {
  const allowedName = fc.stringMatching(/^[a-z][a-z0-9]{0,20}(_[a-z0-9]{1,20}){0,3}$/);
  fc.assert(
    fc.property(allowedName, (field) => {
      fc.pre(!field.startsWith('hs_'));
      expect(propertyName(field, rules)).toBe(field);
    }),
  );
});

test('gives two fields that share a name different names of their own', () => {
  expect(propertyName('Campaign Opens', rules)).toBe(propertyName('campaign-opens', rules));
  expect(hashedPropertyName('Campaign Opens', rules)).not.toBe(hashedPropertyName('campaign-opens', rules));
});

test('keeps to the rules of another CRM', () => {
  const strict = { maxNameLength: 30, reservedPrefixes: ['sf_', 'id'], maxTextLength: 255 };

  expect(propertyName('identity of the campaign', strict)).toBe(
    `enginy_identity_of_th_${fieldKey('identity of the campaign')}`,
  );
  expect(propertyName('sf_state', strict)).toBe('enginy_sf_state');
});

test('reads the field from a description, whatever users add around it', () => {
  fc.assert(
    fc.property(anyField, (field) => {
      const description = describeField(field);
      expect(readFieldMark(description)).toBe(fieldKey(field));
      expect(readFieldMark(`Ask Kim. ${description} (reviewed)`)).toBe(fieldKey(field));
      expect(description.length).toBeLessThan(800);
    }),
  );
  expect(readFieldMark('Number of employees')).toBeUndefined();
  expect(readFieldMark(undefined)).toBeUndefined();
});

test('keeps the field as label, on one line and short', () => {
  expect(fieldLabel('Größe (cm)')).toBe('Größe (cm)');
  expect(fieldLabel('two\r\nlines\u0000')).toBe('two lines');
  expect(fieldLabel('\u0000')).toBeUndefined();
  expect([...(fieldLabel('👑'.repeat(500)) ?? '')]).toHaveLength(100);
  fc.assert(
    fc.property(anyField, (field) => {
      expect(showField(field).length).toBeGreaterThan(0);
      expect(showField(field).isWellFormed()).toBe(true);
    }),
  );
});
