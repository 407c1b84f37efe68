import { z } from 'zod';
import type { ParsedYaml } from '../load/parse-yaml.ts';
import { schemaFindings } from '../load/schema-findings.ts';
import { matchKeys } from '../run/match-keys.ts';
import { toCrmProperties, toEnginyProperties } from '../run/translate-record.ts';
import type { Finding, Path } from '../schema/finding.ts';
import type { Mapping } from '../schema/record-mapping.ts';
import { compareExample, exampleFailure } from './compare-example.ts';

const Properties = z.record(z.string(), z.string());

const Example = z.strictObject({
  name: z.string().min(1).meta({ description: 'What the example shows, as a sentence.' }),
  enginy: z.record(z.string(), z.unknown()).optional().meta({ description: 'A record as Enginy sends it.' }),
  match_keys: Properties.optional().meta({ description: 'The values to look up, by rule, in the order of the rules.' }),
  create: Properties.optional().meta({ description: 'All properties that a create writes.' }),
  update: Properties.optional().meta({ description: 'All properties that an update writes.' }),
  update_if_empty: Properties.optional().meta({
    description: 'All properties that an update writes only if they are empty in the CRM.',
  }),
  options: Properties.optional().meta({ description: "Texts that a create matches to the portal's options." }),
  unknown: z.array(z.string()).optional().meta({ description: 'Names of all fields without a row.' }),
  warnings: z.array(z.string()).optional().meta({ description: 'The start of each warning.' }),
  crm: z
    .record(z.string(), z.string().nullable())
    .optional()
    .meta({ description: 'A record as stored in the CRM, instead of `enginy`.' }),
  owners: z
    .record(z.string(), z.strictObject({ name: z.string(), email: z.string().optional() }))
    .optional()
    .meta({ description: 'With `crm`: the users of the CRM by id, for `owner_name` and `owner_email`.' }),
  returns: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'All properties that are returned to Enginy.' }),
});
type Example = z.output<typeof Example>;

/** Schema of `contacts.examples.yaml` and `companies.examples.yaml`. */
export const ExamplesFile = z.strictObject({
  default_country: z
    .string()
    .regex(/^[A-Z]{2}$/, { error: 'must be a two-letter ISO country code, for example ES' })
    .optional()
    .meta({ description: 'Country of phone numbers without a country prefix, instead of DEFAULT_COUNTRY.' }),
  examples: z.array(Example).min(1).meta({ description: 'The examples, each with its complete expected result.' }),
});

/** Runs the examples of a mapping file; each difference is a finding at the expectation. */
export function runExamples(mapping: Mapping, examples: ParsedYaml): Finding[] {
  const malformed = schemaFindings(ExamplesFile, examples.content);
  if (malformed.length > 0) return malformed;
  const file = ExamplesFile.parse(examples.content);
  const locale = file.default_country === undefined ? {} : { defaultCountry: file.default_country };
  const subject: Mapping = { ...mapping, locale: { ...mapping.locale, ...locale } };
  return file.examples.flatMap((example, index) => runExample(subject, example, ['examples', index]));
}

/** Number of examples in a file; 0 if the file is invalid. */
export function countExamples(examples: ParsedYaml): number {
  const parsed = ExamplesFile.safeParse(examples.content);
  return parsed.success ? parsed.data.examples.length : 0;
}

function runExample(mapping: Mapping, example: Example, path: Path): Finding[] {
  const { enginy, crm } = example;
  const fromEnginy = ['match_keys', 'create', 'update', 'update_if_empty', 'options', 'unknown', 'warnings'] as const;
  const asked = fromEnginy.filter((key) => example[key] !== undefined);
  if ((enginy === undefined) === (crm === undefined)) {
    return [exampleFailure(path, `"${example.name}" needs either enginy or crm`)];
  }
  if (crm !== undefined) {
    const misplaced = asked[0];
    if (misplaced !== undefined)
      return [exampleFailure([...path, misplaced], `"${misplaced}" is only allowed in an example with enginy`)];
    if (example.returns === undefined)
      return [exampleFailure(path, `"${example.name}" has no expectation: add returns`)];
    return compareExample([...path, 'returns'], example.name, {
      expected: example.returns,
      actual: toEnginyProperties(mapping, crm, new Map(Object.entries(example.owners ?? {}))),
    });
  }
  if (enginy === undefined) return [];
  if (asked.length === 0)
    return [exampleFailure(path, `"${example.name}" has no expectation: add ${fromEnginy.join(', ')}`)];
  const created = toCrmProperties(mapping, enginy, 'create');
  const updated = toCrmProperties(mapping, enginy, 'update');
  const actual = {
    match_keys: Object.fromEntries(
      matchKeys(mapping, enginy).map((key) => [key.name, key.value.replaceAll('\u0000', ' + ')]),
    ),
    create: created.properties,
    update: updated.properties,
    update_if_empty: updated.ifEmpty,
    options: Object.fromEntries(Object.entries(created.optionTexts).map(([name, { text }]) => [name, text])),
    unknown: created.unknown.map(({ field }) => field),
    warnings: created.warnings,
  };
  return asked.flatMap((key) =>
    compareExample([...path, key], example.name, { expected: example[key], actual: actual[key] }),
  );
}
