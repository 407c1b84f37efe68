import type { CheckRun } from '../session.ts';

/** Contacts and companies have the same endpoints; this is how they differ. */
export interface RecordKind {
  /** Path and key of the list in bodies. */
  readonly list: 'contacts' | 'companies';
  /** Name of the id in the session. */
  readonly one: 'contact' | 'company';
  /** A believable record that identifies itself by its values. */
  record(session: CheckRun, name: string): Record<string, unknown>;
  /** The fields that identify the record, without Enginy's id, in other spellings. */
  readonly spellings: readonly {
    readonly title: string;
    fields(session: CheckRun, name: string): Record<string, unknown>;
  }[];
}

export const contacts: RecordKind = {
  list: 'contacts',
  one: 'contact',
  record: ({ mark }, name) => ({
    externalId: `${mark}-${name}`,
    email: `${mark}-${name}@example.com`,
    firstName: 'Conformance',
    lastName: `Check ${mark} ${name}`,
    company: `Conformance ${mark}`,
    title: 'Test record',
    linkedinUrl: `https://www.linkedin.com/in/${mark}-${name}`,
  }),
  spellings: [
    { title: 'its email', fields: ({ mark }, name) => ({ email: `${mark}-${name}@example.com` }) },
    {
      title: 'its email in capitals',
      fields: ({ mark }, name) => ({ email: `${mark}-${name}@EXAMPLE.COM`.toUpperCase() }),
    },
    {
      title: 'its LinkedIn URL with a slash at its end and without www',
      fields: ({ mark }, name) => ({ linkedinUrl: `https://linkedin.com/in/${mark}-${name}/` }),
    },
  ],
};

export const companies: RecordKind = {
  list: 'companies',
  one: 'company',
  record: ({ mark }, name) => ({
    externalId: `${mark}-${name}`,
    name: `Conformance ${mark} ${name}`,
    domain: `${mark}-${name}.example`,
    numberOfEmployees: 42,
    description: 'Test record of a conformance run',
  }),
  spellings: [
    { title: 'its domain', fields: ({ mark }, name) => ({ domain: `${mark}-${name}.example` }) },
    {
      title: 'its domain as a URL with www and a path',
      fields: ({ mark }, name) => ({ domain: `https://www.${mark}-${name}.example/about` }),
    },
  ],
};
