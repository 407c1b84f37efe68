import { loadMappings } from '../src/mapping/load/load-mappings.ts';
import { matchKeys } from '../src/mapping/run/match-keys.ts';
import { toCrmProperties } from '../src/mapping/run/translate-record.ts';
import { formatTable } from './table.ts';

const recordCount = 100_000;

/** The shipped mapping on 100,000 contacts, every field filled and no value twice: time of one core. */
export async function run(): Promise<object> {
  const { contacts } = loadMappings('mappings/hubspot', { defaultCountry: 'ES' });
  // As they arrive in a request's body.
  const records: Record<string, unknown>[] = JSON.parse(
    JSON.stringify(Array.from({ length: recordCount }, (_unused, n) => contactNumber(n))),
  );
  const measured = {
    create: measure(records, (record) => toCrmProperties(contacts, record, 'create')),
    update: measure(records, (record) => toCrmProperties(contacts, record, 'update')),
    matchKeys: measure(records, (record) => matchKeys(contacts, record)),
  };
  const rows = Object.entries(measured).map(([what, ms]) => [
    what,
    recordCount,
    ms,
    Math.round((ms / recordCount) * 10_000) / 10,
  ]);
  process.stdout.write(`${formatTable([['what', 'contacts', 'ms', 'microseconds each'], ...rows])}\n`);
  return { contacts: recordCount, ms: measured };
}

function measure<Subject>(subjects: readonly Subject[], work: (subject: Subject) => unknown): number {
  const start = process.threadCpuUsage();
  for (const subject of subjects) work(subject);
  const { user, system } = process.threadCpuUsage(start);
  return Math.round((user + system) / 1000);
}

function contactNumber(n: number): Record<string, unknown> {
  return {
    externalId: `lead-${n}`,
    email: `Person-${n}@Company-${n}.example.com`,
    firstName: 'Person',
    lastName: `Number ${n}`,
    fullName: `Person Number ${n}`,
    phone: `+34 600 ${100_000 + (n % 900_000)}`,
    mobilePhone: `+44 7400 ${100_000 + (n % 900_000)}`,
    company: `Company ${n}, Inc.`,
    title: 'Head of Things',
    linkedinUrl: `https://es.linkedin.com/in/Person-${n}/?trk=x`,
    city: 'Madrid',
    country: 'Spain',
    industry: 'Software Development',
    companySize: '51-200',
    domain: `company-${n}.com`,
    website: `https://www.company-${n}.com/`,
    bio: 'Writes programs',
    tags: ['a', 'b'],
    customFields: { tier: 'A', score: n },
    ownerId: '12',
  };
}
