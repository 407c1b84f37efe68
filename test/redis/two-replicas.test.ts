import { afterAll, beforeAll, expect, test } from 'vitest';
import { spawnBridge } from '../support/spawn-bridge.ts';
import { sendTo } from '../support/start-app.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { startRedis, type TestRedis } from '../support/start-redis.ts';

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(async () => {
  await redis.close();
});

type Replica = Awaited<ReturnType<typeof startBridgeOn>>;

/** Two replicas on one CRM whose search lags a minute behind, as HubSpot's may. */
async function startReplicas(options: Parameters<typeof startCrm>[0] = {}) {
  const crm = await startCrm({ indexLagMs: 60_000, ...options });
  const settings = (name: string) => ({ REDIS_URL: redis.url, REPLICAS: '2', INSTANCE: name });
  const replicas = [await startBridgeOn(crm, settings('a')), await startBridgeOn(crm, settings('b'))];
  await expect.poll(() => replicas.every(({ log }) => !log.text().includes('Redis cannot'))).toBe(true);
  return { crm, replicas };
}

/** One request to each replica at once. @returns what both answered. */
async function sendBoth(replicas: readonly Replica[], path: string, bodies: readonly object[]) {
  return await Promise.all(replicas.map(({ send }, index) => send('POST', path, bodies[index])));
}

const idOf = ({ body }: { body: { results: { crmId: string }[] } }) => body.results[0]?.crmId;

const many = <T>(count: number, one: (n: number) => T) => Array.from({ length: count }, (_, n) => one(n));
const ada = { firstName: 'Ada', linkedinUrl: 'https://www.linkedin.com/in/at-once' };
const call = { subject: 'Call', type: 'CALL', dueDate: '2026-12-01T09:00:00Z' };

interface Sent {
  readonly kind: 'companies' | 'contacts';
  readonly values: (round: number) => object;
}

/** Every other round the second replica receives another id of Enginy's. */
function bodiesOf({ kind, values }: Sent, round: number): object[] {
  const other = round % 2 === 0 ? `${kind}-${round}` : `${kind}-${round}-again`;
  return [`${kind}-${round}`, other].map((externalId) => ({ [kind]: [{ externalId, ...values(round) }] }));
}

const companies: Sent = {
  kind: 'companies',
  values: (round) => ({ name: `Company ${round}`, domain: `company-${round}.example` }),
};
const contacts: Sent = {
  kind: 'contacts',
  values: (round) =>
    round % 4 < 2
      ? { firstName: 'Ada', lastName: `L${round}`, linkedinUrl: `https://www.linkedin.com/in/ada-${round}` }
      : { firstName: 'Ada', lastName: `L${round}`, email: `ada-${round}@example.com` },
};

const rounds = Array.from({ length: 200 }, (_, round) => round);

async function inParallel<T>(work: (round: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let from = 0; from < rounds.length; from += 20) {
    results.push(...(await Promise.all(rounds.slice(from, from + 20).map(work))));
  }
  return results;
}

test('a company, contact, task and activity sent to two replicas at once are one record each, 200 times', async () => {
  const { crm, replicas } = await startReplicas();

  const ids = await inParallel(async (round) => {
    const company = await sendBoth(replicas, '/companies', bodiesOf(companies, round));
    const contact = await sendBoth(replicas, '/contacts', bodiesOf(contacts, round));
    // Each replica knows the contact by the id of Enginy that it received.
    const both = contact.map((answer, index) => ({
      contactId: idOf(answer as never),
      externalId: index === 1 && round % 2 === 1 ? `entry-${round}-again` : `entry-${round}`,
    }));
    const task = { subject: 'Call', type: 'CALL', dueDate: '2026-12-01T09:00:00Z' };
    const activity = { type: 'EMAIL', direction: 'OUTBOUND', occurredAt: '2026-11-01T09:00:00Z', subject: 'Hello' };
    const metadata = { messageId: `m-${round}` };
    const tasks = await sendBoth(
      replicas,
      '/tasks',
      both.map((ids) => ({ ...task, ...ids })),
    );
    const activities = await sendBoth(
      replicas,
      '/activities',
      both.map((ids) => ({ ...activity, ...ids, metadata })),
    );
    return {
      company: company.map((answer) => idOf(answer as never)),
      contact: contact.map((answer) => idOf(answer as never)),
      statuses: [...company, ...contact, ...tasks, ...activities].map(({ status }) => status),
    };
  });

  expect(ids.filter(({ statuses }) => statuses.some((status) => status < 200 || status > 299))).toEqual([]);
  expect(ids.filter(({ company, contact }) => company[0] !== company[1] || contact[0] !== contact[1])).toEqual([]);
  const counts = (['companies', 'contacts', 'tasks', 'emails'] as const).map((kind) => crm.records(kind).length);
  expect(counts).toEqual([200, 200, 200, 200]);
});

