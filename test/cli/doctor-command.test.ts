import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeValidity } from '../../src/doctor/describe-validity.ts';
import { mappingFolder } from '../support/mapping-folder.ts';
import { startCrm } from '../support/start-bridge.ts';
import { runCommand } from './run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { refusingUrl } from '../support/refusing-url.ts';

const key = 'a-key-of-more-than-sixteen-characters';
const token = 'pat-na1-revoked-00000000';

async function account(options: Parameters<typeof startCrm>[0] = {}) {
  const crm = await startCrm(options);
  const CAPTURE_DIR = temporaryFolder();
  const environment = { HUBSPOT_ACCESS_TOKEN: crm.token, HUBSPOT_BASE_URL: crm.url, API_KEY: key, CAPTURE_DIR };
  return { crm, environment };
}

interface Line {
  readonly id: string;
  readonly mark: string;
  readonly text: string;
  readonly remedy?: string;
}

async function linesOf(environment: Record<string, string>, ...options: string[]) {
  const { status, out } = await runCommand(['doctor', '--json', ...options], { environment });
  const report: { sections: { lines: Line[] }[]; enginy?: Record<string, string> } = JSON.parse(out);
  return { status, out, lines: report.sections.flatMap(({ lines }) => lines), enginy: report.enginy };
}

test('a setup without faults passes, and the report ends with what to enter in Enginy', async () => {
  const { environment } = await account();

  const { status, out } = await runCommand(['doctor'], { environment });

  expect(out).not.toContain('✕');
  expect(status).toBe(0);
  expect(out).toContain('Contact link template  https://app.hubspot.com/contacts/8675309/record/0-1/{{crmId}}');
  expect(out).toMatch(/0 errors, \d+ warnings?, \d+ checks passed\n$/);
});

test('neither the token nor the key is ever printed', async () => {
  const { environment } = await account();

  const runs = await Promise.all([
    runCommand(['doctor'], { environment }),
    runCommand(['doctor', '--json'], { environment }),
    runCommand(['doctor'], { environment: { ...environment, HUBSPOT_ACCESS_TOKEN: token } }),
  ]);

  const printed = runs.map(({ out, err }) => out + err).join('');
  for (const { out } of runs) expect(out).toContain('API_KEY');
  for (const secret of [key, token, environment.HUBSPOT_ACCESS_TOKEN]) expect(printed).not.toContain(secret);
});

test('the report says where the key for Enginy is', async () => {
  const { environment } = await account();
  const file = join(temporaryFolder(), 'keys');
  writeFileSync(file, `${key}\n`);
  const { API_KEY: _key, ...others } = environment;

  const runs = await Promise.all([
    linesOf(environment),
    linesOf({ ...others, API_KEY_FILE: file }),
    linesOf({}, '--sandbox'),
  ]);

  expect(runs.map(({ enginy }) => enginy?.['API key'])).toEqual([
    'the value of API_KEY',
    'a key of API_KEY_FILE',
    'sandbox, as API_KEY is not set',
  ]);
});

test.each([
  [-1, 'has expired'],
  [0, 'expires within a day'],
  [1, 'is valid for another day'],
  [13, 'is valid for another 13 days'],
])('a certificate that ends in %i days %s', (days, text) => {
  expect(describeValidity(days)).toBe(text);
});

test('a rejected token is an error with a remedy, and nothing is reported about what could not be read', async () => {
  const { environment } = await account();

  const { status, lines, enginy } = await linesOf({ ...environment, HUBSPOT_ACCESS_TOKEN: token });

  expect(status).toBe(1);
  const errors = lines.filter(({ mark }) => mark === '✕');
  expect(errors).toEqual([
    expect.objectContaining({ id: 'token', remedy: expect.stringContaining('HUBSPOT_ACCESS_TOKEN') }),
  ]);
  expect(lines.map(({ id }) => id)).not.toContain('mapping-fits');
  expect(enginy).toBeUndefined();
});

test('a HubSpot that cannot be reached is status 2', async () => {
  const environment = { HUBSPOT_ACCESS_TOKEN: 'any', HUBSPOT_BASE_URL: refusingUrl, API_KEY: key };

  const { status, lines } = await linesOf(environment);

  expect(status).toBe(2);
  expect(lines.find(({ id }) => id === 'connection')?.text).toContain('could not be reached');
});

