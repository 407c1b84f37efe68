import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { exampleSeed } from '../../sandbox/seed.ts';
import { runSandbox } from '../../sandbox/run-sandbox.ts';
import { loadConfig } from '../../src/config.ts';
import { openCrm } from '../../src/cli/inputs/open-crm.ts';
import { readSchemaFile } from '../../src/portal-schema/read-schema-file.ts';
import { mappingFolder } from '../support/mapping-folder.ts';
import { startCrm } from '../support/start-bridge.ts';
import { findingsIn } from '../cli/read-scenario.ts';
import { runCommand } from '../cli/run-command.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'bridge-schema-'));
const own = { groupName: 'contactinformation' };

/** A portal with records, owners, options that only it has, and a stage of its own. */
async function savedPortal() {
  const crm = await startCrm({
    account: { portalId: 4_242_424, timeZone: 'Europe/Madrid', uiDomain: 'app-eu1.hubspot.com' },
  });
  crm.seed({
    ...exampleSeed,
    properties: {
      contacts: [
        { name: 'fit_score', label: 'Fit "score"\n# x', type: 'number', fieldType: 'number', ...own },
        { name: 'unique_no', label: 'No.', type: 'string', fieldType: 'text', hasUniqueValue: true, ...own },
        { name: 'notes_long', label: 'Notes', type: 'string', fieldType: 'textarea', ...own },
        { name: 'sums', label: 'Sums', type: 'number', fieldType: 'calculation_equation', ...own },
        { name: 'secret_no', label: 'Secret', type: 'string', fieldType: 'text', dataSensitivity: 'sensitive', ...own },
        {
          name: 'segments',
          label: 'Segments',
          type: 'enumeration',
          fieldType: 'checkbox',
          ...own,
          options: [
            { label: 'Straße', value: 'a b', displayOrder: 0 },
            { label: 'Old', value: 'old', displayOrder: 1, hidden: true },
          ],
        },
      ],
    },
  });
  const file = join(folder(), 'portal.json');
  const environment = { HUBSPOT_ACCESS_TOKEN: crm.token, HUBSPOT_BASE_URL: crm.url };
  const saved = await runCommand(['check', '--live', '--quiet', '--save-schema', file], { environment });
  return { crm, file, environment, saved };
}

const objects = ['contacts', 'companies', 'tasks', 'emails', 'communications', 'notes'];

test('a saved portal reads like the portal itself, and holds no person, owner or token', async () => {
  const { crm, file, environment, saved } = await savedPortal();
  const config = loadConfig({ ...environment, API_KEY: 'x'.repeat(20) });
  const live = await openCrm(config, { isRehearsal: false });
  const offline = await openCrm(config, { isRehearsal: false, schema: file });

  expect([saved.status, saved.out, saved.err]).toEqual([0, '', '']);
  for (const object of objects) {
    const [there, here] = await Promise.all(
      [live, offline].map(async (open) => {
        const read = await open.crm.readProperties(object, open.context, { includeSensitive: true });
        return read.toSorted((a, b) => a.name.localeCompare(b.name));
      }),
    );
    expect(there?.length).toBeGreaterThan(10);
    expect(here).toEqual(there);
  }
  const accounts = await Promise.all([live, offline].map(({ crm: each, context }) => each.readAccount(context)));
  expect(accounts[1]).toEqual(accounts[0]);
  expect(accounts[1]).toMatchObject({ id: '4242424', timeZone: 'Europe/Madrid' });
  const labels = await Promise.all(
    [live, offline].map(({ crm: each, context }) => each.listLinkLabels('contacts', 'companies', context)),
  );
  expect(labels[1]).toEqual(labels[0]);
  expect(labels[1]).toEqual([{ typeId: 1, label: 'Primary', category: 'HUBSPOT_DEFINED' }]);
  await Promise.all([live.close(), offline.close()]);

  const text = readFileSync(file, 'utf8');
  for (const { email, firstName } of exampleSeed.owners ?? []) {
    expect(text).not.toContain(email);
    expect(text).not.toContain(firstName);
  }
  expect(text).not.toMatch(/@|marchetti|88842095/i);
  expect(text).not.toContain(crm.token);
});

