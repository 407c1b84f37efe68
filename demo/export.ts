/** One request of an export, as Enginy sends it. */
export interface ExportRequest {
  /** What it is for, in a newcomer's words. */
  readonly title: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly body?: unknown;
  /** The status of success. */
  readonly status: 200 | 201;
}

/** Sends a request and returns the body of the response; throws if it was not a success. */
export type Send = (request: ExportRequest) => Promise<unknown>;

/** Enginy's own records: one company and two contacts are in the sandbox's example data already, under other spellings. */
const companies = [
  { externalId: 'account-1', name: 'Northwind Bicycles', domain: 'https://www.northwind-bicycles.example.com/about' },
  { externalId: 'account-2', name: 'Lumen Works, Inc.', domain: 'lumen-works.example.org', numberOfEmployees: 40 },
];
const contacts = [
  { externalId: 'lead-1', email: 'ADA.MARCHETTI@northwind-bicycles.example.com', account: 'account-1' },
  {
    externalId: 'lead-2',
    email: 'leo.brandt@lumen-works.example.org',
    firstName: 'Leo',
    lastName: 'Brandt',
    title: 'CTO',
    linkedinUrl: 'https://www.linkedin.com/in/leo-brandt-example/',
    account: 'account-2',
  },
  {
    externalId: 'lead-3',
    firstName: 'Mira',
    lastName: 'Okoye',
    linkedinUrl: 'linkedin.com/in/mira-okoye-example',
    account: 'account-2',
  },
];

/**
 * A whole export in Enginy's order: find what exists, create the rest, update what was found, link, then what a campaign brings. Running
 * it again creates nothing, because everything is found.
 */
export async function runExport(send: Send): Promise<void> {
  await send({ title: 'Enginy tests the connection', method: 'GET', path: '/health', status: 200 });
  const users = await send({ title: 'Who may own records?', method: 'GET', path: '/users', status: 200 });
  const ownerId = textIn(listIn(users)[0], 'id');

  const accountIds = await exportRecords(send, {
    kind: 'companies',
    records: companies,
    update: { description: 'Exported by the demo' },
  });
  const leadIds = await exportRecords(send, {
    kind: 'contacts',
    records: contacts.map(({ account: _account, ...contact }) => contact),
    update: { title: 'Head of Operations' },
  });

  await send({
    title: 'Link every contact with its company',
    method: 'POST',
    path: '/associations',
    body: {
      associations: contacts.map(({ externalId, account }) => ({
        contactCRMId: leadIds.get(externalId),
        companyCRMId: accountIds.get(account),
      })),
    },
    status: 200,
  });
  const about = { contactId: leadIds.get('lead-2'), companyId: accountIds.get('account-2'), ownerId };
  await logCampaign(send, about);
  await workOnTasks(send, about);
  await sendEngagement(send, leadIds.get('lead-2'), accountIds.get('account-2'));
}

type Kind = 'companies' | 'contacts';

interface Export {
  readonly kind: Kind;
  readonly records: readonly { readonly externalId: string }[];
  /** Fields for the records that exist already. */
  readonly update: object;
}

/** Sync, then create what was not found and update what was. @returns CRM ids by Enginy id. */
async function exportRecords(send: Send, { kind, records, update }: Export): Promise<ReadonlyMap<string, string>> {
  const synced = await send({
    title: `Which of the ${kind} does HubSpot have?`,
    method: 'POST',
    path: `/${kind}/sync`,
    body: { [kind]: records },
    status: 200,
  });
  const ids = idsIn(synced);
  const found = records.filter(({ externalId }) => ids.has(externalId));
  const missing = records.filter(({ externalId }) => !ids.has(externalId));
  if (missing.length > 0) {
    const created = await send({
      title: `Create the ${kind} that it does not have`,
      method: 'POST',
      path: `/${kind}`,
      body: { [kind]: missing },
      status: 201,
    });
    for (const [externalId, crmId] of idsIn(created)) ids.set(externalId, crmId);
  }
  if (found.length > 0) {
    await send({
      title: `Update the ${kind} that it has`,
      method: 'PUT',
      path: `/${kind}`,
      body: { [kind]: found.map(({ externalId }) => ({ crmId: ids.get(externalId), ...update })) },
      status: 200,
    });
  }
  return ids;
}

interface About {
  readonly contactId: string | undefined;
  readonly companyId: string | undefined;
  readonly ownerId: string;
}

async function logCampaign(send: Send, about: About): Promise<void> {
  const outbound = '[1/3] [FROM Acme Corp] Nora Lindqvist';
  const inbound = '[Lumen Works] Leo Brandt';
  const events = [
    ['An invitation went out on LinkedIn', 'LINKEDIN_CONNECTION', 'OUTBOUND', outbound, 'Shall we connect?'],
    ['It was accepted', 'LINKEDIN_CONNECTION', 'INBOUND', inbound, undefined],
    ['A first email went out', 'EMAIL', 'OUTBOUND', outbound, '<p>Hello Leo,<br>have you seen <b>this</b>?</p>'],
    ['Leo answered', 'EMAIL', 'INBOUND', inbound, 'Tell me more.\nLeo'],
  ] as const;
  for (const [index, [title, type, direction, subject, text]] of events.entries()) {
    const metadata = { messageId: `demo-${index + 1}`, sequenceIndex: index };
    const occurredAt = `2026-11-0${index + 1}T09:30:00Z`;
    const body = {
      type,
      direction,
      subject,
      ...(text === undefined ? {} : { body: text }),
      occurredAt,
      ...about,
      metadata,
    };
    await send({ title, method: 'POST', path: '/activities', body, status: 201 });
  }
}

async function workOnTasks(send: Send, about: About): Promise<void> {
  const tasks = [
    { subject: 'Call Leo', type: 'call', dueDate: '2026-12-01T10:00:00Z' },
    { subject: 'Prepare a demonstration', type: 'meeting', dueDate: '2026-12-03T10:00:00Z' },
  ];
  const ids: string[] = [];
  for (const task of tasks) {
    const title = `A task: ${task.subject.toLowerCase()}`;
    ids.push(
      textIn(await send({ title, method: 'POST', path: '/tasks', body: { ...task, ...about }, status: 201 }), 'id'),
    );
  }
  const batch = { path: '/tasks/batch', status: 200 } as const;
  await send({ title: 'How are the tasks?', method: 'POST', body: { ids }, ...batch });
  await send({ title: 'The call is done', method: 'PATCH', body: { ids: ids.slice(0, 1), completed: true }, ...batch });
}

async function sendEngagement(send: Send, contactId: string | undefined, companyId: string | undefined): Promise<void> {
  const engagement = { genesy_engagement_status: 'Message Replied (1/3) - EMAIL', campaignOpens: '2' };
  for (const [kind, crmId] of [
    ['contacts', contactId],
    ['companies', companyId],
  ] as const) {
    const body = { [kind]: [{ crmId, ...engagement }] };
    await send({ title: `How engaged are the ${kind}?`, method: 'PUT', path: `/${kind}`, body, status: 200 });
  }
}

function idsIn(answer: unknown): Map<string, string> {
  const results = typeof answer === 'object' && answer !== null && 'results' in answer ? listIn(answer.results) : [];
  return new Map(results.map((result) => [textIn(result, 'externalId'), textIn(result, 'crmId')]));
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textIn(value: unknown, key: string): string {
  const found = typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(key) : undefined;
  return typeof found === 'string' ? found : '';
}
