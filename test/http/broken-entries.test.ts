import { expect, test } from 'vitest';
import type { DecidedRequest } from '../../src/bridge/decisions.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { startApp } from '../support/start-app.ts';

/** Ids that cannot be used. */
const unusableIds = [
  null,
  true,
  1.5,
  2 ** 60,
  '',
  ' \t',
  [],
  ['1'],
  {},
  { id: '1' },
  'x'.repeat(513),
  'a\u0000',
  '\ud800',
];

/** Entries that are no records. */
const noRecords = [
  null,
  5,
  'lead-7',
  true,
  [],
  [[]],
  [{ externalId: 'nested', crmId: '1' }],
  {},
  { record: { id: '1' } },
];

/** Every kind of broken entry, for a list whose entries have this id. */
function brokenEntries(idField: 'externalId' | 'crmId'): unknown[] {
  return [...noRecords, ...unusableIds.map((id) => ({ [idField]: id, firstName: 'Broken', name: 'Broken' }))];
}

/** Ninety good entries with the broken ones spread between them, and where those stand. */
function mixed(good: (n: number) => unknown, broken: readonly unknown[]) {
  const list = Array.from({ length: 90 }, (_unused, n) => good(n));
  const positions = broken.map((entry, n) => {
    const at = n * 4;
    list.splice(at, 0, entry);
    return at;
  });
  return { list, positions };
}

const kinds = ['contacts', 'companies'] as const;

function record(kind: 'contacts' | 'companies', n: number) {
  return kind === 'contacts'
    ? { email: `lead-${n}@example.com`, firstName: `Lead ${n}` }
    : { domain: `lead-${n}.example.com`, name: `Lead ${n}` };
}

test.each(kinds)('POST /%s creates ninety records and answers every broken entry by its position', async (kind) => {
  const crm = fakeCrm();
  const app = await startApp(crm);
  const { list, positions } = mixed(
    (n) => ({ externalId: n % 2 === 0 ? n + 1 : `lead-${n}`, ...record(kind, n) }),
    brokenEntries('externalId'),
  );

  const { status, body } = await app.send('POST', `/${kind}`, { [kind]: list });

  expect(status).toBe(201);
  expect(body.results).toHaveLength(90);
  expect(body.results.slice(0, 2).map(({ externalId }: { externalId: unknown }) => externalId)).toEqual([1, 'lead-1']);
  expect(body.errors.map(({ index }: { index: number }) => index)).toEqual(positions);
  for (const error of body.errors) {
    expect(error).toEqual({
      externalId: null,
      index: error.index,
      error: expect.stringMatching(/^Report this to Enginy's support: /),
    });
  }
  const stored = [...(crm.records.get(kind)?.values() ?? [])].map(({ properties }) => properties.enginy_external_id);
  expect(stored).toHaveLength(90);
  expect(stored.slice(0, 2)).toEqual(['1', 'lead-1']);
});

test.each(kinds)('POST /%s/sync finds ninety records and answers every broken entry by its position', async (kind) => {
  const crm = fakeCrm();
  for (let n = 0; n < 90; n += 1) crm.put(kind, { id: `${n + 1}`, properties: propertiesOf(kind, n) });
  const app = await startApp(crm);
  const { list, positions } = mixed((n) => ({ externalId: n, ...record(kind, n) }), brokenEntries('externalId'));

  const { status, body } = await app.send('POST', `/${kind}/sync`, { [kind]: list });

  expect(status).toBe(200);
  expect(body.results.map(({ externalId, crmId }: Record<string, unknown>) => [externalId, crmId])).toEqual(
    Array.from({ length: 90 }, (_unused, n) => [n, `${n + 1}`]),
  );
  expect(body.errors.map(({ index }: { index: number }) => index)).toEqual(positions);
});

test.each(kinds)('PUT /%s updates ninety records and answers in the order of the request', async (kind) => {
  const crm = fakeCrm();
  for (let n = 0; n < 90; n += 1) crm.put(kind, { id: `${n + 1}`, properties: propertiesOf(kind, n) });
  const app = await startApp(crm);
  const { list, positions } = mixed(
    (n) => ({ crmId: n % 2 === 0 ? n + 1 : `${n + 1}`, description: `Text ${n}`, title: `Title ${n}` }),
    brokenEntries('crmId'),
  );

  const { status, body } = await app.send('PUT', `/${kind}`, { [kind]: list });

  expect(status).toBe(200);
  expect(body.results).toHaveLength(list.length);
  for (const [index, result] of body.results.entries()) {
    if (positions.includes(index)) {
      expect(result).toEqual({
        crmId: null,
        index,
        success: false,
        error: expect.stringMatching(/^Report this to Enginy's support: /),
      });
    } else expect(result).toMatchObject({ crmId: (list[index] as { crmId: unknown }).crmId, success: true });
  }
  const written = kind === 'contacts' ? 'jobtitle' : 'description';
  const values = [...(crm.records.get(kind)?.values() ?? [])].map(({ properties }) => properties[written]);
  expect(values.toSorted()).toEqual(
    Array.from({ length: 90 }, (_unused, n) => `${kind === 'contacts' ? 'Title' : 'Text'} ${n}`).toSorted(),
  );
});

function propertiesOf(kind: 'contacts' | 'companies', n: number): Record<string, string> {
  return kind === 'contacts' ? { email: `lead-${n}@example.com` } : { domain: `lead-${n}.example.com` };
}

test('POST and PATCH /tasks/batch serve the ids that can be used, in the type that was sent', async () => {
  const crm = fakeCrm();
  for (let n = 1; n <= 90; n += 1) crm.put('tasks', { id: `${n}`, properties: { hs_task_subject: `Task ${n}` } });
  const app = await startApp(crm);
  const { list, positions } = mixed((n) => (n % 2 === 0 ? n + 1 : `${n + 1}`), unusableIds);

  const read = await app.send('POST', '/tasks/batch', { ids: list });
  const changed = await app.send('PATCH', '/tasks/batch', { ids: list, completed: true });

  for (const { status, headers, body } of [read, changed]) {
    expect(status).toBe(200);
    expect(body.map(({ id }: { id: unknown }) => id)).toEqual(list.filter((_id, index) => !positions.includes(index)));
    expect(headers.get('x-unusable-ids')).toBe(positions.join(', '));
  }
  expect(changed.body.every(({ completed }: { completed: boolean }) => completed)).toBe(true);
});

test.each(kinds)('POST /%s/batch serves the ids that can be used, in the type that was sent', async (kind) => {
  const crm = fakeCrm();
  for (let n = 0; n < 90; n += 1) crm.put(kind, { id: `${n + 1}`, properties: propertiesOf(kind, n) });
  const app = await startApp(crm);
  const { list, positions } = mixed((n) => (n % 2 === 0 ? n + 1 : `${n + 1}`), unusableIds);

  const { status, headers, body } = await app.send('POST', `/${kind}/batch`, { ids: list });

  expect(status).toBe(200);
  expect(body.results.map(({ id }: { id: unknown }) => id)).toEqual(list.filter((_id, n) => !positions.includes(n)));
  expect(headers.get('x-unusable-ids')).toBe(positions.join(', '));
});

test('POST /associations links ninety pairs, and answers the others with the ids as they were sent', async () => {
  const crm = fakeCrm();
  for (let n = 1; n <= 90; n += 1) crm.put('contacts', { id: `${n}`, properties: {} });
  crm.put('companies', { id: '500', properties: {} });
  const app = await startApp(crm);
  const broken = [
    ...noRecords,
    ...unusableIds.map((contactCRMId) => ({ contactCRMId, companyCRMId: 500 })),
    { contactCRMId: '7' },
  ];
  const { list, positions } = mixed((n) => ({ contactCRMId: n + 1, companyCRMId: '500' }), broken);
  list.push({ contactCRMId: 999, companyCRMId: '500' });

  const { status, body } = await app.send('POST', '/associations', { associations: list });

  expect(status).toBe(200);
  expect([body.success, body.created]).toEqual([true, 90]);
  expect(body.errors.map(({ index }: { index?: number }) => index)).toEqual([...positions, undefined]);
  expect(body.errors.at(-1)).toMatchObject({ contactCRMId: 999, companyCRMId: '500' });
  expect(body.errors.at(-2)).toMatchObject({ contactCRMId: '7', companyCRMId: null });
  expect(body.errors.at(-3)).toMatchObject({ contactCRMId: null, companyCRMId: 500 });
});

test('a number and its digits are one record, and each id is returned as it was sent', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);
  const contacts = [7, '7', ' 7 ', 7.0].map((externalId) => ({ externalId, firstName: 'Ada' }));

  const { body } = await app.send('POST', '/contacts', { contacts });

  expect(body.results.map(({ externalId }: { externalId: unknown }) => externalId)).toEqual([7, '7', ' 7 ', 7]);
  expect(crm.records.get('contacts')?.size).toBe(1);
});

