import { expect, test } from 'vitest';
import { mappingFolder } from '../support/mapping-folder.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { type CommandSetting, runCommand } from './run-command.ts';
import { refusingUrl } from '../support/refusing-url.ts';

const lead = {
  externalId: 'lead-7',
  email: ' ADA@example.com ',
  fullName: 'Ada Lovelace',
  phone: '+34 600 111 222',
  title: 'Countess',
  campaignOpens: '5',
  customFields: { Größe: 'XL' },
};

function on(crm: { readonly url: string; readonly token: string }, input: unknown): CommandSetting {
  return {
    environment: { HUBSPOT_ACCESS_TOKEN: crm.token, HUBSPOT_BASE_URL: crm.url, MAPPINGS_DIR: 'mappings/hubspot' },
    input: JSON.stringify(input),
  };
}

interface Explained {
  readonly create: { readonly values: readonly { readonly property: string; readonly value: string }[] };
  readonly update: Explained['create'];
}

function parseOutput(out: string): Explained[] {
  return JSON.parse(out) as Explained[]; // the command's own JSON
}

function propertiesOf({ values }: Explained['create']): Record<string, string> {
  return Object.fromEntries(values.map(({ property, value }) => [property, value]));
}

test('never writes', async () => {
  const crm = await startCrm();
  crm.seed({ contacts: [{ properties: { email: 'ada@example.com', firstname: 'Ada' } }] });

  const { status } = await runCommand(
    ['explain', 'contacts', '--live'],
    on(crm, { contacts: [lead, { email: 'x@example.com' }] }),
  );

  expect(status).toBe(0);
  const calls = crm.log.map(({ method, path }) => `${method} ${path}`);
  expect(calls.length).toBeGreaterThan(2);
  expect(calls.filter((line) => !/^GET |^POST .*\/(batch\/read|search)$/.test(line))).toEqual([]);
  expect(crm.records('contacts').map(({ properties }) => properties.jobtitle)).toEqual([undefined]);
});

test('explains exactly what the bridge then sends', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm);
  const explained = await runCommand(['explain', 'contacts', '--live', '--json'], on(crm, [lead]));
  const [explanation] = parseOutput(explained.out);

  const created = await bridge.send('POST', '/contacts', { contacts: [lead] });
  const crmId = created.body.results[0].crmId;
  await bridge.send('PUT', '/contacts', { contacts: [{ ...lead, externalId: undefined, crmId, phone: undefined }] });

  const sent = (kind: string) => {
    // The bridge's own bodies, as the embedded CRM has logged them.
    const body = crm.log.find((entry) => entry.kind === kind)?.body as {
      inputs: { properties: Record<string, string> }[];
    };
    return body.inputs[0]?.properties;
  };
  expect(propertiesOf(explanation?.create ?? { values: [] })).toEqual(sent('batch-create'));
  // The record that was just created holds Enginy's id.
  const { phone: _, enginy_external_id: _held, ...update } = propertiesOf(explanation?.update ?? { values: [] });
  expect(update).toEqual(sent('batch-update'));
});

test('names the candidates where several records match', async () => {
  const crm = await startCrm();
  const twin = { properties: { hs_linkedin_url: 'https://www.linkedin.com/in/ada' } };
  crm.seed({ contacts: [twin, twin] });

  const { out } = await runCommand(['explain', 'contacts', '--live'], on(crm, { linkedinUrl: 'linkedin.com/in/ada/' }));

  const ids = crm.records('contacts').map(({ id }) => id);
  expect(out).toContain(`2 records by linkedinUrl, which is reported in errors: ${ids.join(', ')}`);
});

test('accepts a captured request', async () => {
  const captured = { request: { method: 'POST', path: '/contacts/sync', body: { contacts: [lead] } }, answer: {} };

  const { status, out } = await runCommand(['explain', 'contacts', '-'], { input: JSON.stringify(captured) });

  expect(status).toBe(0);
  expect(out).toContain('contacts, record 1 of 1, lead-7');
});

test.each([
  [['explain', 'contact'], '{}', 'Allowed choices are contacts, companies'],
  [['explain', 'contacts'], '{"contacts": [', 'standard input is not JSON'],
  [['explain', 'contacts'], '{"companies": [{"name": "Acme"}]}', 'standard input holds no contacts'],
  [['explain', 'contacts'], '[1]', 'standard input holds no contacts'],
  [['explain', 'contacts'], '[{"email": "a@b.example"}, 5]', 'standard input: entry 1 of contacts is not an object'],
  [['explain', 'contacts', 'no-such.json'], '', 'no-such.json cannot be read (ENOENT)'],
  [['explain', 'contacts', '--sandbox'], '{}', '--sandbox requires --live'],
  [['explain', 'contacts', '--live'], '{}', 'HUBSPOT_ACCESS_TOKEN is not set'],
])('refuses %j of %j in one line', async (args, input, message) => {
  const { status, out, err } = await runCommand(args, { input });

  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).toContain(message);
});

