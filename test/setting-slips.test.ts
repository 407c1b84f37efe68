import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ConfigError, loadConfig, settingWarnings } from '../src/config.ts';
import { readSettings, type UnusedSettings } from '../src/environment.ts';
import { readEnvFile } from '../src/settings/env-file.ts';
import { inTemporaryFolder } from './support/temporary-folder.ts';

const secret = 'pat-eu1-4f0c2c1e-8a53-4f0e-9b1d-1d2e3f4a5b6c';

function fromFile(bytes: Uint8Array): [Record<string, string>, UnusedSettings] {
  const { values, unread } = readEnvFile(bytes);
  const filled = Object.entries(values).filter(([, value]) => value !== '');
  const empty = Object.keys(values).filter((name) => values[name] === '');
  return [Object.fromEntries(filled), { empty, unreadLines: unread }];
}

/** What `npm start` with this `.env` prints, or the mode in which it starts. */
function start(text: string): string {
  return startWith(new TextEncoder().encode(text));
}

function startWith(bytes: Uint8Array): string {
  try {
    return loadConfig(...fromFile(bytes)).isSandbox ? 'sandbox' : 'hubspot';
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

test.each([
  [
    'a letter is missing',
    `API_KEY=a-long-random-text\nHUBSPOT_ACESS_TOKEN=${secret}`,
    'did you mean HUBSPOT_ACCESS_TOKEN?',
  ],
  ['another letter is missing', `HUBSPOT_ACCES_TOKEN=${secret}`, 'did you mean HUBSPOT_ACCESS_TOKEN?'],
  ['letters are swapped', `HUSBPOT_ACCESS_TOKEN=${secret}`, 'did you mean HUBSPOT_ACCESS_TOKEN?'],
  ['the name is short', `HUBSPOT_TOKEN=${secret}`, 'did you mean HUBSPOT_ACCESS_TOKEN?'],
  ['the name is that of an API key', `HUBSPOT_API_KEY=${secret}`, 'HUBSPOT_API_KEY is not a setting'],
  ['the name is in small letters', `hubspot_access_token=${secret}`, 'did you mean HUBSPOT_ACCESS_TOKEN?'],
  ['the name has hyphens', `HUBSPOT-ACCESS-TOKEN=${secret}`, 'did you mean HUBSPOT_ACCESS_TOKEN?'],
  ['the name has no separators', `HUBSPOTACCESSTOKEN=${secret}`, 'did you mean HUBSPOT_ACCESS_TOKEN?'],
  ['the name lacks HUBSPOT', `ACCESS_TOKEN=${secret}`, 'did you mean HUBSPOT_ACCESS_TOKEN?'],
  ['the name is that of a private app', `PRIVATE_APP_ACCESS_TOKEN=abc`, 'did you mean HUBSPOT_ACCESS_TOKEN?'],
  ['another name holds a token', `CRM_CREDENTIAL=${secret}`, 'CRM_CREDENTIAL holds a HubSpot token'],
  ['there is a colon', `HUBSPOT_ACCESS_TOKEN: ${secret}`, 'line 1 of .env (HUBSPOT_ACCESS_TOKEN)'],
  ['there is a colon, after other lines', `# mine\n\nHUBSPOT_ACCESS_TOKEN: ${secret}\nPORT=1`, 'line 3 of .env'],
  ['there is a space', `HUBSPOT_ACCESS_TOKEN ${secret}`, 'line 1 of .env (HUBSPOT_ACCESS_TOKEN)'],
  [
    'the line is for a shell of Windows',
    `$env:HUBSPOT_ACCESS_TOKEN="${secret}"`,
    'line 1 of .env (HUBSPOT_ACCESS_TOKEN)',
  ],
  ['the line is for another one', `set HUBSPOT_ACCESS_TOKEN=${secret}`, 'line 1 of .env (HUBSPOT_ACCESS_TOKEN)'],
  ['the line is an item of a list', `- HUBSPOT_ACCESS_TOKEN=${secret}`, 'line 1 of .env (HUBSPOT_ACCESS_TOKEN)'],
  ['there is no name', secret, 'line 1 of .env is not'],
  ['the value is empty', 'API_KEY=\nHUBSPOT_ACCESS_TOKEN=', 'API_KEY is empty, HUBSPOT_ACCESS_TOKEN is empty'],
  ['the value is commented out', `HUBSPOT_ACCESS_TOKEN= # ${secret}`, 'HUBSPOT_ACCESS_TOKEN is empty'],
  ['the last of two lines is empty', `HUBSPOT_ACCESS_TOKEN=${secret}\nHUBSPOT_ACCESS_TOKEN=`, 'is empty'],
  ['only the API key is there', 'API_KEY=a-long-random-text', 'API_KEY is set'],
  ['only a misspelled API key is there', 'APIKEY=a-long-random-text', 'did you mean API_KEY?'],
  ['the API key has the name of the header', 'X_API_KEY=a-long-random-text', 'did you mean API_KEY?'],
  ['only a limit is there', 'HUBSPOT_RATE_LIMIT=190', 'HUBSPOT_RATE_LIMIT is set'],
  ['the sandbox is refused', 'SANDBOX=false', 'SANDBOX is false'],
])('does not replace an account by the embedded CRM when %s', (_slip, text, sentence) => {
  const message = start(text);

  expect(message).toContain('HUBSPOT_ACCESS_TOKEN is missing');
  expect(message).toContain(sentence);
  expect(message).toContain('SANDBOX=true');
  expect(message).not.toMatch(/pat-|long-random/);
});

test.each([
  ['nothing is set', ''],
  ['only comments are there', '# HUBSPOT_ACCESS_TOKEN=\n\n# API_KEY=\n'],
  ['settings of the bridge alone are there', 'PORT=3001\nLOG_LEVEL=debug\nDEFAULT_COUNTRY=ES\nCAPTURE=all'],
  ['the sandbox is asked for', `SANDBOX=true\nAPI_KEY=a-long-random-text\nHUBSPOT_ACESS_TOKEN=${secret}`],
  ['others have keys', 'OPENAI_API_KEY=x\nAPP_KEY=x\nGITHUB_TOKEN=x\nAWS_ACCESS_KEY_ID=x\nNODE=x\nHOSTNAME=x\nPORTS=1'],
  [
    'Kubernetes names services',
    'ENGINY_BRIDGE_SERVICE_HOST=10.0.0.1\nENGINY_BRIDGE_PORT=tcp://10.0.0.1:3000\nHUBSPOT_PORT_443_TCP_ADDR=10.0.0.1',
  ],
])('starts the embedded CRM when %s', (_case, text) => {
  expect(start(text)).toBe('sandbox');
});

test.each([
  ['begins with a byte order mark', `\uFEFFHUBSPOT_ACCESS_TOKEN=${secret}\nAPI_KEY=a-long-random-text`],
  ['has such a mark in the middle', `API_KEY=a-long-random-text\n\uFEFFHUBSPOT_ACCESS_TOKEN=${secret}`],
  ['has a space without width', `API_KEY=a-long-random-text\n\u200BHUBSPOT_ACCESS_TOKEN=${secret}\u200B`],
  ['has the line ends of Windows', `API_KEY=a-long-random-text\r\nHUBSPOT_ACCESS_TOKEN=${secret}\r\n`],
  ['exports its variables', `export API_KEY=a-long-random-text\nexport HUBSPOT_ACCESS_TOKEN="${secret}"`],
  ['has spaces around "="', `API_KEY = a-long-random-text\nHUBSPOT_ACCESS_TOKEN = ${secret}`],
])('reads a file that %s', (_case, text) => {
  expect(start(text)).toBe('hubspot');
});

test('reads a file in the encoding of PowerShell', () => {
  const text = `\uFEFFAPI_KEY=a-long-random-text\r\nHUBSPOT_ACCESS_TOKEN=${secret}\r\n`;

  expect(startWith(new Uint8Array(Buffer.from(text, 'utf16le')))).toBe('hubspot');
});

test('an unreadable line does not affect the next one', () => {
  const { values, unread } = readEnvFile(Buffer.from('LOG_LEVEL: debug\nPORT=4000\nMAPPINGS_DIR="a\nb=c"\nHOST="::'));

  expect(values).toEqual({ PORT: '4000', MAPPINGS_DIR: 'a\nb=c', HOST: '"::' });
  expect(unread).toEqual([{ line: 1, name: 'LOG_LEVEL' }]);
});

test.each([
  ['HUBSPOT_RATELIMIT=190', 'HUBSPOT_RATELIMIT is not a setting of the bridge; did you mean HUBSPOT_RATE_LIMIT?'],
  ['HUBSPOT_PORTAL=1', 'HUBSPOT_PORTAL is not a setting of the bridge'],
  ['CAPTURE_FOLDER=x', 'CAPTURE_FOLDER is not a setting of the bridge'],
  ['CAPTURES_DIR=x', 'CAPTURES_DIR is not a setting of the bridge; did you mean CAPTURE_DIR?'],
  ['MAPPING_DIR=x', 'MAPPING_DIR is not a setting of the bridge; did you mean MAPPINGS_DIR?'],
  ['ENGINY_URL=x', 'ENGINY_URL is not a setting of the bridge'],
  ['LOGLEVEL=debug', 'LOGLEVEL is not a setting of the bridge; did you mean LOG_LEVEL?'],
  ['ADMIN_PROT=1', 'ADMIN_PROT is not a setting of the bridge; did you mean ADMIN_PORT?'],
  ['DEFAULT_COUNTRY: ES', 'line 1 of .env (DEFAULT_COUNTRY) is not of the form NAME=value'],
])('a real setup starts, and %s is reported', (line, warning) => {
  const text = `API_KEY=a-long-random-text\nHUBSPOT_ACCESS_TOKEN=${secret}\n`;

  expect(start(`${line}\n${text}`)).toBe('hubspot');
  expect(settingWarnings(...fromFile(Buffer.from(`${line}\n${text}`)))).toEqual([expect.stringContaining(warning)]);
});

test('names of other programs are not reported', () => {
  const names = [
    'IS_SANDBOX',
    'PATH',
    'HOME',
    'NODE',
    'NODE_OPTIONS',
    'npm_config_cache',
    'HOSTNAME',
    'LOGNAME',
    'LANG',
    'EDITOR',
    'INIT_CWD',
  ];

  expect(settingWarnings(Object.fromEntries(names.map((name) => [name, 'x'])), { empty: [], unreadLines: [] })).toEqual(
    [],
  );
});

test('a misspelled API key is named when it is missing', () => {
  const message = start(`HUBSPOT_ACCESS_TOKEN=${secret}\nAPI_KYE=a-long-random-text`);

  expect(message).toContain('API_KEY is missing');
  expect(message).toContain('API_KYE is not a setting of the bridge; did you mean API_KEY?');
});

test.each(['“pat-eu1-abc”', '"pat-eu1-abc', 'pat-eu1-…'])('a token of %s is refused, and not repeated', (token) => {
  const message = start(`API_KEY=a-long-random-text\nHUBSPOT_ACCESS_TOKEN=${token}`);

  expect(message).toContain('HUBSPOT_ACCESS_TOKEN must not contain');
  expect(message).not.toContain('eu1');
});

test('an empty variable of the process does not hide the value in the file', () => {
  const folder = inTemporaryFolder();
  writeFileSync(join(folder, '.env'), 'HUBSPOT_SLIP_TEST=from-file\nHUBSPOT_SLIP_EMPTY=\n');
  const { env } = process;
  env.HUBSPOT_SLIP_TEST = '';
  onTestFinished(() => {
    delete env.HUBSPOT_SLIP_TEST;
    delete env.HUBSPOT_SLIP_EMPTY;
  });

  const { environment, unused } = readSettings();

  expect(environment.HUBSPOT_SLIP_TEST).toBe('from-file');
  expect(unused.empty).toContain('HUBSPOT_SLIP_EMPTY');
});

test('a folder in place of the file is not treated as an empty file', () => {
  mkdirSync(join(inTemporaryFolder(), '.env'));

  const { unused } = readSettings();

  expect(() => loadConfig({}, unused)).toThrow('.env is a folder');
});
