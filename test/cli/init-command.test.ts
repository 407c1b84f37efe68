import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { readEnvFile } from '../../src/settings/env-file.ts';
import { startCrm } from '../support/start-bridge.ts';
import { runCommand } from './run-command.ts';
import { inTemporaryFolder } from '../support/temporary-folder.ts';

const text = { type: 'string', fieldType: 'text', groupName: 'contactinformation' };
const number = { type: 'number', fieldType: 'number', groupName: 'contactinformation' };
const choice = (fieldType: string, ...labels: string[]) => ({
  type: 'enumeration',
  fieldType,
  groupName: 'contactinformation',
  options: labels.map((label, displayOrder) => ({ label, value: label.toLowerCase(), displayOrder, hidden: false })),
});

/** Twenty properties as administrators create them: three that Enginy knows something about, two traps, and the rest. */
const twenty = [
  { name: 'linkedin_profil', label: 'LinkedIn-Profil', ...text },
  { name: 'punkte_2024', label: 'Lead Score 2024', ...number },
  { name: 'etiquetas', label: 'Etiquetas', ...choice('checkbox', 'Evento', 'Cliente: "VIP"', 'Web\n# row') },
  { name: 'linkedin_alt', label: 'LinkedIn (old)', ...text },
  { name: 'scoreboard_name', label: 'Scoreboard', ...text },
  ...Array.from({ length: 15 }, (_unused, n) => ({ name: `campo_${n}`, label: `Campo ${n} # - { crm: x }`, ...text })),
];

/** Contacts with a value: the LinkedIn property of the portal's own is used most, its old one even more. */
const people = Array.from({ length: 12 }, (_unused, n) => ({
  properties: {
    email: `p${n}@example.com`,
    linkedin_alt: `https://www.linkedin.com/in/old-${n}`,
    ...(n < 9 && { linkedin_profil: `https://www.linkedin.com/in/p-${n}` }),
    ...(n < 2 && { hs_linkedin_url: `https://www.linkedin.com/in/p-${n}` }),
    ...(n < 5 && { punkte_2024: String(n) }),
  },
}));

async function portal() {
  const crm = await startCrm();
  crm.seed({ properties: { contacts: twenty }, contacts: people });
  return { crm, environment: { HUBSPOT_ACCESS_TOKEN: crm.token, HUBSPOT_BASE_URL: crm.url } };
}

