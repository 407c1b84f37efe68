import type { ValueKind } from '../../crm/crm-protocol.ts';

/** Fields of Enginy's requests and of the bridge's answers. */
const namesByKind: Readonly<Partial<Record<ValueKind, string>>> = {
  id: 'externalId crmId contactCRMId companyCRMId id ids ownerId owner contactId companyId requestId',
  email: 'email',
  phone: 'phone mobilePhone',
  person: 'firstName fullName lastContactedBy',
  'family name': 'lastName',
  company: 'company name',
  domain: 'domain',
  url: 'linkedinUrl website',
  text: 'title bio description location city state subject body',
  constant:
    'industry companySize companyType numberOfEmployees employeeCount foundedYear revenue country leadCountry leadCountries ' +
    'emailVerificationStatus type direction completed created sequenceIndex sequenceMessageCount lifecycleStage',
  date: 'dueDate occurredAt completedAt lastActivityDate createdAt updatedAt',
};

// Object.entries loses the type of the keys.
const kinds = Object.entries(namesByKind) as [ValueKind, string][];
const kindByName = new Map(kinds.flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind] as const)));

/** What a field of Enginy's contract holds. */
export function kindOfField(name: string): ValueKind {
  return kindByName.get(name) ?? 'unknown';
}
