import type { CallContext, Crm, PropertyDefinition } from '../crm/crm.ts';
import { CrmRejectedError } from '../errors.ts';
import { type SchemaFile, schemaFormat } from './schema-file.ts';

/** The part of the port that is read. */
type SchemaCrm = Pick<Crm, 'readAccount' | 'readProperties' | 'listLinkLabels'>;

export interface SchemaReading {
  readonly schema: SchemaFile;
  /** What the token may not read, and the schema therefore lacks. */
  readonly omitted: readonly string[];
}

const timelineObjects = ['tasks', 'emails', 'communications', 'notes'] as const;

/**
 * Reads what an account looks like: properties with their options, account and association labels. No record, owner or user is read.
 * @throws CrmRejectedError when contacts or companies may not be read, CrmUnavailableError when the CRM does not answer.
 */
export async function readPortalSchema(crm: SchemaCrm, context: CallContext): Promise<SchemaReading> {
  const read = async (objectType: string) =>
    (await crm.readProperties(objectType, context, { refresh: true, includeSensitive: true })).map(toEntry);
  const omitted: string[] = [];
  const optional = async <Value>(name: string, value: Promise<Value>): Promise<Value | undefined> => {
    try {
      return await value;
    } catch (error) {
      if (!(error instanceof CrmRejectedError)) throw error;
      omitted.push(name);
      return undefined;
    }
  };
  const [account, contacts, companies, ...timeline] = await Promise.all([
    crm.readAccount(context),
    read('contacts'),
    read('companies'),
    ...timelineObjects.map((name) => optional(`properties of ${name}`, read(name))),
  ]);
  const labels = await optional('association labels', readLabels(crm, context));
  const { id, name, timeZone, linkTemplates } = account;
  const schema: SchemaFile = {
    format: schemaFormat,
    version: 1,
    account: { id, ...(name !== undefined && { name }), timeZone, uiDomain: new URL(linkTemplates.contacts).hostname },
    objects: {
      contacts,
      companies,
      ...Object.fromEntries(timelineObjects.flatMap((type, at) => (timeline[at] ? [[type, timeline[at]]] : []))),
    },
    associationLabels: labels ?? [],
  };
  return { schema, omitted };
}

async function readLabels(crm: SchemaCrm, context: CallContext): Promise<SchemaFile['associationLabels']> {
  const pairs = [
    ['contacts', 'companies'],
    ['companies', 'contacts'],
  ] as const;
  const lists = await Promise.all(
    pairs.map(async ([from, to]) =>
      (await crm.listLinkLabels(from, to, context)).map((label) => ({ from, to, ...label })),
    ),
  );
  return lists.flat();
}

/** What does not apply is omitted: a file that a person can read. */
function toEntry({ name, label, description, type, group, options, ...rest }: PropertyDefinition) {
  return {
    name,
    label,
    ...(description !== undefined && { description }),
    type,
    ...(rest.isMultiple && { isMultiple: true }),
    ...(rest.isLong && { isLong: true }),
    ...(rest.isReadOnly && { isReadOnly: true }),
    ...(rest.isCalculated && { isCalculated: true }),
    ...(rest.isUnique && { isUnique: true }),
    ...(rest.isCustom && { isCustom: true }),
    ...(rest.hasExternalOptions && { hasExternalOptions: true }),
    group,
    ...(options.length > 0 && { options: options.map((option) => ({ ...option })) }),
  };
}
