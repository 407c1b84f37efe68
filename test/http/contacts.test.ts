import { expect, test } from 'vitest';
import type { DecidedRequest } from '../../src/bridge/decisions.ts';
import type { WriteOutcome } from '../../src/crm/crm.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { startApp } from '../support/start-app.ts';
import { ada, grace } from './two-leads.ts';

test('creates contacts and returns 201 with an id for each, in order', async () => {
  const app = await startApp(fakeCrm());

  const answer = await app.send('POST', '/contacts', { contacts: [ada, grace] });

  expect(answer.status).toBe(201);
  expect(answer.body).toEqual({
    results: [
      { externalId: 'lead-1', crmId: expect.any(String) },
      { externalId: 'lead-2', crmId: expect.any(String) },
    ],
  });
});

test('a repeated create returns the same ids and creates nothing', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);

  const first = await app.send('POST', '/contacts', { contacts: [ada, grace] });
  const second = await app.send('POST', '/contacts', { contacts: [ada, grace] });

  expect(second.status).toBe(201);
  expect(second.body).toEqual(first.body);
  expect(crm.records.get('contacts')?.size).toBe(2);
});

test('a repeated create after a restart returns the same ids', async () => {
  const crm = fakeCrm();
  const first = await (await startApp(crm)).send('POST', '/contacts', { contacts: [ada] });

  const second = await (await startApp(crm)).send('POST', '/contacts', { contacts: [ada] });

  expect(second.body).toEqual(first.body);
});

test('the same create sent twice at once creates one record', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);
  const nameless = { externalId: 'lead-9', firstName: 'Nobody' };

  const answers = await Promise.all([1, 2, 3].map(() => app.send('POST', '/contacts', { contacts: [nameless] })));

  expect(new Set(answers.map(({ body }) => body.results[0].crmId)).size).toBe(1);
  expect(crm.records.get('contacts')?.size).toBe(1);
});

test('links a contact whose email exists: returns its id and updates its fields', async () => {
  const crm = fakeCrm();
  crm.put('contacts', { id: '7', properties: { email: 'ada@example.com', firstname: 'A.' } });
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts', { contacts: [ada] });

  const warnings = ['linked to record 7 by email; other values were replaced in firstname'];
  expect(answer.body.results).toEqual([{ externalId: 'lead-1', crmId: '7', warnings }]);
  expect(crm.records.get('contacts')?.get('7')?.properties).toMatchObject({
    firstname: 'Ada',
    enginy_external_id: 'lead-1',
  });
});

test('two leads of one request that lead to one contact are answered with what the other one replaced', async () => {
  const crm = fakeCrm();
  crm.put('contacts', { id: '7', properties: { email: 'ada@example.com' } });
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts', {
    contacts: [
      { ...ada, externalId: 'lead-1', title: 'Countess', city: 'London' },
      { ...ada, externalId: 'lead-2', title: 'Analyst' },
    ],
  });

  const warnings = ['linked to record 7 by email; other values were replaced in jobtitle'];
  expect(answer.body.results).toEqual([
    { externalId: 'lead-1', crmId: '7', warnings },
    { externalId: 'lead-2', crmId: '7', warnings },
  ]);
  expect(crm.records.get('contacts')?.get('7')?.properties).toMatchObject({ jobtitle: 'Analyst', city: 'London' });
});

test('keeps the Enginy id that a linked contact has already', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);
  await app.send('POST', '/contacts', { contacts: [ada] });

  const answer = await app.send('POST', '/contacts', { contacts: [{ ...ada, externalId: 'other-lead' }] });

  const [record] = crm.records.get('contacts')?.values() ?? [];
  expect(answer.body.results[0].crmId).toBe(record?.id);
  expect(record?.properties.enginy_external_id).toBe('lead-1');
});

test('a record that occurs twice in one request is written once and has two results', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts', {
    contacts: [ada, { ...ada, title: 'Countess' }, { externalId: 'lead-3', email: 'ADA@example.com' }],
  });

  const ids = answer.body.results.map(({ crmId }: { crmId: string }) => crmId);
  expect(new Set(ids).size).toBe(1);
  expect(ids).toHaveLength(3);
  expect(crm.records.get('contacts')?.size).toBe(1);
  expect(crm.records.get('contacts')?.get(ids[0])?.properties.jobtitle).toBe('Countess');
});

test('one rejected record keeps its place in errors and does not fail the others', async () => {
  const crm = fakeCrm();
  crm.failNext('create', (carryOut) => {
    const [, ...rest] = carryOut() as WriteOutcome[];
    return [{ problem: { kind: 'invalid', message: 'a rule of the portal', properties: [] } }, ...rest];
  });
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts', { contacts: [ada, grace] });

  expect(answer.status).toBe(201);
  expect(answer.body.results).toEqual([{ externalId: 'lead-2', crmId: expect.any(String) }]);
  expect(answer.body.errors).toEqual([
    { externalId: 'lead-1', error: expect.stringContaining('a rule of the portal') },
  ]);
});

test('a value that the CRM rejects is dropped, with a warning that names field and property', async () => {
  const crm = fakeCrm();
  crm.failNext('create', () => [
    {
      problem: {
        kind: 'invalid',
        message: 'invalid',
        properties: [{ name: 'jobtitle', code: 'INVALID_OPTION', reason: 'not an option' }],
      },
    },
  ]);
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts', { contacts: [{ ...ada, title: 'Countess' }] });

  const [result] = answer.body.results;
  expect(result.warnings).toEqual(['title → jobtitle was skipped: not an option (INVALID_OPTION)']);
  expect(crm.records.get('contacts')?.get(result.crmId)?.properties).not.toHaveProperty('jobtitle');
});

