import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runCommand } from '../cli/run-command.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { startRedis } from '../support/start-redis.ts';

interface Line {
  readonly id: string;
  readonly mark: string;
  readonly text: string;
  readonly remedy?: string;
}

async function examine(redisUrl: string) {
  const crm = await startCrm();
  const environment = {
    HUBSPOT_ACCESS_TOKEN: crm.token,
    HUBSPOT_BASE_URL: crm.url,
    API_KEY: 'a-key-of-more-than-sixteen-characters',
    CAPTURE_DIR: mkdtempSync(join(tmpdir(), 'doctor-')),
    REDIS_URL: redisUrl,
    REPLICAS: '2',
  };
  const { out, status } = await runCommand(['doctor', '--json'], { environment });
  const { sections }: { sections: { title: string; lines: Line[] }[] } = JSON.parse(out);
  const lines = sections.find(({ title }) => title === 'Redis')?.lines ?? [];
  return { status, out, lines, marks: Object.fromEntries(lines.map(({ id, mark }) => [id, mark])) };
}

async function startServer(options: readonly string[] = []) {
  const redis = await startRedis(options);
  onTestFinished(() => redis.close());
  return redis;
}

test('doctor checks version, latency, eviction and clock of Redis', async () => {
  const redis = await startServer();

  const { marks } = await examine(redis.url);

  expect(marks).toEqual({
    redis: '✓',
    'redis-version': '✓',
    'redis-latency': expect.stringMatching(/[✓!]/),
    'redis-eviction': '✓',
    'redis-clock': '✓',
  });
});

test('doctor warns about a Redis that evicts keys', async () => {
  const redis = await startServer(['--maxmemory-policy', 'allkeys-lru']);

  const { lines } = await examine(redis.url);

  expect(lines).toContainEqual(
    expect.objectContaining({ id: 'redis-eviction', mark: '!', text: 'maxmemory-policy is allkeys-lru' }),
  );
});

test.each<[what: string, options: string[], urlOf: (port: number) => string, reason: RegExp, remedy: RegExp]>([
  ['refuses the connection', [], (port) => `redis://127.0.0.1:${port + 1}`, /ECONNREFUSED/, /start Redis/],
  ['refuses the password', [], (port) => `redis://other:secret-word@127.0.0.1:${port}`, /WRONGPASS/, /password/],
  ['does not have the database', [], (port) => `redis://127.0.0.1:${port}/99`, /out of range/, /database/],
  ['is full', ['--maxmemory', '1'], (port) => `redis://127.0.0.1:${port}`, /OOM/, /maxmemory/],
  ['only reads', ['--replicaof', '127.0.0.1 1'], (port) => `redis://127.0.0.1:${port}`, /READONLY/, /it follows/],
])('doctor says what to do about a Redis that %s, and never prints the password', async (...example) => {
  const [, options, urlOf, reason, remedy] = example;
  const redis = await startServer(options);

  const { status, lines, out } = await examine(urlOf(redis.port));

  expect(status).toBe(1);
  expect(lines).toEqual([
    { id: 'redis', mark: '✕', text: expect.stringMatching(reason), remedy: expect.stringMatching(remedy) },
  ]);
  expect(out).not.toContain('secret-word');
});

test('the access rules of docs/operations.md are enough', async () => {
  const documented = /Access rules: `([^`]+)`/.exec(readFileSync('docs/operations.md', 'utf8'))?.[1] ?? '';
  const redis = await startServer();
  const admin = new Redis(redis.url);
  await admin.call('ACL', 'SETUSER', 'bridge', 'on', '>word', ...documented.split(' '));
  admin.disconnect();

  const { marks } = await examine(`redis://bridge:word@127.0.0.1:${redis.port}`);

  expect(marks).toMatchObject({ redis: '✓', 'redis-version': '!', 'redis-eviction': '!' });
});

test('doctor names the commands that the user of REDIS_URL may not run', async () => {
  const redis = await startServer(['--requirepass', 'word']);
  const admin = new Redis(`redis://:word@127.0.0.1:${redis.port}`);
  await admin.call('ACL', 'SETUSER', 'bridge', 'on', '>word', '~eb:*', '+@all', '-hincrby', '-evalsha');
  admin.disconnect();

  const { lines, status, marks } = await examine(`redis://bridge:word@127.0.0.1:${redis.port}`);

  expect(status).toBe(1);
  expect(lines).toContainEqual(
    expect.objectContaining({
      mark: '✕',
      text: expect.stringContaining('is not permitted to run hincrby, evalsha on'),
    }),
  );
  expect(marks).not.toHaveProperty('redis-password');
});

test('doctor warns about a password that Redis does not require', async () => {
  const redis = await startServer();

  const { lines, out } = await examine(`redis://:secret-word@127.0.0.1:${redis.port}`);

  expect(lines).toContainEqual(expect.objectContaining({ id: 'redis-password', mark: '!' }));
  expect(out).not.toContain('secret-word');
});

test('doctor reads the index in Redis without becoming its leader, and reports how complete it is', async () => {
  const redis = await startServer();
  const crm = await startCrm();
  crm.seed({ contacts: [{ properties: { hs_linkedin_url: 'https://www.linkedin.com/in/ada' } }] });
  const settings = { IDENTITY_INDEX: 'on', REDIS_URL: redis.url, DATA_DIR: mkdtempSync(join(tmpdir(), 'doctor-')) };
  const environment = {
    ...settings,
    HUBSPOT_ACCESS_TOKEN: crm.token,
    HUBSPOT_BASE_URL: crm.url,
    API_KEY: 'a-key-of-more-than-sixteen-characters',
  };
  const examineIndex = async (): Promise<readonly Line[]> => {
    const { out } = await runCommand(['doctor', '--json'], { environment });
    const { sections }: { sections: { title: string; lines: Line[] }[] } = JSON.parse(out);
    return sections.find(({ title }) => title === 'Identity index')?.lines ?? [];
  };

  expect(await examineIndex()).toMatchObject([{ mark: '✓', text: expect.stringMatching(/^Redis: nothing yet/) }]);
  const client = new Redis(redis.url);
  onTestFinished(() => client.disconnect());
  expect(await client.keys('eb:{index:*')).toEqual([]);
  const bridge = await startBridgeOn(crm, settings);
  const built = () => bridge.log.entries.filter(({ msg }) => msg === 'the identity index is complete').length;
  await vi.waitFor(() => expect(built()).toBe(2), { timeout: 60_000, interval: 20 });

  expect(await examineIndex()).toMatchObject([
    { id: 'index', mark: '✓', text: expect.stringMatching(/^Redis: [1-9]\d* keys$/) },
    { id: 'index-contacts', mark: '✓', text: expect.stringMatching(/^contacts: complete, no drift, swept \d+ s ago$/) },
    { id: 'index-companies', mark: '✓' },
  ]);
});