test('a request of which no entry can be used is a 400 that names the first twenty places', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);

  const few = await app.send('POST', '/contacts', { contacts: brokenEntries('externalId').slice(0, 3) });
  const many = await app.send('PUT', '/companies', { companies: Array.from({ length: 30 }, () => ({})) });

  expect([few.status, many.status]).toEqual([400, 400]);
  expect(few.body.message).toBe(
    'contacts[0] must be an object; contacts[1] must be an object; contacts[2] must be an object',
  );
  expect(many.body.message).toMatch(
    /^companies\[0\]\.crmId is missing; .*; companies\[19\]\.crmId is missing; and more$/,
  );
  expect(crm.calls).toEqual([]);
});

test('the log and the journal have the broken entries, without their values', async () => {
  const decided: DecidedRequest[] = [];
  const decisionListener = { write: (request: DecidedRequest) => void decided.push(request) };
  const app = await startApp(fakeCrm(), { deps: { decisionListener } });

  await app.send('POST', '/contacts', {
    contacts: [
      { externalId: ['secret-id'], email: 'ada@example.com' },
      { externalId: 'lead-1', firstName: 'Ada' },
    ],
  });
  await app.send('POST', '/associations', {
    associations: [
      { contactCRMId: null, companyCRMId: '5' },
      { contactCRMId: '1', companyCRMId: '5' },
    ],
  });

  const [created, linked] = decided.map(({ records }) => records);
  expect(created).toMatchObject([
    { externalId: 'lead-1', outcome: 'created' },
    {
      emails: ['ada@example.com'],
      outcome: 'failed',
      problem: { kind: 'request', text: expect.stringContaining('externalId') },
    },
  ]);
  expect(linked?.[1]).toMatchObject({ companyId: '5', outcome: 'failed' });
  const line = app.log.entries.find(({ route, method }) => route === '/contacts' && method === 'POST');
  expect(line).toMatchObject({ records: 2, failed: 1, failures: [{ index: 0, kind: 'request' }] });
  expect(JSON.stringify([decided, app.log.entries])).not.toContain('secret-id');
});