test.each([
  [{ reason: 'is not valid' }, { reason: 'refused' }],
  [
    { cause: 'no-option', code: 'INVALID_OPTION', reason: 'not an option' },
    { reason: 'no-option', detail: 'INVALID_OPTION' },
  ],
  [
    { cause: 'taken', reason: 'record 7 has it', holderId: '7' },
    { reason: 'taken', detail: 'record 7' },
  ],
] as const)('what is noted of a value that the CRM rejects is what it says: %j', async (said, noted) => {
  const crm = fakeCrm();
  const problem = { kind: 'invalid', message: 'invalid', properties: [{ name: 'jobtitle', ...said }] } as const;
  crm.failNext('create', () => [{ problem }]);
  const decided: DecidedRequest[] = [];
  const app = await startApp(crm, { deps: { decisionListener: { write: (request) => decided.push(request) } } });

  await app.send('POST', '/contacts', { contacts: [{ ...ada, title: 'Countess' }] });

  expect(decided[0]?.records[0]?.heldBack).toEqual([{ field: 'title', property: 'jobtitle', ...noted }]);
});

test('a warning about replaced values lists twenty, and none whose value is the same in another form', async () => {
  const crm = fakeCrm();
  const names = Array.from({ length: 23 }, (_unused, n) => `field_${n}`);
  const definitions = crm.definitionsOf('contacts');
  const like = definitions.get('city');
  if (like === undefined) throw new Error('the fake has no property city');
  for (const name of ['score', 'seen_at', ...names]) definitions.set(name, { ...like, name, label: name });
  const allOf = (value: string) => Object.fromEntries(names.map((name) => [name, value]));
  const held = { email: 'ada@example.com', score: '5.0', seen_at: '2026-03-01T09:00:00Z', ...allOf('old') };
  crm.put('contacts', { id: '7', properties: held });
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts', {
    contacts: [
      {
        externalId: 'lead-1',
        email: 'ada@example.com',
        score: '5',
        seen_at: '2026-03-01T09:00:00.000Z',
        ...allOf('new'),
      },
    ],
  });

  expect(answer.body.results[0].warnings).toEqual([
    `linked to record 7 by email; other values were replaced in ${names.slice(0, 20).join(', ')} and 3 more`,
  ]);
});

test('a record loses one refused value after another, each in its own round', async () => {
  const crm = fakeCrm();
  const refused = ['firstname', 'lastname', 'jobtitle', 'city'];
  for (const name of refused) {
    const properties = [{ name, reason: 'not valid' }];
    crm.failNext('create', () => [{ problem: { kind: 'invalid', message: 'invalid', properties } }]);
  }
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts', {
    contacts: [
      {
        externalId: 'lead-1',
        email: 'ada@example.com',
        firstName: 'Ada',
        lastName: 'King',
        title: 'Countess',
        city: 'London',
      },
    ],
  });

  expect(answer.body.results[0].warnings).toHaveLength(refused.length);
  const [record] = crm.records.get('contacts')?.values() ?? [];
  expect(record?.properties.email).toBe('ada@example.com');
  expect(Object.keys(record?.properties ?? {}).filter((name) => refused.includes(name))).toEqual([]);
});

test('a create that succeeded but returned an error is found, not repeated', async () => {
  const crm = fakeCrm();
  crm.failNext('create', (carryOut) =>
    (carryOut() as WriteOutcome[]).map(() => ({ problem: { kind: 'ambiguous', message: '502' } })),
  );
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts', { contacts: [{ externalId: 'lead-5', firstName: 'Mary' }] });

  expect(answer.body.results).toHaveLength(1);
  expect(crm.records.get('contacts')?.size).toBe(1);
});

test('reports a create as unconfirmed when HubSpot never answers', async () => {
  const crm = fakeCrm({ forbidsNewProperties: true });
  crm.failNext('create', () => [{ problem: { kind: 'ambiguous', message: 'no answer in time' } }]);
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts', { contacts: [{ externalId: 'lead-5', firstName: 'Mary' }] });

  expect(answer.body.results).toEqual([]);
  expect(answer.body.errors[0].error).toContain('did not confirm whether the write succeeded');
});

test('where the portal forbids the identity property, memory recognizes a repeated create, which is logged once', async () => {
  const crm = fakeCrm({ forbidsNewProperties: true });
  const app = await startApp(crm);
  const nameless = { externalId: 'lead-9', firstName: 'Nobody' };

  const first = await app.send('POST', '/contacts', { contacts: [nameless] });
  const second = await app.send('POST', '/contacts', { contacts: [nameless] });

  expect(second.body).toEqual(first.body);
  expect(app.log.entries.filter(({ msg }) => msg.includes('until the next restart'))).toHaveLength(1);
});

test('returns an empty list for an empty list, without a call', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);

  const sync = await app.send('POST', '/contacts/sync', { contacts: [] });
  const update = await app.send('PUT', '/contacts', { contacts: [] });

  expect([sync.status, sync.body]).toEqual([200, { results: [] }]);
  expect([update.status, update.body]).toEqual([200, { results: [] }]);
  expect(crm.calls).toEqual([]);
});

test('an empty value in the second copy of a record removes nothing from the first', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);

  await app.send('POST', '/contacts', {
    contacts: [ada, { externalId: 'lead-1', email: '', firstName: null, title: 'Countess' }],
  });

  const [record] = crm.records.get('contacts')?.values() ?? [];
  expect(record?.properties).toMatchObject({ email: 'ada@example.com', firstname: 'Ada', jobtitle: 'Countess' });
});
