import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { deadlineIn } from '../../src/crm/deadline.ts';
import { createRedisDigest } from '../../src/replicas/redis-digest.ts';
import { createRedisClaims } from '../../src/replicas/claims/redis-claims.ts';
import { connectRedis } from '../../src/replicas/redis-connection.ts';
import { logSink } from '../support/log-sink.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { startRedis, type TestRedis } from '../support/start-redis.ts';

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(async () => {
  await redis.close();
});

/** A bridge, and what another replica does to its records. */
async function startBusy() {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm, { REDIS_URL: redis.url, REPLICAS: '2', REQUEST_TIMEOUT_MS: '4000' });
  const connection = connectRedis({ url: redis.url, name: 'other' }, { log: logSink().log });
  onTestFinished(() => connection.close());
  const claims = createRedisClaims(connection, createRedisDigest(crm.token));
  /** @returns a function that ends the other's work. */
  const workOn = async (keys: readonly string[]) => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    await new Promise<void>((resolve) => {
      void claims.hold(keys, deadlineIn(60_000), () => {
        resolve();
        return ended;
      });
    });
    onTestFinished(() => end());
    return end;
  };
  return { crm, bridge, workOn };
}

const contacts = ['a', 'b', 'c'].map((externalId) => ({
  externalId,
  firstName: 'Ada',
  email: `${externalId}@example.com`,
}));

const beingWritten = 'Export again later: Another request is writing the same record';

test('a record that another replica creates does not hold up the others, and its answer says what to do', async () => {
  const { crm, bridge, workOn } = await startBusy();
  await workOn(['contacts\u0001b']);

  const { status, body } = await bridge.send('POST', '/contacts', { contacts });

  expect(status).toBe(201);
  expect(body.results.map(({ externalId }: { externalId: string }) => externalId)).toEqual(['a', 'c']);
  expect(body.errors).toEqual([{ externalId: 'b', error: beingWritten }]);
  const emails = crm.records('contacts').map(({ properties }) => properties.email);
  expect(emails.toSorted()).toEqual(['a@example.com', 'c@example.com']);
});

test('records that share an identifying value are done together', async () => {
  const { crm, bridge, workOn } = await startBusy();
  await workOn(['contacts\u0001b']);
  const [a, b, c] = contacts;

  const { body } = await bridge.send('POST', '/contacts', { contacts: [a, b, { ...c, email: b?.email }] });

  expect(body.errors).toEqual(['b', 'c'].map((externalId) => ({ externalId, error: beingWritten })));
  expect(crm.records('contacts')).toHaveLength(1);
});

test('a record is written too if the other replica finishes in time', async () => {
  const { crm, bridge, workOn } = await startBusy();
  const end = await workOn(['contacts\u0001b']);

  const answer = bridge.send('POST', '/contacts', { contacts });
  await expect.poll(() => crm.records('contacts').length, { timeout: 3_000 }).toBe(2);
  end();
  const { status, body } = await answer;

  expect(status).toBe(201);
  expect(body.results.map(({ crmId }: { crmId?: string }) => typeof crmId)).toEqual(['string', 'string', 'string']);
  expect(crm.records('contacts')).toHaveLength(3);
});

test('a request gets 503 with Retry-After, and writes nothing, if all its records are being written', async () => {
  const { crm, bridge, workOn } = await startBusy();
  await workOn(contacts.map(({ externalId }) => `contacts\u0001${externalId}`));

  const { status, headers } = await bridge.send('POST', '/contacts', { contacts });

  expect({ status, retryAfter: headers.get('retry-after') }).toEqual({ status: 503, retryAfter: '5' });
  expect(crm.records('contacts')).toEqual([]);
});

test('an update waits only for the records whose identifying value another replica writes', async () => {
  const { crm, bridge, workOn } = await startBusy();
  const created = await bridge.send('POST', '/contacts', { contacts });
  const [a, b] = created.body.results.map(({ crmId }: { crmId: string }) => crmId);
  await workOn(['contacts\u0001email\u0001new-b@example.com']);

  const { body } = await bridge.send('PUT', '/contacts', {
    contacts: [
      { crmId: a, email: 'new-a@example.com' },
      { crmId: b, email: 'new-b@example.com' },
      { crmId: b, firstName: 'Grace' },
    ],
  });

  expect(body.results.map(({ error }: { error?: string }) => error)).toEqual([undefined, beingWritten, beingWritten]);
  const written = crm.records('contacts').map(({ properties: { email, firstname } }) => `${firstname} ${email}`);
  expect(written.toSorted()).toEqual(['Ada b@example.com', 'Ada c@example.com', 'Ada new-a@example.com']);
});
