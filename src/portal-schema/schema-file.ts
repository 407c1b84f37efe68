import { z } from 'zod';
import { isTimeZone } from '../crm/time-zone.ts';

const Name = z.string().min(1).max(300);
const Text = z.string().max(70_000);
/** Absent means no, which most properties are. */
const Flag = z.boolean().exactOptional();

const Option = z.strictObject({ value: Text, label: Text, isHidden: Flag });

const Property = z.strictObject({
  name: Name,
  label: Text,
  description: Text.exactOptional(),
  type: z.enum(['text', 'number', 'bool', 'date', 'datetime', 'enum', 'other']),
  isMultiple: Flag,
  isLong: Flag,
  isReadOnly: Flag,
  isCalculated: Flag,
  isUnique: Flag,
  isCustom: Flag,
  hasExternalOptions: Flag,
  group: Name,
  options: z.array(Option).exactOptional(),
});

const Properties = z.array(Property).check(({ value: all, issues }) => {
  const seen = new Set<string>();
  const repeated = all.find(({ name }) => seen.size === seen.add(name).size);
  if (repeated !== undefined) {
    issues.push({ code: 'custom', input: all, message: `the property ${repeated.name} is listed twice` });
  }
});

const objectNames = ['contacts', 'companies', 'tasks', 'emails', 'communications', 'notes'] as const;
const ObjectName = z.enum(objectNames);

/** What every schema file begins with, so that another JSON file is recognized as such. */
export const schemaFormat = 'enginy-bridge portal schema';

/** What a portal looks like, without any of its records and users: the form of the files that `check --live --save-schema` writes. */
export const SchemaFile = z.strictObject({
  format: z.literal(schemaFormat),
  version: z.literal(1),
  account: z.strictObject({
    id: z.string().regex(/^\d{1,15}$/, 'an account id consists of digits'),
    name: Text.exactOptional(),
    timeZone: z.string().refine(isTimeZone, { message: 'not a known time zone' }),
    uiDomain: z.string().regex(/^[a-z0-9.-]{1,100}$/, 'not a host name'),
  }),
  objects: z.strictObject({
    contacts: Properties,
    companies: Properties,
    tasks: Properties.exactOptional(),
    emails: Properties.exactOptional(),
    communications: Properties.exactOptional(),
    notes: Properties.exactOptional(),
  }),
  associationLabels: z.array(
    z.strictObject({ from: ObjectName, to: ObjectName, typeId: z.int().positive(), label: Text, category: Name }),
  ),
});
export type SchemaFile = z.infer<typeof SchemaFile>;
