import { expect, test } from 'vitest';
import { checkSources } from '../../src/mapping/load/load-mappings.ts';

function findingsOf(rows: string, rest = '') {
  const text = `version: 1
target: hubspot/contacts
match: { rules: [{ enginy: email, crm: email }] }
write:
  fields:
    - ${rows}
${rest}`;
  return checkSources('folder', [{ file: 'contacts.yaml', text }]).diagnostics.map(
    ({ severity, message }) => `${severity}: ${message}`,
  );
}

test.each([
  ['customFields.Priority Level', 'write "Priority Level"'],
  ['customFields.tier', 'write "tier"'],
  ['custom_fields.tier', 'write "tier"'],
  ["customFields['Deal Stage']", 'write "Deal Stage"'],
  ['customField/tier', 'write "tier"'],
  ['title + company', 'concat: [title, company]'],
  ['firstName & lastName', 'concat: [firstName, lastName]'],
  ['firstName, lastName', 'first_of: [firstName, lastName]'],
  ['phone || mobilePhone', 'first_of: [phone, mobilePhone]'],
  ['phone or mobilePhone', 'first_of: [phone, mobilePhone]'],
  ['city/state', 'concat: [city, state]'],
  ['{{title}}', 'write the name alone, "title"'],
  ['$title', 'write the name alone, "title"'],
  ['contact.email', 'write the name alone, "email"'],
  ['lead.linkedinUrl', 'write the name alone, "linkedinUrl"'],
  ['Priority\u00a0Level', 'write "Priority Level"'],
  ['Priority  Level', 'write "Priority Level"'],
  [' tier_1 ', 'write "tier_1"'],
  ['campaignOpen', 'did you mean "campaignOpens"'],
  ['campaignEngagmentStatus', 'did you mean "campaignEngagementStatus"'],
  ['conversationTagCategories', 'did you mean "conversationTagsCategories"'],
])('a row for %j is warned about, with how to write it', (field, words) => {
  const row = `{ enginy: ${JSON.stringify(field)}, crm: jobtitle }`;

  expect(findingsOf(row)).toEqual([expect.stringContaining(words)]);
  expect(findingsOf(row)[0]).toMatch(/^warning: /);
});

test.each([
  'Priority Level',
  'R&D budget',
  'Sales & Marketing',
  'Q1/Q2 revenue',
  'genesy_status',
  'crm.owner.id',
  'campaignSequenceStatus',
  'senders',
  'customField1',
  'C++ developer',
])('a row for %j is accepted as a custom field', (field) => {
  expect(findingsOf(`{ enginy: ${JSON.stringify(field)}, crm: jobtitle }`)).toEqual([]);
});

test('values that a campaign field never has are warned about, with the documented ones', () => {
  const row = '{ enginy: campaignSequenceStatus, crm: hs_lead_status, value_map: status }';
  const map =
    'value_maps:\n  status:\n    map: { ongoing: OPEN, Finnished: DONE, Replied: CONNECTED }\n    otherwise: skip\n';

  expect(findingsOf(row, map)).toEqual([
    'warning: "Finnished" is not a value of campaignSequenceStatus (Not Started, Ongoing, Finished, Replied); did you mean "Finished"?',
  ]);
});

test('values of an open list that are nearly documented ones are warned about, and others are not', () => {
  const row = '{ enginy: campaignOpenAnalysis, crm: hs_lead_status, value_map: status }';
  const keys = ['Yess (2nd Message)', 'yes (1st mesage)', 'No', 'Yes (3rd Message)', 'Yes (5)', 'Opened twice', 'yes'];
  const map = `value_maps:\n  status:\n    map: { ${keys.map((key) => `"${key}": OPEN`).join(', ')} }\n    otherwise: skip\n`;

  expect(findingsOf(row, map)).toEqual([
    'warning: "Yess (2nd Message)" is not a value that Enginy documents; did you mean "Yes (2nd Message)"?',
    'warning: "yes (1st mesage)" is not a value that Enginy documents; did you mean "Yes (1st Message)"?',
  ]);
});

test.each([
  ['conversationTags', 'Meeting Bookd', 'Meeting Booked'],
  ['campaignEngagementStatus', 'Message Sent (2/3) - Emial', 'Message Sent (1/3) - Email'],
  ['campaignSequenceDetails', 'LinkedIn Conection Request', 'LinkedIn Connection Request'],
])('a value of %s that is misspelled is suggested', (field, key, suggestion) => {
  const map = `value_maps:\n  status:\n    map: { ${JSON.stringify(key)}: OPEN }\n    otherwise: skip\n`;

  expect(findingsOf(`{ enginy: ${field}, crm: hs_lead_status, value_map: status }`, map)).toEqual([
    `warning: "${key}" is not a value that Enginy documents; did you mean "${suggestion}"?`,
  ]);
});

test('a type that cannot hold a campaign field is warned about', () => {
  const types = (list: string) =>
    findingsOf('{ enginy: title, crm: jobtitle }', `  unknown_fields: { types: { ${list} } }\n`);

  expect(types('campaignOpens: number, campaignClicks: text, lastEngagedAt: datetime')).toEqual([]);
  expect(types('campaignOpenAnalysis: bool, campaignOpens: date')).toEqual([
    'warning: campaignOpenAnalysis is text such as "No", which does not fit a property of type bool: use text',
    'warning: campaignOpens is text such as "5", which does not fit a property of type date: use text or number',
  ]);
});
