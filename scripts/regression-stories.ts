import type { Sandbox, SandboxOptions } from '../sandbox/sandbox.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers of the bridge, whose shape each story knows
export type Send = (method: string, path: string, body?: unknown) => Promise<any>;

/** Something that happens to integrations with HubSpot. */
export interface Story {
  /** In a sentence. */
  readonly about: string;
  readonly crm?: SandboxOptions;
  readonly environment?: Readonly<Record<string, string>>;
  /** The capture of the last request is the regression. */
  play(send: Send, crm: Sandbox): Promise<void>;
}

const grace = {
  externalId: 'lead-1',
  email: 'grace.hopper@example.com',
  firstName: 'Grace',
  lastName: 'Hopper',
  linkedinUrl: 'https://www.linkedin.com/in/grace-hopper-example',
};
const ada = { externalId: 'lead-2', email: 'ada.lovelace@example.org', firstName: 'Ada', lastName: 'Lovelace' };
const mary = { externalId: 'lead-3', email: 'mary.jackson@example.net', firstName: 'Mary', lastName: 'Jackson' };

function aContact(properties: Record<string, string>) {
  return { contacts: [{ properties }] };
}

/** Whatever else the first request does, it makes the properties that the bridge needs; later ones are about their story. */
async function warmUp(send: Send): Promise<void> {
  await send('POST', '/contacts', { contacts: [{ externalId: 'first', email: 'first@example.com' }] });
}

