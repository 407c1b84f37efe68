import type { RecordObject } from '../schema/record-mapping.ts';

/** Fields that Enginy documents for its records. It may send others, which are treated as unknown fields. */
export const enginyFields: Readonly<Record<RecordObject, readonly string[]>> = {
  contacts: [
    'externalId',
    'crmId',
    'email',
    'firstName',
    'lastName',
    'fullName',
    'phone',
    'mobilePhone',
    'company',
    'title',
    'linkedinUrl',
    'location',
    'city',
    'state',
    'country',
    'leadCountry',
    'industry',
    'companySize',
    'domain',
    'website',
    'bio',
    'description',
    'emailVerificationStatus',
    'campaigns',
    'lastContactedBy',
    'conversationTags',
    'enrichments',
    'tags',
    'customFields',
    'ownerId',
  ],
  companies: [
    'externalId',
    'crmId',
    'name',
    'domain',
    'industry',
    'numberOfEmployees',
    'employeeCount',
    'linkedinUrl',
    'ownerId',
    'description',
    'location',
    'foundedYear',
    'revenue',
    'companyType',
    'technologiesUsed',
    'campaigns',
    'lastContactedBy',
    'leadCountries',
    'customFields',
  ],
};

/** Common other names for Enginy's fields. */
const otherWords: Readonly<Record<RecordObject, Readonly<Record<string, string>>>> = {
  contacts: {
    jobtitle: 'title',
    position: 'title',
    mobile: 'mobilePhone',
    cellphone: 'mobilePhone',
    linkedin: 'linkedinUrl',
    companyname: 'company',
    name: 'fullName',
    owner: 'ownerId',
    employees: 'companySize',
  },
  companies: {
    companyname: 'name',
    employees: 'numberOfEmployees',
    size: 'numberOfEmployees',
    founded: 'foundedYear',
    annualrevenue: 'revenue',
    type: 'companyType',
    technologies: 'technologiesUsed',
    linkedin: 'linkedinUrl',
    owner: 'ownerId',
  },
};

/** The Enginy field that is commonly called by this other name, if known. */
export function enginyWordFor(object: RecordObject, word: string): string | undefined {
  const words = otherWords[object];
  const bare = word.toLowerCase().replace(/[\s_-]/g, '');
  return Object.hasOwn(words, bare) ? words[bare] : undefined;
}
