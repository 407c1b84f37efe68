import type { SeedRecord } from '../sandbox/seed-data.ts';

/** Invented people, the same ones in every run: number `n` always has the same address and LinkedIn name. */
export function emailOf(n: number): string {
  return `person-${n}@company-${n % 997}.example.com`;
}

export function linkedinUrlOf(n: number): string {
  return `https://www.linkedin.com/in/person-${n}-${(n * 7919) % 1000}`;
}

/** Records for the embedded CRM; LinkedIn URLs in the spellings that CRMs are full of. */
export function* seedContacts(count: number): Generator<SeedRecord> {
  for (let n = 0; n < count; n += 1) {
    const url = linkedinUrlOf(n);
    const spelled = n % 3 === 0 ? url : n % 3 === 1 ? `${url}/` : url.replace('https://www.', '');
    yield {
      properties: { email: emailOf(n), firstname: 'Person', lastname: `Number ${n}`, hs_linkedin_url: spelled },
    };
  }
}

export type Kind = 'email' | 'LinkedIn' | 'mixed' | 'unknown LinkedIn';

/** What Enginy would sync: all of them exist, except a tenth of the mixed ones and the unknown. */
export function leads(kind: Kind, count: number): object[] {
  return Array.from({ length: count }, (_unused, n) => {
    const externalId = `lead-${n}`;
    if (kind === 'email') return { externalId, email: emailOf(n).toUpperCase(), firstName: 'Person' };
    if (kind === 'LinkedIn') return { externalId, linkedinUrl: linkedinUrlOf(n), firstName: 'Person' };
    if (kind === 'unknown LinkedIn') return { externalId, linkedinUrl: `https://www.linkedin.com/in/unknown-${n}` };
    if (n % 10 === 9) return { externalId, email: `nobody-${n}@example.com` };
    if (n % 10 < 7) return { externalId, email: emailOf(n), linkedinUrl: linkedinUrlOf(n) };
    return { externalId, linkedinUrl: linkedinUrlOf(n) };
  });
}

/** How many of these leads exist. */
export function knownLeads(kind: Kind, count: number): number {
  if (kind === 'unknown LinkedIn') return 0;
  return kind === 'mixed' ? count * 0.9 : count;
}

/** New people for creates, none of whom is in the CRM. */
export function newLeads(count: number, label: string): object[] {
  return Array.from({ length: count }, (_unused, n) => ({
    externalId: `${label}-${n}`,
    email: `${label}-${n}@new-company-${n % 97}.example.com`,
    firstName: 'New',
    lastName: `Person ${n}`,
    linkedinUrl: `https://www.linkedin.com/in/${label}-${n}`,
    title: 'Head of Things',
  }));
}
