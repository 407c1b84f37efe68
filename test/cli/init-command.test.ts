import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { readEnvFile } from '../../src/settings/env-file.ts';
import { startCrm } from '../support/start-bridge.ts';
import { runCommand } from './run-command.ts';

/** An empty working directory. */
function inEmptyFolder(): string {
  const before = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'bridge-init-'));
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
  return folder;
}

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

async function portal() {
  const crm = await startCrm();
  crm.seed({ properties: { contacts: twenty } });
  return { environment: { HUBSPOT_ACCESS_TOKEN: crm.token, HUBSPOT_BASE_URL: crm.url } };
}

test('the file for a portal with twenty custom properties is valid, and three rows are commented out', async () => {
  const folder = inEmptyFolder();
  const { environment } = await portal();

  const { status, out, err } = await runCommand(['init', '--yes'], { environment });

  expect([status, err]).toEqual([0, '']);
  expect(out).toContain('✓ check --live: 0 errors, 0 warnings');
  expect(out).toContain('20 of them yours');
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
  writeFileSync(file, used);
  const checked = await runCommand(['check', '--live', 'mappings/portal'], { environment });

  for (const row of rows) expect(checked.out).toMatch(new RegExp(`✓ (write|return) .*${row}`));
  expect(checked.out).toContain('0 errors, 0 warnings');
  expect(checked.status).toBe(0);
});

test('writes settings with which the bridge starts, readable by their owner alone', async () => {
  const folder = inEmptyFolder();
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
  const folder = inEmptyFolder();
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

test('a rehearsal needs no account, and its settings start the embedded CRM', async () => {
  const folder = inEmptyFolder();

  const { status, out } = await runCommand(['init', '--sandbox']);

  expect([status, out]).toEqual([0, expect.stringContaining('the embedded CRM')]);
  expect(loadConfig(readEnvFile(readFileSync(join(folder, '.env'))).values).isSandbox).toBe(true);
});

test.each([
  [['init', '--sandbox', '--yes'], ''],
  [['init', '--sandbox'], 'n'],
  [['init', '--sandbox'], ''],
])('%j, answered "%s", leaves what exists as it is', async (args, typed) => {
  const folder = inEmptyFolder();
  writeFileSync(join(folder, '.env'), 'API_KEY=mine\n');

  const { status, err } = await runCommand(args, { typed });

  expect([status, err]).toEqual([2, expect.stringContaining('.env exists already')]);
  expect(readdirSync(folder)).toEqual(['.env']);
  expect(readFileSync(join(folder, '.env'), 'utf8')).toBe('API_KEY=mine\n');
});

test('overwrites after a yes, and narrows who may read the file', async () => {
  const folder = inEmptyFolder();
  writeFileSync(join(folder, '.env'), 'API_KEY=mine\n', { mode: 0o644 });

  const { status } = await runCommand(['init', '--sandbox'], { typed: 'yes' });

  expect(status).toBe(0);
  expect(readFileSync(join(folder, '.env'), 'utf8')).not.toContain('API_KEY=mine');
  expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600);
});

test('a token that HubSpot refuses leaves nothing behind', async () => {
  const folder = inEmptyFolder();
  const { environment } = await portal();

  const { status, err } = await runCommand(['init', '--yes'], {
    environment: { ...environment, HUBSPOT_ACCESS_TOKEN: 'pat-na1-revoked' },
  });

  expect([status, err]).toEqual([2, expect.stringContaining('HubSpot rejected the access token')]);
  expect(err).not.toContain('revoked');
  expect(readdirSync(folder)).toEqual([]);
});

test.each(['', 'Bearer pat-na1-x', 'pat na1'])('refuses %j as a token', async (typed) => {
  inEmptyFolder();

  expect(await runCommand(['init'], { typed })).toMatchObject({ status: 2 });
});

test('--print shows the files that would be written, and writes nothing', async () => {
  const folder = inEmptyFolder();
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
  const folder = inEmptyFolder();
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

test('reads the owners, and goes on without the permission; options are listed with labels and values', async () => {
  inEmptyFolder();
  const crm = await startCrm({ scopes: { without: ['crm.objects.owners.read'] } });
  const tags = { name: 'etiquetas', label: 'Etiquetas', ...choice('checkbox', 'Evento') };
  crm.seed({ properties: { contacts: [{ ...tags, options: [{ label: 'Evento', value: 'ev_1', displayOrder: 0 }] }] } });
  const environment = { HUBSPOT_ACCESS_TOKEN: crm.token, HUBSPOT_BASE_URL: crm.url };

  const { out } = await runCommand(['init', '--yes'], { environment });
  inEmptyFolder();
  const rehearsed = await runCommand(['init', '--sandbox']);

  expect(out).toContain('! the owners cannot be read');
  expect(out).toContain('options: Evento (ev_1)');
  expect(rehearsed.out).toMatch(/✓ \d+ owners, of whom Enginy offers a choice/);
});
