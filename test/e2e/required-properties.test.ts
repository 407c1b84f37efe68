/** An account whose administrator requires properties: 2026-09 enforces that for the API too. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { runCommand } from '../cli/run-command.ts';
import { mappingFolder } from '../support/mapping-folder.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const region = { name: 'region', label: 'Region', type: 'string', fieldType: 'text', groupName: 'contactinformation' };

async function startPortal(apiVersion = '2026-09') {
  const crm = await startCrm();
  crm.seed({ properties: { contacts: [region] }, requirements: [{ object: 'contacts', property: 'region' }] });
  return { crm, bridge: await startBridgeOn(crm, { HUBSPOT_API_VERSION: apiVersion }) };
}

function people(from: number, count: number) {
  return Array.from({ length: count }, (_, at) => ({
    externalId: `lead-${from + at}`,
    email: `p${from + at}@example.com`,
    firstName: 'Ada',
  }));
}

const creates = (crm: Sandbox, object = 'contacts') =>
  crm.log.filter((call) => ['create', 'batch-create'].includes(call.kind) && call.object === object);

test('names the property that HubSpot requires for new contacts, and what to do', async () => {
  const { crm, bridge } = await startPortal();

  const { body } = await bridge.send('POST', '/contacts', { contacts: people(0, 1) });

  expect(body.errors).toMatchObject([
    {
      externalId: 'lead-0',
      error:
        'Add the value and export again, or ask your administrator for a default: HubSpot requires Region for new records: give it a value under `on_create`, or map a field to it with a `default`',
    },
  ]);
  expect(crm.records('contacts')).toEqual([]);
});

test('does not send the rest of an export if it cannot succeed: three requests of 100 and one of 500', async () => {
  const { crm, bridge } = await startPortal();
  const counts: number[] = [];

  for (const [from, count] of [
    [0, 100],
    [100, 100],
    [200, 100],
    [300, 500],
  ] as const) {
    const { body } = await bridge.send('POST', '/contacts', { contacts: people(from, count) });
    counts.push(body.errors.length);
  }

  expect(counts).toEqual([100, 100, 100, 500]);
  expect(creates(crm)).toHaveLength(1);
});

test('creates the records of a batch that have the value, and tries none of the others again', async () => {
  const crm = await startCrm();
  const requirements = [{ object: 'contacts', property: 'jobtitle' } as const];
  crm.seed({ requirements });
  const bridge = await startBridgeOn(crm, { HUBSPOT_API_VERSION: '2026-09' });
  const mixed = (from: number) =>
    people(from, 100).map((person, at) => (at % 3 === 0 ? { ...person, title: 'Engineer' } : person));

  const first = await bridge.send('POST', '/contacts', { contacts: mixed(0) });
  const second = await bridge.send('POST', '/contacts', { contacts: mixed(100) });

  for (const { body } of [first, second]) expect(body.errors).toHaveLength(66);
  expect(crm.records('contacts')).toHaveLength(68);
  expect(crm.records('contacts').every(({ properties }) => properties.jobtitle === 'Engineer')).toBe(true);
  const sizes = creates(crm).map(({ body }) => (body as { inputs: unknown[] }).inputs.length);
  expect(sizes).toEqual([100, 34]);
});

test('names and remembers what companies, tasks and activities lack', async () => {
  const crm = await startCrm();
  crm.seed({
    requirements: [
      { object: 'companies', property: 'industry' },
      { object: 'tasks', property: 'hs_task_priority' },
      { object: 'communications', property: 'hs_activity_type' },
    ],
    contacts: [{ id: '101', properties: { email: 'ada@example.com' } }],
  });
  const bridge = await startBridgeOn(crm, { HUBSPOT_API_VERSION: '2026-09' });
  const company = (at: number) => ({ externalId: `c-${at}`, name: `Company ${at}`, domain: `company-${at}.example` });
  const answers: string[][] = [];

  for (let at = 0; at < 3; at++) {
    const companies = await bridge.send('POST', '/companies', { companies: [company(at)] });
    const task = await bridge.send('POST', '/tasks', { subject: `Call ${at}`, contactId: '101' });
    const activity = await bridge.send('POST', '/activities', {
      type: 'LINKEDIN',
      direction: 'OUTBOUND',
      contactId: '101',
      timestamp: `2026-06-0${at + 1}T09:00:00Z`,
      content: 'Hello',
    });
    answers.push([companies, task, activity].map(({ body }) => JSON.stringify(body)));
  }

  for (const [companies, task, activity] of answers) {
    expect(companies).toContain('HubSpot requires Industry for new records');
    expect(task).toContain('for new records');
    expect(activity).toContain('for new records');
  }
  expect(['companies', 'tasks', 'communications'].map((object) => creates(crm, object).length)).toEqual([1, 1, 1]);
});

test('names a required property of sensitive data, which lists of properties omit', async () => {
  const crm = await startCrm();
  crm.seed({
    properties: { contacts: [{ ...region, dataSensitivity: 'sensitive' }] },
    requirements: [{ object: 'contacts', property: 'region' }],
  });
  const bridge = await startBridgeOn(crm, { HUBSPOT_API_VERSION: '2026-09' });

  const { body } = await bridge.send('POST', '/contacts', { contacts: people(0, 2) });

  expect(body.errors).toHaveLength(2);
  expect(body.errors[0].error).toMatch(/HubSpot requires [Rr]egion for new records/);
});

test('learns from a batch that is refused whole', async () => {
  const { crm, bridge } = await startPortal('v3');
  const errors = [{ message: '', code: 'MISSING_REQUIRED_PROPERTY', context: { propertyName: ['region'] } }];
  const body = { category: 'VALIDATION_ERROR', message: 'Required properties are missing', errors };
  crm.faults.add({ match: { kind: 'batch-create' }, action: { kind: 'status', status: 400, body } });

  const answer = await bridge.send('POST', '/contacts', { contacts: people(0, 100) });

  expect(answer.body.errors).toHaveLength(100);
  expect(creates(crm)).toHaveLength(1);
});

test.each(['2026-03', 'v3'])('creates them on %s, which does not enforce the rule', async (version) => {
  const { crm, bridge } = await startPortal(version);

  const { body } = await bridge.send('POST', '/contacts', { contacts: people(0, 3) });

  expect(body.errors).toBeUndefined();
  expect(crm.records('contacts')).toHaveLength(3);
});

test('writes the records that have the value, and names a condition that another does not meet', async () => {
  const crm = await startCrm();
  const when = { property: 'lifecyclestage', value: 'customer' };
  crm.seed({
    properties: { contacts: [region] },
    requirements: [{ object: 'contacts', property: 'region', when }],
    contacts: [{ id: '101', properties: { email: 'ada@example.com', lifecyclestage: 'customer' } }],
  });
  const bridge = await startBridgeOn(crm, { HUBSPOT_API_VERSION: '2026-09' });

  const refused = await bridge.send('PUT', '/contacts', { contacts: [{ crmId: '101', firstName: 'Ada' }] });
  const created = await bridge.send('POST', '/contacts', { contacts: people(0, 2) });

  expect(JSON.stringify(refused.body)).toContain('HubSpot requires Region because of other values of the record');
  expect(created.body.errors).toBeUndefined();
});

test('an update of a hundred names the records that miss a condition, in one call, and writes the others', async () => {
  const crm = await startCrm();
  const when = { property: 'lifecyclestage', value: 'customer' };
  crm.seed({
    properties: { contacts: [region] },
    requirements: [{ object: 'contacts', property: 'region', when }],
    contacts: Array.from({ length: 100 }, (_, at) => ({
      id: String(1000 + at),
      properties: { email: `u${at}@example.com`, lifecyclestage: at % 4 === 0 ? 'customer' : 'lead' },
    })),
  });
  const bridge = await startBridgeOn(crm, { HUBSPOT_API_VERSION: '2026-09' });
  const contacts = Array.from({ length: 100 }, (_, at) => ({ crmId: String(1000 + at), firstName: `N${at}` }));

  const { body } = await bridge.send('PUT', '/contacts', { contacts });

  expect(body.results.filter(({ success }: { success: boolean }) => !success)).toHaveLength(25);
  expect(crm.records('contacts').filter(({ properties }) => /^N\d+$/.test(properties.firstname ?? ''))).toHaveLength(
    75,
  );
  expect(crm.log.filter(({ kind }) => kind === 'batch-update')).toHaveLength(1);
});

function small(write = '{}') {
  const match = 'match: { rules: [{ enginy: email, crm: email, transform: [email] }] }';
  return mappingFolder({ 'contacts.yaml': `version: 1\ntarget: hubspot/contacts\n${match}\nwrite: ${write}\n` });
}

/** A bridge that keeps what it learns, in a folder of its own. */
async function startKeeping(crm: Sandbox, settings: Record<string, string> = {}) {
  const folder = temporaryFolder();
  const environment = { HUBSPOT_API_VERSION: '2026-09', JOURNAL: 'on', DATA_DIR: folder, ...settings };
  const start = (others: Record<string, string> = {}) => startBridgeOn(crm, { ...environment, ...others });
  const file = join(folder, 'required-properties.json');
  const command = (...args: string[]) =>
    runCommand(args, {
      environment: {
        HUBSPOT_ACCESS_TOKEN: crm.token,
        HUBSPOT_BASE_URL: crm.url,
        API_KEY: 'a-key-of-more-than-thirty-two-characters',
        CAPTURE: 'off',
        MAPPINGS_DIR: small(),
        ...environment,
      },
    });
  return { folder, file, start, command, bridge: await start() };
}