test.each([
  ['crm.objects.contacts.read', 'scope-contacts', '✕'],
  ['crm.objects.companies.read', 'scope-companies', '✕'],
  ['crm.objects.owners.read', 'scope-owners', '!'],
])('names the feature that lacks %s', async (scope, id, mark) => {
  const { environment } = await account({ scopes: { without: [scope, scope.replace('objects', 'schemas')] } });

  const { lines } = await linesOf(environment);

  const line = lines.find((each) => each.id === id);
  expect(line).toMatchObject({ mark, remedy: expect.stringContaining('Edit scopes') });
  expect(line?.text).toContain(scope);
});

test('an identity property that is not unique is an error', async () => {
  const { crm, environment } = await account();
  crm.seed({
    properties: {
      contacts: [
        { name: 'enginy_external_id', label: 'Id', type: 'string', fieldType: 'text', groupName: 'contactinformation' },
      ],
    },
  });

  const { status, lines } = await linesOf(environment);

  expect(status).toBe(1);
  expect(lines.find(({ id }) => id === 'identity-contacts')).toMatchObject({ mark: '✕', remedy: expect.any(String) });
});

test('a mapping file that names what the account lacks is an error with its place', async () => {
  const { environment } = await account();
  const MAPPINGS_DIR = mappingFolder({
    'contacts.yaml': `version: 1
target: hubspot/contacts
match: { rules: [{ enginy: email, crm: email, transform: [email] }] }
write: { fields: [{ enginy: title, crm: no_such_property }] }
`,
  });

  const { status, lines } = await linesOf({ ...environment, MAPPINGS_DIR });

  expect(status).toBe(1);
  const found = lines.find(({ id, mark }) => id === 'mapping-fits' && mark === '✕');
  expect(found?.text).toMatch(/contacts\.yaml:4:\d+ {2}error {2}unknown-property/);
});

test('wrong settings are listed with the nearest names, and nothing else is checked', async () => {
  const { status, lines } = await linesOf({ API_KEY: key, HUBSPOT_ACESS_TOKEN: token, PORT: 'x' });

  expect(status).toBe(1);
  expect(lines.filter(({ mark }) => mark === '✕').length).toBeGreaterThan(0);
  expect(JSON.stringify(lines)).toContain('did you mean HUBSPOT_ACCESS_TOKEN?');
  expect(JSON.stringify(lines)).not.toContain(token);
});

test('offline, no request is sent', async () => {
  const { crm, environment } = await account();

  const { status, lines } = await linesOf({ ...environment, REDIS_URL: 'redis://127.0.0.1:1' }, '--offline');

  expect(status).toBe(0);
  expect(lines.find(({ id }) => id === 'redis')?.text).toContain('not checked with --offline');
  expect(crm.log).toEqual([]);
});

/** Calls with a body that read. */
const reads = /\/batch\/read$|\/access-token-info$/;

test('writes nothing into the account', async () => {
  const { crm, environment } = await account();

  await linesOf(environment);

  expect(crm.log.length).toBeGreaterThan(0);
  expect(crm.log.filter(({ method, path }) => method !== 'GET' && !reads.test(path))).toEqual([]);
});

test('--sandbox needs no settings; --strict fails with warnings', async () => {
  const captures = { CAPTURE_DIR: temporaryFolder(), CAPTURE_PERSONAL_DATA: 'keep' };

  const rehearsal = await linesOf(captures, '--sandbox');
  const strict = await linesOf(captures, '--sandbox', '--strict');

  expect([rehearsal.status, strict.status]).toEqual([0, 1]);
  expect(rehearsal.lines.find(({ id }) => id === 'captures-personal-data')?.mark).toBe('!');
});

test('every error has a remedy', async () => {
  const runs = await Promise.all([
    linesOf({ PORT: 'x' }),
    linesOf({ API_KEY: key, HUBSPOT_ACCESS_TOKEN: token, HUBSPOT_BASE_URL: 'http://127.0.0.1:9' }),
    linesOf({ CAPTURE_DIR: 'package.json/captures' }, '--sandbox'),
  ]);

  const errors = runs.flatMap(({ lines }) => lines.filter(({ mark }) => mark === '✕'));
  expect(errors.length).toBeGreaterThanOrEqual(3);
  expect(errors.filter(({ remedy }) => remedy === undefined)).toEqual([]);
});
