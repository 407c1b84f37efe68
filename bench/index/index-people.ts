import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SeedRecord } from '../../sandbox/seed-data.ts';

/** How LinkedIn profiles stand in CRMs: `name` is the last part of the address. */
const urlSpellings: readonly ((name: string) => string)[] = [
  (name) => `https://www.linkedin.com/in/${name}`,
  (name) => `https://www.linkedin.com/in/${name}/`,
  (name) => `http://linkedin.com/in/${name}`,
  (name) => `linkedin.com/in/${name}`,
  (name) => `https://es.linkedin.com/in/${name}?trk=people-guest_people_search-card`,
  (name) => `https://www.linkedin.com/in/${name}/en`,
  (name) => `https://www.LinkedIn.com/in/${name.toUpperCase()}`,
  (name) => `https://www.linkedin.com/mwlite/in/${name}`,
  (name) => `https://m.linkedin.com/in/${name}/details/experience/`,
  (name) => `https://www.linkedin.com/in/${name.replaceAll('-', '%2D')}`,
];

const phoneSpellings: readonly ((number: string) => string)[] = [
  (number) => `+34${number}`,
  (number) => `+34 ${number.slice(0, 3)} ${number.slice(3, 6)} ${number.slice(6)}`,
  (number) => `0034${number}`,
  (number) => `(+34) ${number.slice(0, 3)}-${number.slice(3, 5)}-${number.slice(5)}`,
];

const companySpellings: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => `${name}, Inc.`,
  (name) => name.toUpperCase(),
  (name) => `${name} S.L.`,
];

const firstNames = ['Ana', 'José', 'Zoë', 'Björn', 'Chloé', 'Dario', 'Elif', 'Farid', 'Greta', 'Hugo'];

function pick<T>(list: readonly T[], n: number): T {
  const one = list[n % list.length];
  if (one === undefined) throw new RangeError('the list is empty');
  return one;
}

/** Letters alone, another word for each number. */
function wordOf(n: number): string {
  return [...n.toString(26)].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26))).join('');
}

const slugOf = (n: number) => `person-${wordOf(n)}-${n}`;
const numberOf = (n: number) => `6${10_000_000 + n}`;
const lastNameOf = (n: number) => `Van ${wordOf(n)}`;
// No word of it may be a legal form, such as "doo".
const companyOf = (n: number) => `Company q${wordOf(n % 4_999)}q`;

/** Contacts of the past, each with a LinkedIn profile, a phone number, a name and a company, spelled as people spell them. */
export function* indexedContacts(count: number): Generator<SeedRecord> {
  for (let n = 0; n < count; n += 1) {
    yield {
      createdAt: new Date(Date.UTC(2024, 0, 1) + n * 45_000).toISOString(),
      properties: {
        firstname: pick(firstNames, n).toLowerCase(),
        lastname: lastNameOf(n).toUpperCase(),
        company: pick(companySpellings, n)(companyOf(n)),
        hs_linkedin_url: pick(urlSpellings, n)(slugOf(n)),
        [n % 2 === 0 ? 'phone' : 'mobilephone']: pick(phoneSpellings, n)(numberOf(n)),
      },
    };
  }
}

export const indexedKinds = ['LinkedIn URL', 'telephone', 'name and company'] as const;
export type IndexedKind = (typeof indexedKinds)[number];

/** What Enginy would sync by one kind of key: people `from` on. Those from `count` on are in no CRM. */
export function indexedLeads(kind: IndexedKind, { count, from = 0 }: { count: number; from?: number }): object[] {
  return Array.from({ length: count }, (_unused, at) => {
    const n = from + at;
    const externalId = `lead-${n}`;
    if (kind === 'LinkedIn URL') return { externalId, linkedinUrl: `https://www.linkedin.com/in/${slugOf(n)}` };
    if (kind === 'telephone') return { externalId, phone: `+34${numberOf(n)}` };
    return { externalId, firstName: pick(firstNames, n), lastName: lastNameOf(n), company: companyOf(n) };
  });
}

/** A folder of the shipped mapping files whose contacts are also matched by first name, last name and company. */
export function compositeMappings(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bench-mappings-'));
  cpSync(new URL('../../mappings/hubspot', import.meta.url).pathname, folder, { recursive: true });
  const file = join(folder, 'contacts.yaml');
  const rule = `    - all:
        - { enginy: firstName, crm: firstname, transform: [fold] }
        - { enginy: lastName,  crm: lastname,  transform: [fold] }
        - { enginy: company,   crm: company,   transform: [company_name] }
      search_by: lastname
`;
  const text = readFileSync(file, 'utf8');
  const end = text.indexOf('  if_several:');
  if (end < 0) throw new Error('contacts.yaml has no if_several');
  writeFileSync(file, text.slice(0, end) + rule + text.slice(end));
  return folder;
}
