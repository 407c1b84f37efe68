import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ConfigError, connectionWarnings, loadConfig } from '../src/config.ts';
import { EnvironmentSchema } from '../src/settings/environment-schema.ts';

const hubspot = { HUBSPOT_ACCESS_TOKEN: 'pat-na1-example', API_KEY: 'a-secret-of-enginy' };

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test('runs on the embedded CRM, on loopback and with a known key, when nothing is set', () => {
  const config = loadConfig({});

  expect(config.isSandbox).toBe(true);
  expect(config.listen).toEqual({ host: '127.0.0.1', port: 3000 });
  expect(config.auth).toEqual({ header: 'x-api-key', keys: ['sandbox'], keyFile: undefined });
});

test('listens on every address once it talks to HubSpot', () => {
  const config = loadConfig(hubspot);

  expect(config.isSandbox).toBe(false);
  expect(config.listen.host).toBe('0.0.0.0');
  expect(config.hubspot.baseUrl).toBe('https://api.hubapi.com');
});

test('reports every mistake at once, by the name of its variable', () => {
  const problems = problemsOf({
    ...hubspot,
    PORT: '70000',
    LOG_LEVEL: 'loud',
    BODY_LIMIT: 'much',
    HUBSPOT_RATE_LIMIT: '1.5',
    DEFAULT_COUNTRY: 'Germany',
    HUBSPOT_BASE_URL: 'ftp://example.com',
  });

  const names = problems.map((line) => line.split(' ')[0]).sort();
  expect(names).toEqual([
    'BODY_LIMIT',
    'DEFAULT_COUNTRY',
    'HUBSPOT_BASE_URL',
    'HUBSPOT_RATE_LIMIT',
    'LOG_LEVEL',
    'PORT',
  ]);
});

test('requires an API key when it talks to HubSpot', () => {
  expect(problemsOf({ HUBSPOT_ACCESS_TOKEN: 'pat-na1-example' })).toEqual([expect.stringContaining('API_KEY')]);
});

test('refuses the embedded CRM in production unless it is asked for', () => {
  expect(problemsOf({ NODE_ENV: 'production' })).toEqual([expect.stringContaining('SANDBOX=true')]);
  expect(loadConfig({ NODE_ENV: 'production', SANDBOX: 'true' }).isSandbox).toBe(true);
});

test('refuses a token that carries the word Bearer, and never repeats it', () => {
  const [problem] = problemsOf({ ...hubspot, HUBSPOT_ACCESS_TOKEN: 'Bearer pat-na1-example' });

  expect(problem).toContain('without "Bearer"');
  expect(problem).not.toContain('pat-na1');
});

test('accepts several keys, a size with a unit and a lowercase country code', () => {
  const config = loadConfig({
    ...hubspot,
    API_KEY: 'the-old-key-012345, the-new-key-012345',
    BODY_LIMIT: '2mb',
    DEFAULT_COUNTRY: 'de',
  });

  expect(config.auth.keys).toEqual(['the-old-key-012345', 'the-new-key-012345']);
  expect(config.bodyLimits.maxBytes).toBe(2 * 1024 * 1024);
  expect(config.defaultCountry).toBe('DE');
});