const askOf = { contacts: [region] };
const ofNewContacts = [{ object: 'contacts', property: 'region' } as const];

test('a rule survives a restart, and check --live and doctor show it with its remedy', async () => {
  const crm = await startCrm();
  crm.seed({ properties: askOf, requirements: ofNewContacts });
  const { file, start, command, bridge } = await startKeeping(crm);
  await bridge.send('POST', '/contacts', { contacts: people(0, 1) });
  await bridge.close(1_000);

  const { body } = await (await start()).send('POST', '/contacts', { contacts: people(1, 1) });
  const check = await command('check', '--live', small());
  const doctor = await command('doctor');
  const met = await command('check', '--live', small('{ on_create: [{ crm: region, value: EMEA }] }'));

  expect(body.errors[0].error).toContain('HubSpot requires Region for new records');
  expect(creates(crm)).toHaveLength(1);
  const line = /the CRM requires "region" of new contacts \(seen at \d{4}-\d\d-\d\d \d\d:\d\d UTC\)/;
  expect(check.out.split('\n').filter((text) => line.test(text))).toEqual([
    expect.stringMatching(
      /contacts\.yaml:\d+:\d+ {2}warning {2}required-property .*give it a value under `on_create`, or map a field to it with a `default:`/,
    ),
  ]);
  expect(check.status).toBe(0);
  expect(doctor.out.split('\n').filter((text) => line.test(text))).toHaveLength(1);
  expect(doctor.out).toContain('give it a value under `on_create`');
  expect(met.out).not.toContain('required-property');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toContain(crm.token);
});