test('labels that the portal defined itself come back from its file', async () => {
  const { file } = await savedPortal();
  const schema = readSchemaFile(file);
  const label = {
    from: 'contacts',
    to: 'companies',
    typeId: 41,
    label: 'Decision maker',
    category: 'USER_DEFINED',
  } as const;
  writeFileSync(file, JSON.stringify({ ...schema, associationLabels: [...schema.associationLabels, label] }));
  const open = await openCrm(loadConfig({ SANDBOX: 'true' }), { isRehearsal: false, schema: file });

  const labels = await open.crm.listLinkLabels('contacts', 'companies', open.context);
  await open.close();

  expect(labels).toContainEqual({ typeId: 41, label: 'Decision maker', category: 'USER_DEFINED' });
});

const score = `version: 1
target: hubspot/contacts
match: { rules: [{ enginy: email, crm: email, transform: [email] }] }
write:
  fields:
    - { enginy: title, crm: jobtitle }
    - { enginy: my_score, crm: fit_score, transform: [number] }
    - { enginy: twitter, crm: gone_property }
`;

test('check and explain use the saved portal offline, and judge as with the account itself', async () => {
  const { file, environment, crm } = await savedPortal();
  const dir = mappingFolder({ 'contacts.yaml': score });

  const live = await runCommand(['check', '--live', dir], { environment });
  const calls = crm.log.length;
  const offline = await runCommand(['check', '--schema', file, dir], { environment });
  const explained = await runCommand(
    ['explain', 'contacts', '--mappings', dir, '--schema', file, 'email=ada@example.com', 'my_score=12'],
    { environment },
  );

  expect(findingsIn(offline.out)).toEqual(findingsIn(live.out));
  expect(findingsIn(offline.out).join()).toContain('unknown-property');
  expect(offline.status).toBe(1);
  expect(offline.out).toContain('account 4242424');
  expect(explained.status).toBe(0);
  expect(explained.out).toContain('fit_score');
  expect(crm.log).toHaveLength(calls);
});

test('the shipped files fit the saved properties of the embedded CRM, which doctor and init accept', async () => {
  const file = join(folder(), 'portal.json');
  const saved = await runCommand(['check', '--live', '--sandbox', '--quiet', '--save-schema', file]);
  const again = await runCommand(['check', '--live', '--sandbox', '--quiet', '--save-schema', file]);
  const checked = await runCommand(['check', '--schema', file]);
  const doctor = await runCommand(['doctor', '--schema', file]);

  expect([saved, again].map(({ status }) => status)).toEqual([0, 0]);
  expect(findingsIn(checked.out)).toEqual([]);
  expect([checked.status, doctor.status]).toEqual([0, 0]);
  expect(doctor.out).toContain('Contact link template');
});

test('the embedded CRM that runs alone reads it too, or reports why it cannot', async () => {
  const { file } = await savedPortal();
  const lines: string[] = [];
  const out = { print: () => {}, complain: (text: string) => void lines.push(text) };

  const isFine = await runSandbox(['--schema', file, '--port', '0'], out);
  const missing = await runCommand(['sandbox', '--schema', `${file}.gone`]);
  const crm = await startSandbox({ schema: readSchemaFile(file), limits: false });
  const answer = await fetch(`${crm.url}/crm/v3/properties/contacts/fit_score`, {
    headers: { authorization: `Bearer ${crm.token}` },
  });
  await crm.close();

  expect([isFine, lines]).toEqual([false, ['--schema is read by "npx enginy-bridge sandbox" only\n']]);
  expect([missing.status, missing.err]).toEqual([2, expect.stringContaining('cannot be read')]);
  expect(await answer.json()).toMatchObject({ name: 'fit_score', type: 'number' });
});

const valid = JSON.stringify({
  format: 'enginy-bridge portal schema',
  version: 1,
  account: { id: '1', timeZone: 'UTC', uiDomain: 'app.hubspot.com' },
  objects: { contacts: [{ name: 'email', label: 'Email', type: 'text', group: 'g' }], companies: [] },
  associationLabels: [],
});
const twice = valid.replace(/\[(\{"name".*?\})\]/, '[$1,$1]');

