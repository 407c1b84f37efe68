import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkFolder } from '../src/mapping/check/check-folder.ts';
import { enginyFields } from '../src/mapping/load/enginy-fields.ts';
import { checkSources } from '../src/mapping/load/load-mappings.ts';
import { formatDiagnostic } from '../src/mapping/schema/diagnostic.ts';

test('the shipped mapping files lint clean, and their examples pass', () => {
  const { mappings, diagnostics, examples } = checkFolder('mappings/hubspot');

  expect(diagnostics.map(formatDiagnostic)).toEqual([]);
  expect(mappings?.companies).toBeDefined();
  expect(examples).toBeGreaterThan(15);
});

/** [what stands in the shipped file, the slip, kind, the word that is suggested, the text at which the finding points] */
const contactSlips: [string, string, string, string | undefined, string][] = [
  ['version: 1', 'version: 3', 'bad-option', '1', '3'],
  ['target: hubspot/contacts', 'target: hubspot/contact', 'unknown-target', 'contacts', 'hubspot/contact'],
  ['identity: {', 'identify: {', 'unknown-key', 'identity', 'identify'],
  [
    'transform: [email] }\n    - identity',
    'transform: [e-mail] }\n    - identity',
    'unknown-transform',
    'email',
    'e-mail',
  ],
  ['also: [hs_additional_emails]', 'alsо: [hs_additional_emails]', 'unknown-key', 'also', 'alsо'],
  ['    - identity', '    - idenity', 'bad-option', 'identity', 'idenity'],
  ['  if_several: error', '  if_several: eror', 'bad-option', 'error', 'eror'],
  [
    'search: [hs_linkedin_url], transform: [linkedin_url] }',
    'search: [hs_linkedin_url] }',
    'match-write-differ',
    undefined,
    '{ enginy: linkedinUrl',
  ],
  ['  overwrite: always', '  overwrite: alway', 'bad-option', 'always', 'alway'],
  ['  on_empty: skip', '  on_emtpy: skip', 'unknown-key', 'on_empty', 'on_emtpy'],
  ['enginy: title,', 'enginy: titel,', 'not-an-enginy-field', 'title', 'titel'],
  ['crm: jobtitle,', 'crm: Job Title,', 'bad-option', undefined, 'Job Title'],
  [
    'crm: company,     ',
    'crm: jobtitle,    ',
    'duplicate-target',
    undefined,
    'jobtitle,          transform: [one_line], empty_words',
  ],
  ['{ enginy: city,        crm: city, ', '{ enginy: city, ', 'missing-key', undefined, '{ enginy: city'],
  [
    'direction: both, keep_raw_in: enginy_email }',
    'direction: bot, keep_raw_in: enginy_email }',
    'bad-option',
    'both',
    'bot,',
  ],
  ['overwrite: never }', 'overwrite: never, on_empty: clear }', 'contradiction', undefined, 'clear }'],
  [
    '{ enginy: fullName, transform: [first_name] }',
    '{ enginy: fullName, transform: [firstname] }',
    'unknown-transform',
    'first_name',
    'firstname]',
  ],
  ['  on_invalid: strip', '  on_invalid: stripe', 'bad-option', 'strip', 'stripe'],
  ['    at_most: 100', '    at_most: lots', 'bad-option', undefined, 'lots'],
  ['    types: {} ', '    types: { seen: time } ', 'bad-option', undefined, 'time }'],
  [
    'value_map: lifecycle_stage',
    'value_map: lifecycle_stages',
    'unknown-value-map',
    'lifecycle_stage',
    'lifecycle_stages',
  ],
  ['type: datetime }', 'type: datetim }', 'bad-option', 'datetime', 'datetim }'],
  ['enginy: dealValue', 'enginy: owner', 'duplicate-return', undefined, 'owner, type: number'],
  ['      lead: Lead', '      lead: Lead\n      lead: Lead', 'yaml', undefined, 'lead: Lead\n      marketing'],
  ['    otherwise: skip', '    otherwise: ski', 'bad-option', 'skip', 'ski '],
];

test.each(contactSlips)('reports the slip %j → %j as %s', (right, slip, kind, suggestion, at) => {
  const shipped = readFileSync('mappings/hubspot/contacts.yaml', 'utf8');
  expect(shipped).toContain(right);
  const text = shipped.replace(right, () => slip);

  const { diagnostics } = checkSources('mappings/hubspot', [{ file: 'contacts.yaml', text }]);
  const found = diagnostics.find((diagnostic) => diagnostic.kind === kind);

  expect(diagnostics.map(formatDiagnostic)).toContainEqual(expect.stringContaining(`  ${kind}  `));
  expect(found?.suggestion).toBe(suggestion);
  const fromThere = text
    .split('\n')
    .slice((found?.line ?? 0) - 1)
    .join('\n')
    .slice((found?.column ?? 0) - 1);
  expect(fromThere.slice(0, at.length)).toBe(at);
});

test('reports many slips of one file in one run', () => {
  let text = readFileSync('mappings/hubspot/contacts.yaml', 'utf8');
  const planted = contactSlips.filter(
    ([, , kind]) => !['yaml', 'unknown-target', 'match-write-differ', 'duplicate-target'].includes(kind),
  );
  const kinds = new Set(planted.map(([, , kind]) => kind));
  for (const [right, slip] of planted) text = text.replace(right, () => slip);

  const { diagnostics } = checkSources('mappings/hubspot', [{ file: 'contacts.yaml', text }]);

  expect(diagnostics.length).toBeGreaterThanOrEqual(planted.length - 2);
  expect(diagnostics.map(({ kind }) => kind)).toEqual(expect.arrayContaining([...kinds]));
});

test.each(['contacts', 'companies'] as const)(
  'has a row for every field of %s that HubSpot has a property for',
  (object) => {
    const mapping = checkFolder('mappings/hubspot').mappings?.[object];
    const rows = JSON.stringify([mapping?.identity, mapping?.write.fields]);

    // What HubSpot has no property for becomes a custom property; ids say which record is meant.
    const without = {
      contacts: [
        'crmId',
        'location',
        'bio',
        'description',
        'emailVerificationStatus',
        'campaigns',
        'lastContactedBy',
        'conversationTags',
        'enrichments',
        'tags',
        'customFields',
      ],
      companies: [
        'crmId',
        'location',
        'technologiesUsed',
        'campaigns',
        'lastContactedBy',
        'leadCountries',
        'customFields',
      ],
    };
    const missing = enginyFields[object].filter((field) => !rows.includes(`"${field}"`));
    expect(missing).toEqual(without[object]);
  },
);
