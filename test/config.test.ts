import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ConfigError, EnvironmentSchema, loadConfig } from '../src/config.ts';

const hubspot = { HUBSPOT_ACCESS_TOKEN: 'pat-na1-example', API_KEY: 'secret' };

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
  expect(config.auth).toEqual({ header: 'x-api-key', keys: ['sandbox'] });
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

test('demands an API key when it talks to HubSpot', () => {
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

test('takes several keys, a size with a unit and a country in small letters', () => {
  const config = loadConfig({ ...hubspot, API_KEY: 'old, new', BODY_LIMIT: '2mb', DEFAULT_COUNTRY: 'de' });

  expect(config.auth.keys).toEqual(['old', 'new']);
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