test.each([
  ['an empty file', '', 'is not JSON'],
  ['half of a file', valid.slice(0, 150), 'is not JSON'],
  ['text', 'version: 1\ntarget: hubspot/contacts\n', 'is not JSON'],
  ['binary', '\u0000\u0001\ufffd', 'is not JSON'],
  ['deeply nested lists', '['.repeat(200_000), 'is not JSON'],
  ['null', 'null', 'not a schema file'],
  ['a list', '[]', 'not a schema file'],
  ['another JSON file', '{"name":"enginy-bridge","version":"0.1.0"}', 'not a schema file'],
  ['a newer version', valid.replace('"version":1', '"version":2'), 'a newer enginy-bridge wrote it'],
  ['a version as text', valid.replace('"version":1', '"version":"1"'), 'is damaged: version'],
  ['an unknown key', valid.replace('"version":1', '"version":1,"owners":[]'), 'is damaged'],
  ['an unknown type', valid.replace('"type":"text"', '"type":"string"'), 'objects.contacts.0.type'],
  ['a label that is a number', valid.replace('"label":"Email"', '"label":5'), 'objects.contacts.0.label'],
  ['a property twice', twice, 'the property email is listed twice'],
  ['no companies', valid.replace(',"companies":[]', ''), 'objects.companies'],
  ['an unknown time zone', valid.replace('UTC', 'Mars/Base'), 'account.timeZone'],
  ['an address as domain', valid.replace('app.hubspot.com', 'https://x'), 'account.uiDomain'],
  ['an id of letters', valid.replace('"id":"1"', '"id":"x"'), 'account.id'],
])('%s ends in one sentence, status 2', async (_name, text, reason) => {
  const file = join(folder(), 'portal.json');
  writeFileSync(file, text);

  const { status, out, err } = await runCommand(['check', '--schema', file]);

  expect([status, out]).toEqual([2, '']);
  expect(err).toMatch(/^error: [^\n]+\n$/);
  expect(err).toContain(reason);
});

test('a path that is not a file, or a file that is too large, is rejected without being read', async () => {
  const large = join(folder(), 'large.json');
  writeFileSync(large, ' '.repeat(20_000_001));
  const cases = [large, folder(), '/dev/zero', join(folder(), 'gone.json')];

  for (const file of cases) {
    const { status, err } = await runCommand(['check', '--schema', file]);
    expect([status, err]).toEqual([2, expect.stringMatching(/^error: [^\n]+ cannot be read: [^\n]+\n$/)]);
  }
});

test('saving overwrites only an earlier schema, and reports a wrong call', async () => {
  const dir = folder();
  const mine = join(dir, 'contacts.yaml');
  writeFileSync(mine, score);
  mkdirSync(join(dir, 'folder'));
  const save = (file: string, ...more: string[]) =>
    runCommand(['check', '--live', '--sandbox', '--quiet', '--save-schema', file, ...more]);

  for (const file of [mine, join(dir, 'folder'), join(dir, 'gone/portal.json')]) {
    const { status, err } = await save(file);
    expect([status, err]).toEqual([2, expect.stringMatching(/^error: [^\n]+\n$/)]);
  }
  expect(readFileSync(mine, 'utf8')).toBe(score);
  expect(readdirSync(dir).toSorted()).toEqual(['contacts.yaml', 'folder']);
  expect(statSync(mine).size).toBe(score.length);
  const wrong = [
    ['check', '--save-schema', 'x.json'],
    ['check', '--live', '--schema', 'x.json'],
    ['explain', 'contacts', 'email=a@example.com', '--live', '--schema', 'x.json'],
  ];
  for (const args of wrong) expect(await runCommand(args)).toMatchObject({ status: 2, out: '' });
});

test('a token that may not read companies saves nothing, and the missing scope is reported', async () => {
  const crm = await startCrm({ scopes: { without: ['crm.objects.companies.read', 'crm.schemas.companies.read'] } });
  const environment = { HUBSPOT_ACCESS_TOKEN: crm.token, HUBSPOT_BASE_URL: crm.url };
  const file = join(folder(), 'portal.json');

  const { status, err } = await runCommand(['check', '--live', '--quiet', '--save-schema', file], { environment });

  expect([status, err]).toEqual([2, expect.stringContaining('crm.')]);
  expect(err).toMatch(/^error: [^\n]+\n$/);
});
