import type { CallContext, CreateInput, Crm, CrmRecord } from '../../crm/crm.ts';
import { InvalidRequestError } from '../../errors.ts';
import type { Mappings } from '../../mapping/check/file-kinds.ts';
import { errorForOne } from '../single-error.ts';
import { lostProblem } from '../write-result.ts';

/** The records that a task or activity is about. */
export interface LinkedRecords {
  readonly contact?: CrmRecord | undefined;
  readonly company?: CrmRecord | undefined;
}

interface AskedIds {
  readonly contactId: string | undefined;
  readonly companyId: string | undefined;
}

/**
 * Reads the contact and the company, before anything is written. A merged id leads to the surviving record.
 * @throws InvalidRequestError that names the field and the id when there is no such record.
 */
export async function readLinked(
  deps: { readonly crm: Crm; readonly mappings: Pick<Mappings, 'contacts' | 'companies'> },
  asked: AskedIds,
  contactProperties: readonly string[],
  context: CallContext,
): Promise<LinkedRecords> {
  const types = linkTypes(deps.mappings);
  const [contact, company] = await Promise.all([
    readOne(
      deps.crm,
      { ...types.contact, field: 'contactId', id: asked.contactId, properties: contactProperties },
      context,
    ),
    readOne(deps.crm, { ...types.company, field: 'companyId', id: asked.companyId, properties: [] }, context),
  ]);
  return { contact, company };
}

/** The CRM's objects that hold contacts and companies. */
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

async function readOne(crm: Crm, wanted: Wanted, context: CallContext): Promise<CrmRecord | undefined> {
  const { objectType, singular, field, id, properties } = wanted;
  if (id === undefined) return undefined;
  const read = await crm.readByIds(objectType, [id], properties, context);
  const found = read.found.get(id);
  if (found !== undefined) return found;
  if (!read.missing.has(id)) throw errorForOne(read.failed.get(id) ?? lostProblem);
  throw new InvalidRequestError(`${field}: no ${singular} with id ${id} exists in the CRM`, {
    code: `Unknown ${singular}`,
  });
}