test.each([
  ['contacts', '/contacts', (n: number) => ({ contacts: [{ ...ada, externalId: `x-${n}` }] })],
  ['tasks', '/tasks', (_: number, contactId: string) => ({ ...call, contactId })],
] as const)('a hundred and fifty creates of one of the %s at once end with its id', async (kind, path, bodyOf) => {
  const { crm, replicas } = await startReplicas({ latency: 200 });
  const known = await replicas[0]?.send('POST', '/contacts', {
    contacts: [{ externalId: 'known', firstName: 'Grace' }],
  });
  const before = crm.records(kind).length;

  const answers = await Promise.all(
    many(150, (n) => replicas[n % 2]?.send('POST', path, bodyOf(n, String(idOf(known as never))))),
  );

  expect(answers.filter((answer) => answer?.status !== 201)).toEqual([]);
  const ids = answers.map((answer) => answer?.body.id ?? idOf(answer as never));
  expect(new Set(ids).size).toBe(1);
  expect(crm.records(kind).length - before).toBe(1);
});

test('without the unique property, what one replica created is found by the other', async () => {
  const { crm, replicas } = await startReplicas({ scopes: { without: ['crm.schemas.contacts.write'] } });
  const body = { contacts: [{ externalId: 'e-1', firstName: 'Ada', linkedinUrl: 'linkedin.com/in/ada' }] };

  const first = await replicas[0]?.send('POST', '/contacts', body);
  const second = await replicas[1]?.send('POST', '/contacts', body);

  expect(idOf(second as never)).toBe(idOf(first as never));
  expect(crm.records('contacts')).toHaveLength(1);
});

/** Requests that create records of each kind, and how many. */
const doomedRequests = (contactId: string | undefined) =>
  ({
    contacts: {
      count: 800,
      path: '/contacts',
      bodies: [
        {
          contacts: many(800, (n) => ({
            externalId: `e-${n}`,
            firstName: 'Ada',
            linkedinUrl: `https://www.linkedin.com/in/killed-${n}`,
          })),
        },
      ],
    },
    companies: {
      count: 600,
      path: '/companies',
      bodies: [
        { companies: many(600, (n) => ({ externalId: `c-${n}`, name: `C ${n}`, domain: `killed-${n}.example` })) },
      ],
    },
    tasks: {
      count: 80,
      path: '/tasks',
      bodies: many(80, (n) => ({ subject: `Call ${n}`, type: 'CALL', dueDate: '2026-12-01T09:00:00Z', contactId })),
    },
    emails: {
      count: 80,
      path: '/activities',
      bodies: many(80, (n) => ({ type: 'EMAIL', contactId, subject: 'Hello', metadata: { messageId: `k-${n}` } })),
    },
  }) as const;

