import { expect, onTestFinished, test } from 'vitest';
import { spawnBridge } from '../support/spawn-bridge.ts';
import { sendTo } from '../support/start-app.ts';
import { startCrm } from '../support/start-bridge.ts';
import { startRedis } from '../support/start-redis.ts';

const people = (replica: string, slug: string) => ({
  contacts: Array.from({ length: 40 }, (_, n) => ({
    externalId: `${replica}-${n}`,
    firstName: 'Ada',
    linkedinUrl: `https://www.linkedin.com/in/${slug}-${n}`,
  })),
});

test('what another replica creates while one is stopped is not created again when it continues', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const crm = await startCrm({ limits: {}, indexLagMs: 500, latency: 500 });
  const start = (name: string) =>
    spawnBridge(crm, { REDIS_URL: redis.url, REPLICAS: '2', INSTANCE: name, HUBSPOT_RATE_LIMIT: '100' });
  const [stopped, other] = [await start('a'), await start('b')];
  const create = (url: string, name: string, slug = 'same') => sendTo(url, 'POST', '/contacts', people(name, slug));
  const countSearches = () => crm.counters.byKind.search ?? 0;
  const call = (url: string, n: number) =>
    sendTo(url, 'POST', '/tasks', { subject: `Call ${n}`, dueDate: '2026-12-01T09:00:00Z' });
  const ready = await Promise.all([call(stopped.url, 1), call(other.url, 2)]);
  const before = countSearches();
  await create(stopped.url, 'other', 'other');
  const searches = countSearches();

  const first = create(stopped.url, 'a');
  await expect.poll(countSearches).toBe(2 * searches - before);
  stopped.stop();
  const second = await create(other.url, 'b');
  const third = call(stopped.url, 3);
  stopped.continue();
  const answers = [...ready, await first, second, await third, await call(stopped.url, 4), await call(other.url, 5)];

  expect(crm.counters.rateLimited).toBe(0);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  expect(answers.flatMap(({ body }) => body.errors ?? [])).toEqual([]);
  expect(crm.records('contacts')).toHaveLength(80);
});
