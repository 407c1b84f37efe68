const heading = `# Examples with fictitious people. "npx enginy-bridge check" runs them; the bridge does not read them.
# To see in full what a record becomes, add "create: {}" or "update: {}" to its example and run
# "npx enginy-bridge check --update-examples".
`;

/**
 * Examples for the files that `init` writes, by file name. They expect only what does not depend on the rows for the portal's own
 * properties, so that using such a row changes none of them.
 */
export const initialExamples: ReadonlyMap<string, string> = new Map([
  [
    'contacts.examples.yaml',
    `${heading}default_country: ES
examples:
  - name: a new contact is looked up by email, Enginy's id, LinkedIn URL and phone number
    enginy:
      externalId: lead-1
      email: " Mary@Example.org"
      firstName: Mary
      lastName: Sample
      phone: 910 123 456
      linkedinUrl: linkedin.com/in/Mary-Sample-Example/
    match_keys:
      email: mary@example.org
      identity: lead-1
      linkedinUrl: https://www.linkedin.com/in/mary-sample-example
      phone: "+34910123456"
    unknown: []
    warnings: []
  - name: a contact without an email is found by the other keys
    enginy: { externalId: lead-2, fullName: Dr. Noor Example, email: n/a }
    match_keys: { identity: lead-2 }
    unknown: []
`,
  ],
  [
    'companies.examples.yaml',
    `${heading}examples:
  - name: a company is looked up by Enginy's id, domain, LinkedIn URL and name
    enginy:
      externalId: company-1
      name: Sample Industries Ltd
      domain: https://www.sample-industries.example/about
      linkedinUrl: linkedin.com/company/Sample-Industries/
    match_keys:
      identity: company-1
      domain: sample-industries.example
      linkedinUrl: https://www.linkedin.com/company/sample-industries
      name: sample industries
    unknown: []
    warnings: []
`,
  ],
]);