test('shows the findings of files that cannot be used', async () => {
  const dir = mappingFolder({ 'contacts.yaml': 'version: 1\ntarget: hubspot/contacts\nmatch: { rules: [] }\n' });

  const { status, err } = await runCommand(['explain', 'contacts', '--mappings', dir], { input: '{}' });

  expect(status).toBe(2);
  expect(err).toContain(`${dir}/contacts.yaml:3:17  error  bad-option`);
});

test('reports that the account cannot be read', async () => {
  const setting = on({ url: refusingUrl, token: 'any' }, lead);

  const { status, out, err } = await runCommand(['explain', 'contacts', '--live'], setting);

  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).toContain('HubSpot could not be reached: HubSpot could not be reached');
});

test('accepts fields as arguments, and names the row that holds one back', async () => {
  const { out, status } = await runCommand(['explain', 'contacts', 'email=ada@example.com', 'title=', 'ownerId=7']);

  expect(status).toBe(0);
  expect(out).toContain('an update would hold back\n    title → jobtitle: Enginy sent it empty');
  expect(out).toMatch(
    /ownerId → hubspot_owner_id: .* overwrite: never\n.*set overwrite: always in mappings\/hubspot\/contacts\.yaml:\d+/,
  );
});

test('--live names values that HubSpot would reject, and properties that it does not have', async () => {
  const fields = [
    'email=new@example.com',
    'customFields.hs_lead_status=Not a status',
    'customFields.createdate=2026-01-01',
  ];
  const { out, status } = await runCommand(['explain', 'contacts', ...fields, '--live', '--sandbox']);

  expect(status).toBe(0);
  expect(out).toContain('hs_lead_status: its value is not an option that');
  expect(out).toContain('createdate');
});

test.each(['99999', 'other@example.com'])('--live names the unknown owner %s as the journal does', async (ownerId) => {
  const crm = await startCrm();
  const known = {
    id: '7',
    userId: 7,
    type: 'PERSON' as const,
    email: 'rep@example.com',
    firstName: 'R',
    lastName: 'One',
  };
  crm.seed({ owners: [known] });
  const { out } = await runCommand(
    ['explain', 'contacts', '--live'],
    on(crm, [
      { externalId: 'a', ownerId },
      { externalId: 'b', ownerId: known.id },
    ]),
  );

  const said = out.split('ownerId → hubspot_owner_id: HubSpot has no active user with this id');
  expect(said).toHaveLength(2);
  expect(said[1]).toContain('choose another owner in Enginy');
});

test('fields and a file together are a usage error', async () => {
  const { err, status } = await runCommand(['explain', 'contacts', 'email=a@example.com', 'lead.json']);

  expect({ status, err }).toEqual({ status: 2, err: 'error: expected one file, or fields as field=value\n' });
});

test('explains a task: what is sent, linked and held back', async () => {
  const task = ['subject=Call', 'type=call', 'dueDate=someday', 'contactId=101', 'ownerId=4242'];
  const { out, status } = await runCommand(['explain', 'tasks', ...task]);

  expect(status).toBe(0);
  expect(out).toMatch(/tasks: would be created as a record of tasks\n {2}sends\n[\s\S]*hs_task_subject +"Call"/);
  expect(out).toContain('contacts 101');
  expect(out).toContain('dueDate: its value');
});

test('fields on the command line are what a request would have: truth values, entries of objects', async () => {
  const explained = async (...words: string[]) => {
    const [explanation] = JSON.parse((await runCommand(['explain', ...words, '--json'])).out);
    return Object.fromEntries(
      explanation.values?.map(({ property, value }: Record<string, string>) => [property, value]) ?? [],
    );
  };
  const activity = ['type=EMAIL', 'direction=INBOUND', 'occurredAt=2026-11-01T10:00:00Z', 'contactId=101'];

  expect(await explained('tasks', 'subject=Call', 'completed=true')).toMatchObject({ hs_task_status: 'COMPLETED' });
  expect(await explained('tasks', 'subject=Call', 'completed=false')).toMatchObject({ hs_task_status: 'NOT_STARTED' });
  expect((await runCommand(['explain', 'tasks', 'subject=Call', 'completed=yes'])).out).toContain(
    'completed must be true or false',
  );
  const ids = ['a@x', '<a@x>', 'b@x'].map((id) => explained('activities', ...activity, `metadata.messageId=${id}`));
  const [first, bracketed, other] = (await Promise.all(ids)).map((values) => values.enginy_activity_key);
  expect(first).toBe(bracketed);
  expect(first).not.toBe(other);
});