test('the file for a portal with twenty custom properties is valid, and three rows are commented out', async () => {
  const folder = inTemporaryFolder();
  const { environment } = await portal();

  const { status, out, err } = await runCommand(['init', '--yes'], { environment });

  expect([status, err]).toEqual([0, '']);
  expect(out).toContain('✓ check --live: 0 errors, 0 warnings');
  expect(out).toContain('20 of them custom');
  expect(out).toContain(`
  mappings/portal/contacts.yaml  { enginy: linkedinUrl, crm: linkedin_profil, transform: [linkedin_url] }
    "LinkedIn-Profil": a custom LinkedIn property, written in addition to the standard one; filled in 9 contacts, hs_linkedin_url in 2; similar: linkedin_alt (filled in 12)
    To match by it as well, add linkedin_profil to "also" and "search" of the rule for linkedinUrl.
`);
  expect(out).toContain('"Lead Score 2024": looks like a score; filled in 5 contacts\n');
  expect(out).toContain('options: Evento, Cliente: "VIP"');
  const file = join(folder, 'mappings/portal/contacts.yaml');
  const written = readFileSync(file, 'utf8');
  const rows = ['linkedin_profil', 'punkte_2024', 'etiquetas'];
  expect(
    written.match(/^ +# - \{ (enginy: \w+, )?crm: (linkedin|punkte|etiquetas|campo|scoreboard)\w*.*$/gm),
  ).toHaveLength(3);
  const used = written.replace(
    /^( +)# (- \{ (?:enginy: \w+, )?crm: (?:linkedin_profil|punkte_2024|etiquetas).*)$/gm,
    '$1$2',
  );
  const matched = used.replace(
    'also: [linkedinbio], search: [hs_linkedin_url],',
    'also: [linkedinbio, linkedin_profil], search: [hs_linkedin_url, linkedin_profil],',
  );
  expect(matched).not.toBe(used);
  writeFileSync(file, matched);
  const checked = await runCommand(['check', '--live', 'mappings/portal'], { environment });
  const found = await runCommand(
    ['explain', 'contacts', '--live', '--mappings', 'mappings/portal', 'linkedinUrl=linkedin.com/in/P-8'],
    { environment },
  );

  for (const row of rows) expect(checked.out).toMatch(new RegExp(`✓ (write|return) .*${row}`));
  expect(checked.out).toContain('0 errors, 0 warnings');
  expect(checked.status).toBe(0);
  // This contact has the address in the property of the portal's own alone.
  expect(found.out).toMatch(/finds\n {4}record \d+ by linkedinUrl/);
});

test('writes settings with which the bridge starts, readable by their owner alone', async () => {
  const folder = inTemporaryFolder();
  const { environment } = await portal();

  const { out } = await runCommand(['init', '--yes'], { environment });

  const file = join(folder, '.env');
  const { values } = readEnvFile(readFileSync(file));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(values.API_KEY).toMatch(/^[\w-]{43}$/);
  expect(loadConfig(values)).toMatchObject({ isSandbox: false, mappingsDir: 'mappings/portal' });
  expect(out).not.toContain(values.API_KEY);
  expect(out).not.toContain(environment.HUBSPOT_ACCESS_TOKEN);
  expect(out).toContain('/record/0-1/{{crmId}}');
});

test('asks for the token', async () => {
  const folder = inTemporaryFolder();
  const { environment } = await portal();

  const { status } = await runCommand(['init'], {
    environment: { HUBSPOT_BASE_URL: environment.HUBSPOT_BASE_URL },
    typed: environment.HUBSPOT_ACCESS_TOKEN,
  });

  expect(status).toBe(0);
  expect(readFileSync(join(folder, '.env'), 'utf8')).toContain(
    `HUBSPOT_ACCESS_TOKEN=${environment.HUBSPOT_ACCESS_TOKEN}`,
  );
});

test('--sandbox needs no account, and its settings start the embedded CRM', async () => {
  const folder = inTemporaryFolder();

  const { status, out } = await runCommand(['init', '--sandbox']);

  expect([status, out]).toEqual([0, expect.stringContaining('the embedded CRM')]);
  expect(loadConfig(readEnvFile(readFileSync(join(folder, '.env'))).values).isSandbox).toBe(true);
});

test.each([
  [['init', '--sandbox', '--yes'], ''],
  [['init', '--sandbox'], 'n'],
  [['init', '--sandbox'], ''],
])('%j, answered "%s", leaves what exists as it is', async (args, typed) => {
  const folder = inTemporaryFolder();
  writeFileSync(join(folder, '.env'), 'API_KEY=mine\n');

  const { status, err } = await runCommand(args, { typed });

  expect([status, err]).toEqual([2, expect.stringContaining('.env exists already')]);
  expect(readdirSync(folder)).toEqual(['.env']);
  expect(readFileSync(join(folder, '.env'), 'utf8')).toBe('API_KEY=mine\n');
});

test('overwrites after a yes, and narrows who may read the file', async () => {
  const folder = inTemporaryFolder();
  writeFileSync(join(folder, '.env'), 'API_KEY=mine\n', { mode: 0o644 });

  const { status } = await runCommand(['init', '--sandbox'], { typed: 'yes' });

  expect(status).toBe(0);
  expect(readEnvFile(readFileSync(join(folder, '.env'))).values.API_KEY).toMatch(/^[\w-]{43}$/);
  expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600);
});

