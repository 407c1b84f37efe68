import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/crm/clock.ts';
import { deadlineIn } from '../../src/crm/deadline.ts';
import { Lane } from '../../src/crm/pacing/lane.ts';
import { CrmRejectedError, CrmUnavailableError } from '../../src/errors.ts';
import { startSharing } from '../../src/replicas/start-sharing.ts';
import { logSink } from '../support/log-sink.ts';
import { withRedis } from '../support/start-redis.ts';
import { CountingCrm, search } from './saturated-replicas.ts';

interface App {
  readonly accessToken: string;
  /** What HubSpot says about the account of the token. */
  readonly readId: () => Promise<string>;
}

/** One replica for each app, all with searches waiting. @returns what HubSpot counted. */
async function saturate(redisUrl: string, apps: readonly App[]) {
  const crm = new CountingCrm(search);
  let isRunning = true;
  const replicas = apps.map(({ accessToken, readId }, index) => {
    const settings = { redisUrl, name: `pod-${index}`, expected: 1, accessToken, callTimeoutMs: 2_000, idTtlMs: 1_000 };
    const sharing = startSharing(settings, logSink().log);
    sharing.followAccount(readId);
    const deps = { clock: systemClock, random: Math.random, log: undefined, createBudget: sharing.createBudget };
    return { sharing, lane: new Lane('search', search, deps) };
  });
  const done = replicas.map(() => 0);
  const callers = replicas.flatMap(({ lane }, index) =>
    Array.from({ length: 6 }, async () => {
      while (isRunning) {
        const context = { requestId: 'r', urgency: 'bulk', deadline: deadlineIn(30_000) } as const;
        await lane.run({ lane: 'search', repeat: 'always', attempt: () => crm.call() }, context);
        done[index] = (done[index] ?? 0) + 1;
      }
    }),
  );
  await expect.poll(() => crm.answered >= 15 && done.every((count) => count > 2)).toBe(true);
  isRunning = false;
  await Promise.all(callers);
  const admin = new Redis(redisUrl);
  const lanes = (await admin.keys('eb:{search:*}:state')).length;
  admin.disconnect();
  for (const { lane, sharing } of replicas) {
    await lane.close();
    await sharing.close();
  }
  return { refused: crm.refused, areAllServed: done.every((count) => count > 2), lanes };
}

test('bridges with different access tokens share the searches of one account', async () => {
  const apps = ['one', 'two'].map((accessToken) => ({ accessToken, readId: async () => '4711' }));

  const counted = await withRedis(({ url }) => saturate(url, apps));

  expect(counted).toEqual({ refused: 0, areAllServed: true, lanes: 1 });
});

test('replicas whose token may not read the account share searches by their token', async () => {
  const readId = async () => {
    throw new CrmRejectedError('no scope', { status: 403 });
  };
  const apps = ['pod', 'pod'].map((accessToken) => ({ accessToken, readId }));

  const counted = await withRedis(({ url }) => saturate(url, apps));

  expect(counted).toEqual({ refused: 0, areAllServed: true, lanes: 1 });
});

test('the account is read once for all replicas, and again later if the CRM does not answer', async () => {
  await withRedis(async ({ url }) => {
    let reads = 0;
    const readId = async () => {
      reads += 1;
      return '4711';
    };
    const first = await saturate(url, [{ accessToken: 'one', readId }]);
    await saturate(url, [{ accessToken: 'one', readId }]);
    const away = async () => {
      throw new CrmUnavailableError('away');
    };
    const other = await saturate(url, [{ accessToken: 'two', readId: away }]);

    expect(reads).toBe(1);
    expect([first.areAllServed, other.areAllServed]).toEqual([true, true]);
    expect([first.lanes, other.lanes]).toEqual([1, 1]);
  });
});