test('a date without a time is explained without an account, and says how it was read', async () => {
  const { out } = await runCommand(['explain', 'tasks', 'subject=Call', 'dueDate=2026-12-01', 'contactId=101']);

  expect(out).toContain('tasks: would be created as a record of tasks');
  expect(out).toMatch(/hs_timestamp +"2026-12-01T00:00:00.000Z"/);
  expect(out).toContain('dueDate has no time and the CRM does not show its time zone: it was read as midnight UTC');
});

test('explains an activity, and one of a type that the file does not have', async () => {
  const activity = { type: 'EMAIL', direction: 'OUTBOUND', subject: 'Hi', body: 'Hello', contactId: '101' };
  const good = await runCommand(['explain', 'activities', '--json'], { input: JSON.stringify(activity) });
  const bad = await runCommand(['explain', 'activities', 'type=PIGEON']);

  const [explanation] = JSON.parse(good.out);
  expect(explanation).toMatchObject({ object: 'activities', objectType: 'emails', isRepeat: false });
  expect(explanation.values).toContainEqual({ property: 'hs_email_subject', value: 'Hi' });
  expect(bad.out).toContain('activities: type must be one of');
});

test('explain of a task on the embedded CRM writes nothing and names an unknown owner', async () => {
  const task = ['subject=Call', 'dueDate=2026-12-01T10:00:00Z', 'ownerId=4242'];
  const { out, status } = await runCommand(['explain', 'tasks', ...task, '--live', '--sandbox']);

  expect(status).toBe(0);
  expect(out).toContain('ownerId: HubSpot has no active user with this id');
});

test('reports which records of a request a create merges, and which only share a value that others may have', async () => {
  const crm = await startCrm();
  const [cy, other] = crm.seed({
    contacts: [
      { properties: { email: 'cy@x.example', hs_linkedin_url: 'https://www.linkedin.com/in/old-cy' } },
      { properties: { hs_linkedin_url: 'https://www.linkedin.com/in/cy' } },
    ],
  }).contacts;
  const records = [
    { externalId: 'a', firstName: 'Ada', linkedinUrl: 'https://www.linkedin.com/in/ada' },
    { externalId: 'b', firstName: 'Ada', linkedinUrl: 'es.linkedin.com/in/Ada/?trk=x', phone: '+34 600 111 222' },
    { externalId: 'c', firstName: 'Bo', phone: '0034 600111222' },
    { externalId: 'd', email: 'cy@x.example', linkedinUrl: 'linkedin.com/in/cy' },
    { externalId: 'e', firstName: 'Cy', linkedinUrl: 'linkedin.com/in/cy' },
  ];

  const { out } = await runCommand(['explain', 'contacts', '--live'], on(crm, records));
  const { send } = await startBridgeOn(crm);
  const { body } = await send('POST', '/contacts', { contacts: records });

  const lines = out.split('\n').filter((line) => line.includes('a create of both'));
  expect(lines.map((line) => line.trim())).toEqual([
    'record 2 (b) has the same linkedinUrl: a create of both leads to one record',
    'record 1 (a) has the same linkedinUrl: a create of both leads to one record',
    'record 3 (c) has the same phone, but others may have it, too: a create of both leads to two records',
    'record 2 (b) has the same phone, but others may have it, too: a create of both leads to two records',
    'record 5 (e) has the same linkedinUrl, but they match two records of the CRM: a create of both leads to two records',
    'record 4 (d) has the same linkedinUrl, but they match two records of the CRM: a create of both leads to two records',
  ]);
  const [a, b, c, d, e] = body.results.map(({ crmId }: { crmId: string }) => crmId);
  expect([a === b, b === c, d, e]).toEqual([true, false, cy, other]);
});

test('reports that only the identity index finds a name with other accents', async () => {
  const { out } = await runCommand(['explain', 'companies', 'name=Cafe Central', 'domain=cafe.example'], {
    environment: { MAPPINGS_DIR: 'mappings/hubspot' },
  });

  const accents = out.split('\n').filter((line) => line.includes('accents'));
  expect(accents).toEqual([expect.stringMatching(/^ {4}\d name: .*; a record with other accents is found only with/)]);
});
