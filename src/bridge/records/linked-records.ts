import type { CallContext, CreateInput, Crm, CrmRecord } from '../../crm/crm.ts';
import { InvalidRequestError } from '../../errors.ts';
import { nameId } from '../../logger.ts';
import type { Mappings } from '../../mapping/load/file-kinds.ts';
import { settleAll } from '../concurrency/settle-all.ts';
import { lookupIn } from '../lookups/lookup-outcome.ts';
import { errorForOne, findAgain } from '../problem.ts';

/** The records that a task or activity is about. */
export interface LinkedRecords {
  readonly contact?: CrmRecord | undefined;
  readonly company?: CrmRecord | undefined;
}

/** As requests and responses name them. */
export function linkedIds({ contact, company }: LinkedRecords): {
  readonly contactId?: string;
  readonly companyId?: string;
} {
  return {
    ...(contact === undefined ? {} : { contactId: contact.id }),
    ...(company === undefined ? {} : { companyId: company.id }),
  };
}

/** A request about records that belong together. Its reads share calls with those of other requests. */
interface ReadLinkedScope {
  readonly batchingCrm: Pick<Crm, 'readByIds'>;
  readonly mappings: Pick<Mappings, 'contacts' | 'companies'>;
  readonly context: CallContext;
}

/** A request that links records, and the CRM that serves it. */
export interface LinkScope {
  readonly crm: Pick<Crm, 'linkAs'>;
  readonly mappings: Pick<Mappings, 'contacts' | 'companies'>;
  readonly context: CallContext;
}

interface AskedIds {
  readonly contactId: string | undefined;
  readonly companyId: string | undefined;
}

/**
 * Reads the contact and the company, before anything is written. A merged id leads to the surviving record. Waits for both: where
 * both are missing, the error names the contact.
 * @throws InvalidRequestError that names the field and the id when there is no such record.
 */
export async function readLinked(
  scope: ReadLinkedScope,
  { contactId, companyId }: AskedIds,
  contactProperties: readonly string[],
): Promise<LinkedRecords> {
  const types = linkTypes(scope.mappings);
  const [contact, company] = await settleAll([
    readOne(scope, { ...types.contact, field: 'contactId', id: contactId, properties: contactProperties }),
    readOne(scope, { ...types.company, field: 'companyId', id: companyId, properties: [] }),
  ]);
  return { contact, company };
}

/** The object types of the CRM that hold contacts and companies. */
export function linkTypes(mappings: Pick<Mappings, 'contacts' | 'companies'>) {
  return {
    contact: { objectType: mappings.contacts.target.objectType, singular: 'contact' },
    company: { objectType: mappings.companies?.target.objectType ?? 'companies', singular: 'company' },
  } as const;
}

/** Links for a create. */
export function linksTo(
  mappings: Pick<Mappings, 'contacts' | 'companies'>,
  { contact, company }: LinkedRecords,
): NonNullable<CreateInput['links']> {
  const types = linkTypes(mappings);
  return [
    ...(contact === undefined ? [] : [{ objectType: types.contact.objectType, id: contact.id }]),
    ...(company === undefined ? [] : [{ objectType: types.company.objectType, id: company.id }]),
  ];
}

interface Wanted {
  readonly objectType: string;
  readonly singular: string;
  readonly field: string;
  readonly id: string | undefined;
  readonly properties: readonly string[];
}

async function readOne({ batchingCrm, context }: ReadLinkedScope, wanted: Wanted): Promise<CrmRecord | undefined> {
  const { objectType, singular, field, id, properties } = wanted;
  if (id === undefined) return undefined;
  const read = await batchingCrm.readByIds(objectType, [id], properties, context);
  const lookup = lookupIn(read, id);
  if (lookup !== 'missing') {
    if ('problem' in lookup) throw errorForOne(lookup.problem);
    return lookup.record;
  }
  throw new InvalidRequestError(`${findAgain}: no ${singular} with ${nameId(id)} exists in the CRM (${field})`, {
    code: `Unknown ${singular}`,
  });
}
