import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkFolder } from '../src/mapping/check/check-folder.ts';
import { formatDiagnostic } from '../src/mapping/schema/diagnostic.ts';
import { readSchemaFile } from '../src/portal-schema/read-schema-file.ts';
import { findingsIn } from './cli/read-scenario.ts';
import { runCommand } from './cli/run-command.ts';
import { portal, startGermanPortal } from './support/german-portal.ts';
import { startBridgeOn, startCrm } from './support/start-bridge.ts';

const owners = ['4711', '4712'].map((id) => ({ id, type: 'PERSON' as const }));
const german = 'mappings/examples/german-portal';
const minimal = 'mappings/examples/minimal';

test.each([
  [german, 12],
  [minimal, 3],
])('%s lints clean, and its examples pass', (dir, examples) => {
  const report = checkFolder(dir);

  expect(report.diagnostics.map(formatDiagnostic)).toEqual([]);
  expect(report.examples).toBe(examples);
});

test('the German set fits its portal, and a portal without the properties is detected', async () => {
  const crm = await startGermanPortal();
  const bare = await startCrm();
  const check = (on: typeof crm) =>
    runCommand(['check', '--live', german], {
      environment: { HUBSPOT_ACCESS_TOKEN: on.token, HUBSPOT_BASE_URL: on.url },
    });

  const [fitting, lacking] = [await check(crm), await check(bare)];

  expect([fitting.status, findingsIn(fitting.out)]).toEqual([0, []]);
  expect(lacking.status).toBe(1);
  const missing = findingsIn(lacking.out).filter((line) => line.includes('unknown-property'));
  for (const { name } of [...portal.contacts, ...portal.companies]) {
    expect(missing.join('\n')).toContain(`"${name}"`);
  }
});

test('the German set works offline with its schema file: no finding, and every example is stored through the bridge', async () => {
  const file = `${german}/portal-schema.json`;
  const checked = await runCommand(['check', '--strict', '--schema', file, german]);
  const crm = await startCrm({ schema: readSchemaFile(file) });
  crm.seed({ owners });
  const bridge = await startBridgeOn(crm, { MAPPINGS_DIR: german, DEFAULT_COUNTRY: 'DE' });

  expect([checked.status, findingsIn(checked.out)]).toEqual([0, []]);
  expect(checked.out).toContain('account 14700123');
  for (const kind of ['contacts', 'companies']) {
    const { examples } = parse(readFileSync(`${german}/${kind}.examples.yaml`, 'utf8'));
    const records = examples.flatMap(({ enginy }: { enginy?: object }, at: number) =>
      enginy === undefined
        ? []
        : [{ [kind === 'contacts' ? 'lastName' : 'name']: `Name ${at}`, ...enginy, externalId: `${kind}-${at}` }],
    );
    const { status, body } = await bridge.send('POST', `/${kind}`, { [kind]: records });
    expect([status, body.errors]).toEqual([201, undefined]);
    expect(records.length).toBeGreaterThan(1);
    expect(body.results.map((result: { externalId: string }) => result.externalId)).toEqual(
      records.map((record: { externalId: string }) => record.externalId),
    );
    expect(body.results.flatMap(({ warnings = [] }: { warnings?: string[] }) => warnings)).toEqual(
      // One example is about a status that the value map does not know.
      kind === 'contacts' ? [expect.stringContaining('not in the value map "lead_status"')] : [],
    );
  }
});

test('a lead goes into the German portal and comes back, through the bridge', async () => {
  const crm = await startGermanPortal();
  const bridge = await startBridgeOn(crm, { MAPPINGS_DIR: german, DEFAULT_COUNTRY: 'DE' });
  const lead = {
    externalId: 'lead-1',
    fullName: 'Jürgen Groß',
    company: 'Weber Maschinenbau GmbH',
    phone: '040 12345678',
    linkedinUrl: 'https://de.linkedin.com/in/Juergen-Gross/?trk=x',
    city: 'Hamburg',
    country: 'Germany',
    industry: 'Automobil',
    conversationTags: 'Pricing, Wetter',
    campaignOpens: '5',
  };

  const created = await bridge.send('POST', '/contacts', { contacts: [lead] });
  const bySpelling = { externalId: 'other', firstName: 'JURGEN', lastName: 'Groß', company: 'weber maschinenbau' };
  const synced = await bridge.send('POST', '/contacts/sync', {
    contacts: [{ externalId: 'again', linkedinUrl: 'linkedin.com/in/juergen-gross' }, bySpelling],
  });

  expect(created.status).toBe(201);
  const [record] = crm.records('contacts');
  expect(record?.properties).toMatchObject({
    enginy_external_id: 'lead-1',
    linkedin_profil: 'https://www.linkedin.com/in/juergen-gross',
    ort: 'Hamburg, Germany',
    unternehmensgroesse: 'unbekannt',
    branche: 'automobil',
    gespraechsthemen: 'preise',
    lead_quelle: 'enginy',
    phone: '+494012345678',
    campaign_opens: '5',
  });
  const properties = {
    linkedinUrl: 'https://www.linkedin.com/in/juergen-gross',
    lifecycleStage: 'Lead',
    tags: ['preise'],
  };
  expect(synced.body.results).toEqual([
    { externalId: 'again', crmId: record?.id, properties },
    { externalId: 'other', crmId: record?.id, properties },
  ]);
});

test('the minimal set stores five fields and creates no property', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm, { MAPPINGS_DIR: minimal });
  const lead = { externalId: 'lead-1', email: 'ada@example.com', firstName: 'Ada', phone: '+34600111222', score: 5 };

  const created = await bridge.send('POST', '/contacts', { contacts: [lead] });
  const again = await bridge.send('POST', '/contacts', { contacts: [lead] });

  expect(again.body).toEqual(created.body);
  expect(crm.records('contacts')).toHaveLength(1);
  expect(crm.records('contacts')[0]?.properties).toMatchObject({ email: 'ada@example.com', firstname: 'Ada' });
  expect(crm.records('contacts')[0]?.properties).not.toHaveProperty('phone');
  expect(crm.log.filter(({ kind }) => kind === 'write-properties')).toEqual([]);
});
