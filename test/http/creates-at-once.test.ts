import { expect, test } from 'vitest';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

const many = <T>(count: number, one: (n: number) => T) => Array.from({ length: count }, (_, n) => one(n));

async function startWorld() {
  const crm = await startCrm({ latency: 20 });
  const bridge = await startBridgeOn(crm);
  // So that what only the first create needs is there.
  const known = await bridge.send('POST', '/contacts', { contacts: [{ externalId: 'known', firstName: 'Grace' }] });
  crm.clearLog();
  const create = async (contact: object) => await bridge.send('POST', '/contacts', { contacts: [contact] });
  return { crm, bridge, create, contactId: known.body.results[0].crmId };
}

test.each([
  ['one id of Enginy', () => 'e-1'],
  ['an id of Enginy each', (n: number) => `e-${n}`],
])('sixty concurrent creates of one person, with %s, are one record and need fewer calls', async (_, idOf) => {
  const { crm, create } = await startWorld();

  const answers = await Promise.all(
    many(60, (n) =>
      create({
        externalId: idOf(n),
        firstName: 'Ada',
        linkedinUrl: 'linkedin.com/in/ada',
        ...(n === 59 && { title: 'Engineer' }),
      }),
    ),
  );

  expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
  const ids = new Set(answers.map(({ body }) => body.results[0].crmId));
  const people = crm.records('contacts').filter(({ properties }) => properties.firstname === 'Ada');
  expect([...ids]).toEqual(people.map(({ id }) => id));
  expect(people.map(({ properties }) => properties.jobtitle)).toEqual(['Engineer']);
  expect(crm.log.length).toBeLessThan(60);
});

test('creates of other people do not wait for them', async () => {
  const { crm, create } = await startWorld();

  const answers = await Promise.all(
    many(12, (n) => create({ externalId: `e-${n}`, firstName: 'Ada', email: `ada-${n % 3}@example.com` })),
  );

  expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
  expect(new Set(answers.map(({ body }) => body.results[0].crmId)).size).toBe(3);
  expect(crm.records('contacts')).toHaveLength(4);
});

test.each([
  ['/tasks', 'tasks', { subject: 'Call', dueDate: '2026-12-01T09:00:00Z' }],
  ['/activities', 'emails', { type: 'EMAIL', subject: 'Hello', metadata: { messageId: 'm-1' } }],
] as const)(
  'sixty concurrent requests with the same body on %s are one record and need fewer calls',
  async (path, kind, body) => {
    const { crm, bridge, contactId } = await startWorld();

    const answers = await Promise.all(many(60, () => bridge.send('POST', path, { ...body, contactId })));

    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    expect(new Set(answers.map((answer) => answer.body.id))).toEqual(new Set(crm.records(kind).map(({ id }) => id)));
    expect(crm.records(kind)).toHaveLength(1);
    expect(crm.log.length).toBeLessThan(60);
  },
);