export const stories: Readonly<Record<string, Story>> = {
  'conflict-is-linked': {
    about: 'A contact whose email exists in HubSpot is linked and updated instead of doubled.',
    async play(send, crm) {
      await warmUp(send);
      crm.seed(aContact({ email: grace.email, firstname: 'G.' }));
      await send('POST', '/contacts', { contacts: [grace, ada] });
    },
  },
  'partial-batch': {
    about: 'One bad record of three costs its own property or itself, never its neighbours.',
    async play(send) {
      await warmUp(send);
      await send('POST', '/contacts', {
        contacts: [grace, { ...ada, email: 'not an address' }, { externalId: 'lead-4', ownerId: '404' }, mary],
      });
    },
  },
  'search-is-limited': {
    about: 'HubSpot answers a search with 429 SECONDLY: the lane pauses and the search is repeated.',
    async play(send, crm) {
      await warmUp(send);
      crm.seed(aContact({ hs_linkedin_url: 'https://linkedin.com/in/Grace-Hopper-Example/' }));
      crm.faults.add({
        match: { path: '/contacts/search' },
        action: {
          kind: 'status',
          status: 429,
          body: {
            status: 'error',
            errorType: 'RATE_LIMIT',
            policyName: 'SECONDLY',
            message: 'You have reached your secondly limit.',
          },
        },
      });
      await send('POST', '/contacts/sync', { contacts: [{ externalId: 'lead-1', linkedinUrl: grace.linkedinUrl }] });
    },
  },
  'ambiguous-match': {
    about: 'Two contacts share a LinkedIn address: the lead belongs in errors, with both ids.',
    async play(send, crm) {
      await warmUp(send);
      crm.seed({
        contacts: [
          { properties: { firstname: 'Grace', hs_linkedin_url: 'linkedin.com/in/grace-hopper-example' } },
          { properties: { firstname: 'G.', hs_linkedin_url: 'https://www.linkedin.com/in/Grace-Hopper-example/' } },
        ],
      });
      await send('POST', '/contacts/sync', {
        contacts: [{ externalId: 'lead-1', linkedinUrl: grace.linkedinUrl }, ada],
      });
    },
  },
  'missing-scope': {
    about: 'The token may not write companies: 502, and the scope is named.',
    crm: { scopes: { without: ['crm.objects.companies.write', 'crm.objects.companies.read'] } },
    async play(send) {
      await send('POST', '/companies', {
        companies: [{ externalId: 'company-1', name: 'Example Bicycles', domain: 'example.com' }],
      });
    },
  },
  'read-times-out': {
    about: 'HubSpot is silent twice; the third try is answered.',
    async play(send, crm) {
      await warmUp(send);
      crm.seed(aContact({ email: grace.email }));
      crm.faults.add({ match: { path: '/contacts/batch/read' }, times: 2, action: { kind: 'hang' } });
      await send('POST', '/contacts/sync', { contacts: [grace] });
    },
  },
  'create-is-lost-on-the-way': {
    about: 'HubSpot creates the contacts, but the answer is lost: they are looked up, not created again.',
    async play(send, crm) {
      await warmUp(send);
      crm.faults.add({ match: { path: '/contacts/batch/create' }, action: { kind: 'done-then-reset' } });
      await send('POST', '/contacts', { contacts: [grace, ada] });
    },
  },
  'server-error-in-html': {
    about: 'The edge answers a read with a page of HTML; the read is repeated.',
    async play(send, crm) {
      await warmUp(send);
      crm.seed(aContact({ email: grace.email }));
      crm.faults.add({ match: { path: '/contacts/batch/read' }, action: { kind: 'html', status: 502 } });
      await send('POST', '/contacts/sync', { contacts: [grace] });
    },
  },
  'silent-success': {
    about: 'HubSpot answers 201 with nothing in it: no contact is said to be created.',
    async play(send, crm) {
      await warmUp(send);
      crm.faults.add({ match: { path: '/contacts/batch/create' }, times: 0, action: { kind: 'silent-success' } });
      await send('POST', '/contacts', { contacts: [grace, ada] });
    },
  },
  'new-custom-property': {
    about: 'A field without a row is stored in a property that is created for it.',
    async play(send) {
      await warmUp(send);
      await send('POST', '/contacts', {
        contacts: [{ ...grace, customFields: { 'Favourite Ship': 'USS Example', shoeSize: 38 } }],
      });
    },
  },
  'remembered-and-fresh': {
    about: 'A contact that search does not show yet is found by the id that the bridge remembers.',
    crm: { indexLagMs: 60_000 },
    async play(send) {
      await send('POST', '/contacts', {
        contacts: [{ externalId: 'lead-1', linkedinUrl: grace.linkedinUrl, firstName: 'Grace' }],
      });
      await send('POST', '/contacts/sync', {
        contacts: [{ externalId: 'other-1', linkedinUrl: 'linkedin.com/in/Grace-Hopper-Example/' }],
      });
    },
  },
  'merged-contact': {
    about: 'An update of a contact that was merged away goes to the survivor, and says so.',
    async play(send, crm) {
      const created = await send('POST', '/contacts', { contacts: [grace, ada] });
      const [first, second] = created.results;
      crm.merge('contacts', first.crmId, second.crmId);
      await send('PUT', '/contacts', { contacts: [{ crmId: second.crmId, title: 'Countess' }] });
    },
  },
  'company-by-free-mail': {
    about: 'A free-mail domain identifies no company; the name does, whatever its legal form.',
    async play(send, crm) {
      crm.seed({ companies: [{ properties: { name: 'Example Bicycles GmbH', domain: 'bicycles.example.com' } }] });
      await send('POST', '/companies/sync', {
        companies: [
          { externalId: 'company-1', domain: 'gmail.com', name: 'EXAMPLE BICYCLES' },
          { externalId: 'company-2', domain: 'gmail.com', name: 'Nobody knows' },
        ],
      });
    },
  },
  'unknown-association': {
    about: 'A contact that does not exist cannot be linked; the others are.',
    async play(send, crm) {
      const { contacts, companies } = crm.seed({
        contacts: [{ properties: { email: grace.email } }],
        companies: [{ properties: { name: 'Example Bicycles' } }],
      });
      await send('POST', '/associations', {
        associations: [
          { contactCRMId: contacts[0], companyCRMId: companies[0] },
          { contactCRMId: '4242', companyCRMId: companies[0] },
        ],
      });
    },
  },
  'activity-sent-twice': {
    about: 'The same LinkedIn message sent twice gives the same id.',
    async play(send, crm) {
      const { contacts } = crm.seed({ contacts: [{ properties: { email: grace.email, firstname: 'Grace' } }] });
      const activity = {
        type: 'LINKEDIN',
        subject: '[1/3] [FROM Example Corp] John Smith',
        body: 'Hello Grace,\nhow is the compiler?',
        direction: 'OUTBOUND',
        occurredAt: '2026-11-19T09:00:00Z',
        contactId: contacts[0],
        metadata: { messageId: 'message-1' },
      };
      await send('POST', '/activities', activity);
      await send('POST', '/activities', activity);
    },
  },
  'task-without-date': {
    about: 'A task without a due date is due a day after it was sent, and completing it is remembered.',
    async play(send, crm) {
      const { contacts } = crm.seed({ contacts: [{ properties: { email: grace.email } }] });
      await send('POST', '/tasks', { subject: 'Ask about the compiler', type: 'meeting', contactId: contacts[0] });
    },
  },
  'day-limit-used-up': {
    about: "The account's calls of the day are used up: 503 at once, nothing was done.",
    async play(send, crm) {
      await warmUp(send);
      crm.faults.add({
        match: { path: '/contacts/batch/read' },
        times: 0,
        action: {
          kind: 'status',
          status: 429,
          body: {
            status: 'error',
            errorType: 'RATE_LIMIT',
            policyName: 'DAILY',
            message: 'You have reached your daily limit.',
          },
        },
      });
      await send('POST', '/contacts/sync', { contacts: [ada] });
      await send('POST', '/contacts/sync', { contacts: [grace] });
    },
  },
  'deadline-comes-first': {
    about: "The request's time runs out while HubSpot is silent: 504, and nothing is said to be missing.",
    environment: { REQUEST_TIMEOUT_MS: '500', HUBSPOT_TIMEOUT_MS: '2000' },
    async play(send, crm) {
      crm.faults.add({ match: { path: '/contacts/batch/read' }, times: 0, action: { kind: 'hang' } });
      await send('POST', '/contacts/sync', { contacts: [grace] });
    },
  },
};