test('a create whose replica is killed midway is neither lost nor created twice by the other', async () => {
  const { crm, replicas } = await startReplicas({ latency: 300 });
  const [survivor] = replicas;
  const known = await survivor?.send('POST', '/contacts', { contacts: [{ externalId: 'known', firstName: 'Grace' }] });
  const requests = doomedRequests(idOf(known as never));
  const kinds = Object.keys(requests) as (keyof typeof requests)[];
  const count = (kind: keyof typeof requests) => crm.records(kind).length - (kind === 'contacts' ? 1 : 0);

  for (const kind of kinds) {
    const doomed = await spawnBridge(crm, { REDIS_URL: redis.url, INSTANCE: `doomed-${kind}` });
    const { path, bodies } = requests[kind];
    const answers = bodies.map((body) => sendTo(doomed.url, 'POST', path, body).catch(() => 'lost'));
    await expect.poll(() => count(kind)).toBeGreaterThan(1);
    doomed.kill();
    // Some of it was written, and not all of it answered.
    expect(await Promise.all(answers)).toContain('lost');
  }
  const resent = await Promise.all(
    kinds.flatMap((kind) => requests[kind].bodies.map((body) => survivor?.send('POST', requests[kind].path, body))),
  );

  expect(resent.map((answer) => answer?.status).filter((status) => status !== 201)).toEqual([]);
  const named = resent.flatMap(({ body } = { body: {} } as never) => body.results ?? [{ crmId: body.id }]);
  expect(new Set(named.map(({ crmId }: { crmId: string }) => crmId)).size).toBe(800 + 600 + 80 + 80);
  expect(kinds.map(count)).toEqual([800, 600, 80, 80]);
});

test('the other replica finds what a killed one created, also under other Enginy ids', async () => {
  const { crm, replicas } = await startReplicas({ latency: 300, indexLagMs: 2_000 });
  const doomed = await spawnBridge(crm, { REDIS_URL: redis.url, INSTANCE: 'doomed' });
  const peopleOf = (prefix: string) =>
    many(250, (n) => ({
      externalId: `${prefix}-${n}`,
      firstName: 'Ada',
      linkedinUrl: `https://www.linkedin.com/in/again-${n}`,
    }));

  const lost = sendTo(doomed.url, 'POST', '/contacts', { contacts: peopleOf('first') }).catch(() => 'lost');
  await expect.poll(() => crm.records('contacts').length).toBeGreaterThan(1);
  doomed.kill();
  const created = crm.records('contacts').length;
  const answer = await replicas[0]?.send('POST', '/contacts', { contacts: peopleOf('second') });

  expect([await lost, created < 250, answer?.status]).toEqual(['lost', true, 201]);
  expect(new Set(answer?.body.results.map(({ crmId }: { crmId: string }) => crmId)).size).toBe(250);
  expect(crm.records('contacts')).toHaveLength(250);
});

test('what one replica created since another one searched for it is found by that one', async () => {
  const { crm, replicas } = await startReplicas();
  const person = { firstName: 'Ada', linkedinUrl: 'linkedin.com/in/since' };
  const contacts = many(20, (n) => ({ ...person, externalId: `e-${n}`, linkedinUrl: `linkedin.com/in/since-${n}` }));
  const again = contacts.map((contact) => ({ ...contact, externalId: `${contact.externalId}-again` }));

  await replicas[1]?.send('POST', '/contacts/sync', { contacts: again });
  await replicas[0]?.send('POST', '/contacts', { contacts });
  await replicas[1]?.send('POST', '/contacts', { contacts: again });

  expect(crm.records('contacts')).toHaveLength(20);
});

test('Redis holds digests and ids, never a value or an id of Enginy', async () => {
  const { replicas } = await startReplicas();
  const { Redis } = await import('ioredis');

  await sendBoth(replicas, '/contacts', [
    { contacts: [{ externalId: 'secret-1', email: 'hidden@example.com', linkedinUrl: 'linkedin.com/in/hidden' }] },
    { contacts: [{ externalId: 'secret-2', email: 'hidden@example.com' }] },
  ]);
  const client = new Redis(redis.url);
  const keys = await client.keys('*');
  const texts = await Promise.all(
    keys.filter((key) => key.includes('{ids}')).map(async (key) => `${key} ${await client.get(key)}`),
  );
  client.disconnect();

  expect(texts.length).toBeGreaterThan(0);
  expect([...keys, ...texts].filter((text) => /secret|hidden|example/.test(text))).toEqual([]);
});