test.each(['2026-03', 'v3'])(
  'a rule that 2026-09 showed holds nothing back on %s, and counts again on 2026-09',
  async (version) => {
    const crm = await startCrm();
    crm.seed({ properties: askOf, requirements: ofNewContacts });
    const { start, bridge } = await startKeeping(crm);
    await bridge.send('POST', '/contacts', { contacts: people(0, 1) });
    await bridge.close(1_000);

    const elsewhere = await start({ HUBSPOT_API_VERSION: version });
    const created = await elsewhere.send('POST', '/contacts', { contacts: people(0, 1) });
    await elsewhere.close(1_000);
    const sent = creates(crm).length;
    const back = await (await start()).send('POST', '/contacts', { contacts: people(1, 1) });

    expect(created.body.errors).toBeUndefined();
    expect(back.body.errors).toHaveLength(1);
    expect(creates(crm)).toHaveLength(sent);
  },
);

test('a rule that was lifted is forgotten with the first record created without it', async () => {
  const crm = await startCrm();
  crm.seed({ properties: askOf, requirements: ofNewContacts });
  const { file, start, command, bridge } = await startKeeping(crm);
  await bridge.send('POST', '/contacts', { contacts: people(0, 1) });
  const before = JSON.parse(readFileSync(file, 'utf8'));
  crm.reset();

  const restarted = await start();
  const stillHeld = await restarted.send('POST', '/contacts', { contacts: people(1, 1) });
  await restarted.reload();
  const { body } = await restarted.send('POST', '/contacts', { contacts: people(2, 1) });

  expect(before.required).toMatchObject([{ objectType: 'contacts', name: 'region', when: 'created' }]);
  expect(stillHeld.body.errors).toHaveLength(1);
  expect(body.errors).toBeUndefined();
  expect(JSON.parse(readFileSync(file, 'utf8')).required).toEqual([]);
  expect((await command('check', '--live', small())).out).not.toContain('required-property');
});

test('nothing is kept with JOURNAL=off, of another account nothing is shown, and a damaged file is named', async () => {
  const crm = await startCrm();
  crm.seed({ properties: askOf, requirements: ofNewContacts });
  const off = await startKeeping(crm, { JOURNAL: 'off' });
  await off.bridge.send('POST', '/contacts', { contacts: people(0, 1) });
  const { file, command, bridge } = await startKeeping(crm);
  await bridge.send('POST', '/contacts', { contacts: people(1, 1) });
  const whole = readFileSync(file, 'utf8');
  const shown = async (text: string) => {
    writeFileSync(file, text);
    const [check, doctor] = [await command('check', '--live', small()), await command('doctor')];
    return [check, doctor].map(({ out, err }) => [out.includes('requires "region"'), /is not used/.test(out + err)]);
  };
  const old = whole.replace(/"seenAt":\d+/, `"seenAt":${Date.now() - 8 * 86_400_000}`);
  const damaged = ['{', whole.replace('"created"', '"sometimes"')];

  expect(readdirSync(off.folder)).toEqual([]);
  expect(await shown(whole)).toEqual([
    [true, false],
    [true, false],
  ]);
  expect(await shown(whole.replace(/"account":"\w{4}/, '"account":"0000'))).toEqual([
    [false, false],
    [false, false],
  ]);
  expect(await shown(old)).toEqual([
    [false, false],
    [false, false],
  ]);
  for (const text of damaged)
    expect(await shown(text)).toEqual([
      [false, true],
      [false, true],
    ]);
});