test('keeps the settings of an existing .env that it does not write, and a key that Enginy may know', async () => {
  const folder = inTemporaryFolder();
  const { crm } = await portal();
  const before = `# Mine\nexport API_KEY="0123456789abcdef0123"\r\nHUBSPOT_ACCESS_TOKEN=${crm.token}\nHUBSPOT_BASE_URL=${crm.url}\nMAPPINGS_DIR=old\nDEFAULT_COUNTRY=DE\n`;
  writeFileSync(join(folder, '.env'), before);
  const environment = { HUBSPOT_ACCESS_TOKEN: crm.token, HUBSPOT_BASE_URL: crm.url };

  const refused = await runCommand(['init', '--yes'], { environment });
  const forced = await runCommand(['init', '--yes', '--force'], { environment });
  const env = () => readFileSync(join(folder, '.env'));
  const afterFirst = readEnvFile(env()).values;
  await runCommand(['init', '--sandbox', '--yes', '--force']);

  expect(refused.err).toBe(
    'error: .env exists already, and nothing was written; --print prints the mapping files, --force overwrites, and keeps the other settings in .env\n',
  );
  expect(forced.out).toContain('  .env  settings, with the existing API key\n');
  expect(afterFirst).toEqual({
    API_KEY: '0123456789abcdef0123',
    HUBSPOT_ACCESS_TOKEN: crm.token,
    HUBSPOT_BASE_URL: crm.url,
    MAPPINGS_DIR: 'mappings/portal',
    DEFAULT_COUNTRY: 'DE',
  });
  expect(env().toString()).toMatch(/^# Mine\n/);
  expect(readEnvFile(env()).values).toEqual({
    API_KEY: '0123456789abcdef0123',
    HUBSPOT_BASE_URL: crm.url,
    SANDBOX: 'true',
    MAPPINGS_DIR: 'mappings/portal',
    DEFAULT_COUNTRY: 'DE',
  });
});

test('a .env with multi-line values that it would have to change is not changed', async () => {
  const folder = inTemporaryFolder();
  const before = 'MAPPINGS_DIR="a\nb"\n';
  writeFileSync(join(folder, '.env'), before);

  const { status, err } = await runCommand(['init', '--sandbox', '--yes', '--force']);

  expect([status, err]).toEqual([2, expect.stringContaining('multi-line values')]);
  expect(readdirSync(folder)).toEqual(['.env']);
  expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(before);
});

test.each(['my maps #1', `it's "new" #2`, '-dashes=1'])('the bridge finds the folder %j', async (name) => {
  const folder = inTemporaryFolder();

  const { status } = await runCommand(['init', '--sandbox', `--dir=${name}`]);

  expect(status).toBe(0);
  expect(readEnvFile(readFileSync(join(folder, '.env'))).values.MAPPINGS_DIR).toBe(name);
});

test('a token that HubSpot refuses leaves nothing behind', async () => {
  const folder = inTemporaryFolder();
  const { environment } = await portal();

  const { status, err } = await runCommand(['init', '--yes'], {
    environment: { ...environment, HUBSPOT_ACCESS_TOKEN: 'pat-na1-revoked' },
  });

  expect([status, err]).toEqual([2, expect.stringContaining('HubSpot rejected the access token')]);
  expect(err).not.toContain('revoked');
  expect(readdirSync(folder)).toEqual([]);
});

test.each(['', 'Bearer pat-na1-x', 'pat na1'])('refuses %j as a token', async (typed) => {
  inTemporaryFolder();

  expect(await runCommand(['init'], { typed })).toMatchObject({ status: 2 });
});

test('--print shows the files that would be written, and writes nothing', async () => {
  const folder = inTemporaryFolder();
  const { environment } = await portal();

  const printed = await runCommand(['init', '--yes', '--print'], { environment });
  const before = readdirSync(folder);
  await runCommand(['init', '--yes'], { environment });

  expect([printed.status, printed.err, before]).toEqual([0, '', []]);
  const dir = join(folder, 'mappings/portal');
  const files = readdirSync(dir);
  expect(files).toEqual(expect.arrayContaining(['contacts.yaml', 'contacts.examples.yaml', 'companies.examples.yaml']));
  for (const file of files) {
    expect(printed.out).toContain(`# mappings/portal/${file}\n${readFileSync(join(dir, file), 'utf8')}`);
  }
  expect(printed.out).not.toContain(environment.HUBSPOT_ACCESS_TOKEN);
});

test('--patch lists the rows that existing files lack, and changes none of them', async () => {
  const folder = inTemporaryFolder();
  const { environment } = await portal();
  const dir = join(folder, 'mappings/portal');
  mkdirSync(dir, { recursive: true });
  const mine = 'write:\n  fields:\n    - { enginy: linkedinUrl, crm: linkedin_profil }\n';
  writeFileSync(join(dir, 'contacts.yaml'), mine);

  const { status, out } = await runCommand(['init', '--yes', '--patch'], { environment });
  await runCommand(['init', '--yes', '--force'], { environment });
  const complete = await runCommand(['init', '--yes', '--patch'], { environment });
  const nowhere = await runCommand(['init', '--yes', '--patch', '--dir', 'gone'], { environment });

  expect(status).toBe(0);
  expect(out).toContain('mappings/portal/contacts.yaml\n  return:\n+   # "Lead Score 2024"');
  expect(out).toContain('+   - { crm: punkte_2024, enginy: leadScore, type: number }');
  expect(out).not.toContain('linkedin_profil');
  expect(complete.out).toBe('✓ mappings/portal names every property that init would propose\n');
  expect(nowhere).toMatchObject({ status: 2, err: expect.stringContaining('there is no folder gone') });
});

test('reads the owners, and continues without the permission; options are listed with labels and values', async () => {
  inTemporaryFolder();
  const crm = await startCrm({ scopes: { without: ['crm.objects.owners.read'] } });
  const tags = { name: 'etiquetas', label: 'Etiquetas', ...choice('checkbox', 'Evento') };
  crm.seed({ properties: { contacts: [{ ...tags, options: [{ label: 'Evento', value: 'ev_1', displayOrder: 0 }] }] } });
  const environment = { HUBSPOT_ACCESS_TOKEN: crm.token, HUBSPOT_BASE_URL: crm.url };

  const { out } = await runCommand(['init', '--yes'], { environment });
  inTemporaryFolder();
  const rehearsed = await runCommand(['init', '--sandbox']);

  expect(out).toContain('! the owners cannot be read');
  expect(out).toContain('options: Evento (ev_1)');
  expect(rehearsed.out).toMatch(/✓ \d+ owners to choose from in Enginy/);
});

test('counts need one search per property, and none with --no-counts', async () => {
  inTemporaryFolder();
  const { crm, environment } = await portal();
  const searches = () => crm.log.filter(({ path }) => path.endsWith('/search')).length;

  await runCommand(['init', '--yes', '--print'], { environment });
  const counted = searches();
  const { status, out } = await runCommand(['init', '--yes', '--no-counts'], { environment });

  expect(counted).toBe(5);
  expect(searches()).toBe(counted);
  expect(status).toBe(0);
  expect(out).not.toContain('filled in');
  // The property that is called an old one is proposed neither way.
  expect(out).toContain('crm: linkedin_profil,');
});

test('a count that HubSpot refuses is reported, and the files are written without it', async () => {
  const folder = inTemporaryFolder();
  const { crm, environment } = await portal();
  crm.faults.add({ match: { path: '/search' }, times: 0, action: { kind: 'status', status: 400 } });

  const { status, out, err } = await runCommand(['init', '--yes'], { environment });

  expect(status).toBe(0);
  expect(err).toMatch(/^warning: contacts with a value could not be counted: [^\n]+\n$/);
  expect(out).toContain('crm: linkedin_profil,');
  expect(readdirSync(join(folder, 'mappings/portal'))).toContain('contacts.yaml');
});

test('without properties like those of Enginy there is nothing to decide', async () => {
  inTemporaryFolder();

  const { out } = await runCommand(['init', '--sandbox', '--yes']);

  expect(out).toContain('None of your custom properties looks like a field of Enginy, so there is nothing to decide.');
  expect(out).not.toContain('0 rows');
});

test("the portal's own stages and the options of the example row stand in comments, with their labels", async () => {
  const folder = inTemporaryFolder();
  await runCommand(['check', '--live', '--sandbox', '--quiet', '--save-schema', 'portal.json']);
  const schema = JSON.parse(readFileSync('portal.json', 'utf8'));
  const stages = schema.objects.contacts.find(({ name }: { name: string }) => name === 'lifecyclestage');
  stages.options.push(
    { label: 'Trial\n# x', value: '98712341' },
    { label: 'Partner', value: '98712342' },
    { label: 'Odd', value: 'a": b' },
  );
  writeFileSync('portal.json', JSON.stringify(schema));

  const { status } = await runCommand(['init', '--yes', '--schema', 'portal.json']);

  expect(status).toBe(0);
  const file = join(folder, 'mappings/portal/contacts.yaml');
  const written = readFileSync(file, 'utf8');
  expect(written).toContain(
    '      # "98712341": Lead   # "Trial # x"\n      # "98712342": Lead   # "Partner"\n    otherwise:',
  );
  expect(written).toMatch(/\n {2}# Options of hs_lead_status: New, Open, .*, and 2 more\.\n {2}# on_create:/);
  writeFileSync(file, written.replace('# "98712342": Lead', '"98712342": MQL'));
  const checked = await runCommand(['check', '--schema', 'portal.json', 'mappings/portal']);
  expect([checked.status, checked.out]).toEqual([0, expect.stringContaining('0 errors, 0 warnings')]);
});

test('a saved portal is enough: --schema writes the same files without the account and without counts', async () => {
  const folder = inTemporaryFolder();
  const { crm, environment } = await portal();
  await runCommand(['check', '--live', '--quiet', '--save-schema', 'portal.json'], { environment });
  const live = await runCommand(['init', '--yes', '--print', '--no-counts'], { environment });
  const calls = crm.log.length;

  const printed = await runCommand(['init', '--schema', 'portal.json', '--print']);
  const { status, out, err } = await runCommand(['init', '--schema', 'portal.json', '--yes']);
  const checked = await runCommand(['check', '--schema', 'portal.json', 'mappings/portal']);
  const damaged = await runCommand(['init', '--schema', '.env', '--yes', '--dir', 'other']);

  expect([status, err]).toEqual([0, '']);
  expect(printed.out).toBe(live.out);
  expect(out).toContain('✓ the embedded CRM with portal.json');
  expect(out).toContain('✓ check --live: 0 errors, 0 warnings');
  expect(crm.log).toHaveLength(calls);
  expect([checked.status, checked.out]).toEqual([0, expect.stringContaining('0 errors, 0 warnings')]);
  expect(loadConfig(readEnvFile(readFileSync(join(folder, '.env'))).values).isSandbox).toBe(true);
  expect(damaged).toMatchObject({ status: 2, err: expect.stringContaining('.env') });
});