test('.env.example names every variable of the schema with its default, and no other', () => {
  const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
  const lines = example.split('\n').flatMap((line) => {
    const parts = /^(?:# )?([A-Z][A-Z0-9_]*)=(.*)$/.exec(line);
    return parts === null ? [] : [{ name: parts[1] ?? '', value: parts[2] ?? '' }];
  });

  expect(lines.map(({ name }) => name).sort()).toEqual(Object.keys(EnvironmentSchema.shape).sort());
  const shown = Object.fromEntries(lines.filter(({ value }) => value !== '').map(({ name, value }) => [name, value]));
  expect(EnvironmentSchema.parse(shown)).toEqual({ ...EnvironmentSchema.parse({}), HOST: '0.0.0.0' });
});

test('docs/configuration.md explains every variable', () => {
  const page = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8');
  const rows = page.split('\n').flatMap((line) => /^\| (`[A-Z].*?) \|/.exec(line)?.[1] ?? []);
  const explained = rows.flatMap((cell) => [...cell.matchAll(/`([A-Z][A-Z0-9_]*)`/g)].map(([, name = '']) => name));

  // NODE_ENV is Node's own.
  const known = Object.keys(EnvironmentSchema.shape).filter((name) => name !== 'NODE_ENV');
  expect(explained.sort()).toEqual(known.sort());
});

test.each([
  'a',
  'fifteen-chars-x',
  'key with blanks inside',
  'schlüssel-mit-umlaut-0123',
  'long-enough-012345, short',
  ',',
])('refuses the API key %j, and never repeats it', (key) => {
  const [problem, ...more] = problemsOf({ ...hubspot, API_KEY: key });

  expect(problem).toMatch(/^API_KEY (must contain keys of at least 16 printable ASCII characters|contains no key)/);
  expect(more).toEqual([]);
  if (key.length > 1) expect(problem).not.toContain(key);
});

test.each([
  ['127.0.0.1:6379', 'must be a redis:// or rediss:// address'],
  ['redis:6379', 'must be a redis:// or rediss:// address with a host'],
  ['redis://', 'must be a redis:// or rediss:// address with a host'],
  ['redis://bridge:sec#ret@127.0.0.1:6379', 'percent-encoded'],
  ['redis://bridge:secret%@127.0.0.1:6379', 'percent-encoded'],
  ['redis://bridge:secret%ff@127.0.0.1:6379', 'percent-encoded'],
  ['redis://127.0.0.1:6379/enginy', 'number of a database'],
  ['redis://127.0.0.1:6379?db=enginy', 'number of a database'],
])('refuses the REDIS_URL %s, and never repeats it', (url, reason) => {
  const [problem, ...more] = problemsOf({ ...hubspot, REDIS_URL: url });

  expect(problem).toMatch(/^REDIS_URL /);
  expect(problem).toContain(reason);
  expect(problem).not.toContain('secret');
  expect(more).toEqual([]);
});

test.each([
  'redis://127.0.0.1',
  'redis://[::1]:6379/',
  'redis://127.0.0.1:6379/3',
  'rediss://:p%40ss%25@redis.example.com:6379?db=2',
])('accepts the REDIS_URL %s', (url) => {
  expect(loadConfig({ ...hubspot, REDIS_URL: url }).replicas?.redisUrl).toBe(url);
});
test('refuses the public key of the sandbox when it talks to HubSpot', () => {
  expect(problemsOf({ ...hubspot, API_KEY: 'sandbox' })).toEqual([expect.stringContaining('publicly known')]);
});

test('reads the keys from a file, and rejects both at once', () => {
  const config = loadConfig({ HUBSPOT_ACCESS_TOKEN: 'pat-na1-example', API_KEY_FILE: '/run/secrets/keys' });

  expect(config.auth).toEqual({ header: 'x-api-key', keys: [], keyFile: '/run/secrets/keys' });
  expect(problemsOf({ ...hubspot, API_KEY_FILE: 'keys' })).toEqual([expect.stringContaining('both set')]);
});

test.each(['99999999999gb', '201mb', '9999999999999999999999'])('refuses a BODY_LIMIT of %s', (limit) => {
  expect(problemsOf({ ...hubspot, BODY_LIMIT: limit, BODY_LIMIT_TOTAL: '1gb' })).toEqual([
    'BODY_LIMIT must be at most 200mb',
  ]);
});

test('refuses a BODY_LIMIT_TOTAL below BODY_LIMIT', () => {
  expect(problemsOf({ ...hubspot, BODY_LIMIT: '70mb' })).toEqual(['BODY_LIMIT_TOTAL must be at least BODY_LIMIT']);
});

test.each([
  ['https://api.hubapi.com', 0],
  ['http://127.0.0.1:4000', 0],
  ['http://localhost:4000', 0],
  ['http://[::1]:4000', 0],
  ['http://hubspot.internal', 1],
  ['http://10.0.0.7:8080', 1],
  ['http://localhost.example.com', 1],
])('warns about %s %i times, since it would carry the token', (url, warnings) => {
  expect(connectionWarnings(loadConfig({ ...hubspot, HUBSPOT_BASE_URL: url }))).toHaveLength(warnings);
});

test('the console is part of a sandbox on loopback, at a free port unless one is set', () => {
  expect(loadConfig({ SANDBOX: 'true' })).toMatchObject({
    admin: { host: '127.0.0.1', port: 0 },
    console: { dataDir: 'data' },
  });
  expect(loadConfig({ SANDBOX: 'true', CONSOLE: 'off' })).toMatchObject({ admin: undefined, console: undefined });
  expect(loadConfig({ SANDBOX: 'true', ADMIN_PORT: '9464', ADMIN_HOST: '0.0.0.0' }).console).toBeUndefined();
  expect(loadConfig({ ...hubspot, ADMIN_PORT: '9464' }).console).toBeUndefined();
});

test.each<[string, Record<string, string>, string | undefined]>([
  ['without a port', { CONSOLE: 'on' }, 'ADMIN_PORT is missing'],
  ['on loopback', { CONSOLE: 'on', ADMIN_PORT: '9464' }, undefined],
  ['on every address', { CONSOLE: 'on', ADMIN_PORT: '9464', ADMIN_HOST: '0.0.0.0' }, 'CONSOLE_USERS or'],
  ['on every address of IPv6', { CONSOLE: 'on', ADMIN_PORT: '9464', ADMIN_HOST: '::' }, 'CONSOLE_USERS or'],
  [
    'on every address with users',
    { CONSOLE: 'on', ADMIN_PORT: '9464', ADMIN_HOST: '0.0.0.0', CONSOLE_USERS: 'users' },
    undefined,
  ],
  [
    'with a header of no proxy',
    { CONSOLE: 'on', ADMIN_PORT: '9464', CONSOLE_TRUSTED_HEADER: 'X-User' },
    'CONSOLE_TRUSTED_PROXIES is missing',
  ],
  [
    'with a number of proxies',
    { CONSOLE: 'on', ADMIN_PORT: '9464', CONSOLE_TRUSTED_HEADER: 'X-User', CONSOLE_TRUSTED_PROXIES: '1' },
    'CONSOLE_TRUSTED_PROXIES must be addresses',
  ],
  ...['0.0.0.0/0', '::/0', '10.0.0.0/7', 'loopback, ::ffff:0:0/96', 'c000::/2'].map(
    (CONSOLE_TRUSTED_PROXIES): [string, Record<string, string>, string] => [
      `with the proxies ${CONSOLE_TRUSTED_PROXIES}`,
      { CONSOLE: 'on', ADMIN_PORT: '9464', CONSOLE_TRUSTED_HEADER: 'X-User', CONSOLE_TRUSTED_PROXIES },
      'CONSOLE_TRUSTED_PROXIES must not contain a network larger than',
    ],
  ),
  [
    'with a mask of addresses as proxies',
    {
      CONSOLE: 'on',
      ADMIN_PORT: '9464',
      CONSOLE_TRUSTED_HEADER: 'X-User',
      CONSOLE_TRUSTED_PROXIES: '10.0.0.0/255.0.0.0',
    },
    'CONSOLE_TRUSTED_PROXIES must be addresses',
  ],
  ...[
    'Cookie',
    'authorization',
    'Host',
    'Origin',
    'X-Forwarded-For',
    'Sec-Fetch-Site',
    'Content-Type',
    'Priority',
    'DNT',
  ].map((CONSOLE_TRUSTED_HEADER): [string, Record<string, string>, string] => [
    `with the identity header ${CONSOLE_TRUSTED_HEADER}`,
    { CONSOLE: 'on', ADMIN_PORT: '9464', CONSOLE_TRUSTED_HEADER, CONSOLE_TRUSTED_PROXIES: '10.0.0.0/8' },
    'CONSOLE_TRUSTED_HEADER must be a header that only the identity proxy sets',
  ]),
  [
    'with usual proxies',
    {
      CONSOLE: 'on',
      ADMIN_PORT: '9464',
      CONSOLE_TRUSTED_HEADER: 'X-Forwarded-User',
      CONSOLE_TRUSTED_PROXIES: 'loopback, 10.0.0.0/8, fc00::/7, 172.18.0.5, ::ffff:10.0.0.0/104',
    },
    undefined,
  ],
  [
    'with an address that has a path',
    { CONSOLE: 'on', ADMIN_PORT: '9464', CONSOLE_URL: 'https://example.org/console' },
    'CONSOLE_URL must be',
  ],
  [
    'with an address that others on the way can read',
    { CONSOLE: 'on', ADMIN_PORT: '9464', CONSOLE_URL: 'http://bridge.example.com' },
    'CONSOLE_URL must start with https://',
  ],
  [
    'with an address on this machine',
    { CONSOLE: 'on', ADMIN_PORT: '9464', CONSOLE_URL: 'http://localhost:8443' },
    undefined,
  ],
])('accepts or rejects a console %s', (_name, settings, problem) => {
  const problems = problemsOf({ ...hubspot, ...settings });

  expect(problems).toEqual(problem === undefined ? [] : [expect.stringContaining(problem)]);
});
