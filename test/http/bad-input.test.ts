import { expect, test } from 'vitest';
import { defaultBodyLimits } from '../../src/http/body/body-limits.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { startApp } from '../support/start-app.ts';

const activity = { type: 'EMAIL', subject: 'Hi', body: 'Hello' };

/** Endpoint, body, and the place that the answer names first. */
const mistakes: readonly (readonly [string, string, unknown, string])[] = [
  ...['contacts', 'companies'].flatMap((kind) => [
    ['POST', `/${kind}/sync`, {}, kind] as const,
    ['POST', `/${kind}/sync`, { [kind]: [{}] }, `${kind}[0].externalId`] as const,
    ['POST', `/${kind}`, { [kind]: [{ externalId: [] }, { externalId: 5.5 }] }, `${kind}[0].externalId`] as const,
    ['POST', `/${kind}`, { [kind]: null }, kind] as const,
    ['POST', `/${kind}`, { [kind]: [[]] }, `${kind}[0]`] as const,
    ['PUT', `/${kind}`, { [kind]: [{ externalId: 'a' }] }, `${kind}[0].crmId`] as const,
    ['PUT', `/${kind}`, { [kind]: 'all' }, kind] as const,
    ['POST', `/${kind}/batch`, {}, 'ids'] as const,
    ['POST', `/${kind}/batch`, { ids: [''] }, 'ids[0]'] as const,
  ]),
  ['POST', '/associations', {}, 'associations'],
  ['POST', '/associations', { associations: {} }, 'associations'],
  ['POST', '/associations', { associations: [{ contactCRMId: '1' }] }, 'associations[0].companyCRMId'],
  [
    'POST',
    '/associations',
    { associations: [{ contactCRMId: '', companyCRMId: '2' }] },
    'associations[0].contactCRMId',
  ],
  [
    'POST',
    '/associations',
    { associations: [{ contactCRMId: '1', companyCRMId: {} }] },
    'associations[0].companyCRMId',
  ],
  ['POST', '/associations', { associations: ['1'] }, 'associations[0]'],
  ['POST', '/activities', [], 'body'],
  ['POST', '/activities', {}, 'type'],
  ['POST', '/activities', { ...activity, type: 'FAX' }, 'type'],
  ['POST', '/activities', { ...activity, type: ['EMAIL'] }, 'type'],
  ['POST', '/activities', { ...activity, direction: 'SIDEWAYS' }, 'direction'],
  ['POST', '/activities', { ...activity, direction: 1 }, 'direction'],
  ['POST', '/activities', { ...activity, body: { html: 'x' } }, 'body'],
  ['POST', '/activities', { ...activity, occurredAt: {} }, 'occurredAt'],
  ['POST', '/activities', { ...activity, contactId: ['1'] }, 'contactId'],
  ['POST', '/activities', { ...activity, companyId: 1.5 }, 'companyId'],
  ['POST', '/activities', { ...activity, metadata: 'm' }, 'metadata'],
  ['POST', '/activities', { ...activity, metadata: { messageId: {} } }, 'metadata.messageId'],
  ['POST', '/tasks', {}, 'subject'],
  ['POST', '/tasks', { subject: '  ' }, 'subject'],
  ['POST', '/tasks', { subject: 7 }, 'subject'],
  ['POST', '/tasks', { subject: 'a', dueDate: [] }, 'dueDate'],
  ['POST', '/tasks', { subject: 'a', completed: 'yes' }, 'completed'],
  ['POST', '/tasks', { subject: 'a', ownerId: true }, 'ownerId'],
  ['POST', '/tasks', [], 'body'],
  ['PATCH', '/tasks/1', { subject: [] }, 'subject'],
  ['PATCH', '/tasks/1', { completed: 'true' }, 'completed'],
  ['PATCH', '/tasks/1', [], 'body'],
  ['POST', '/tasks/batch', { ids: 'all' }, 'ids'],
  ['POST', '/tasks/batch', { ids: [null] }, 'ids[0]'],
  ['PATCH', '/tasks/batch', { ids: ['1'] }, 'completed'],
  ['PATCH', '/tasks/batch', { completed: true }, 'ids'],
];

test.each(mistakes)('%s %s with %j is a 400 that names %s, and the CRM is not called', async (...mistake) => {
  const [method, path, body, place] = mistake;
  const crm = fakeCrm();
  const app = await startApp(crm);

  const answer = await app.send(method, path, JSON.stringify(body), { 'content-type': 'application/json' });

  expect(answer.status).toBe(400);
  expect(answer.body.message.split(' ')[0]).toBe(place);
  expect(crm.calls).toEqual([]);
});

const withBody = [
  ['POST', '/contacts/sync', (list: unknown[]) => ({ contacts: list })],
  ['POST', '/contacts', (list: unknown[]) => ({ contacts: list })],
  ['PUT', '/contacts', (list: unknown[]) => ({ contacts: list })],
  ['POST', '/companies/sync', (list: unknown[]) => ({ companies: list })],
  ['POST', '/companies', (list: unknown[]) => ({ companies: list })],
  ['PUT', '/companies', (list: unknown[]) => ({ companies: list })],
  ['POST', '/associations', (list: unknown[]) => ({ associations: list })],
  ['POST', '/contacts/batch', (list: unknown[]) => ({ ids: list })],
  ['POST', '/companies/batch', (list: unknown[]) => ({ ids: list })],
  ['POST', '/tasks/batch', (list: unknown[]) => ({ ids: list })],
  ['PATCH', '/tasks/batch', (list: unknown[]) => ({ ids: list, completed: true })],
] as const;

test.each(withBody)(
  '%s %s with an empty list is a success that asks the CRM for no record',
  async (method, path, body) => {
    const crm = fakeCrm();
    const app = await startApp(crm);

    const answer = await app.send(method, path, body([]));

    expect(answer.status).toBeLessThan(300);
    expect(crm.calls).toEqual([]);
  },
);

/** More than are matched together, and than one call holds. */
const many = 2_500;

test.each(withBody)('%s %s with thousands of entries accounts for each of them', async (method, path, body) => {
  const app = await startApp(fakeCrm(), { settings: { bodyLimits: defaultBodyLimits } });
  const isIds = path.endsWith('/batch');
  const entries = Array.from({ length: many }, (_unused, index) => {
    if (isIds) return `id-${index}`;
    if (path === '/associations') return { contactCRMId: `c-${index}`, companyCRMId: `k-${index}` };
    return { [method === 'PUT' ? 'crmId' : 'externalId']: `id-${index}`, firstName: 'A', name: `Company ${index}` };
  });

  const answer = await app.send(method, path, body(entries));

  const { results = [], errors = [] } = answer.body;
  expect(answer.status).toBeLessThan(300);
  // A lookup without a result is omitted: that is an answer too.
  expect(results.length + errors.length).toBe(isIds || path.endsWith('/sync') ? 0 : many);
});

test.each([
  ...withBody.map(([method, path]) => [method, path] as const),
  ['POST', '/activities'] as const,
  ['POST', '/tasks'] as const,
  ['PATCH', '/tasks/1'] as const,
])('%s %s refuses what is not JSON, broken JSON and no body at all, as JSON', async (method, path) => {
  const crm = fakeCrm();
  const app = await startApp(crm);

  const form = await app.send(method, path, 'a=b', { 'content-type': 'application/x-www-form-urlencoded' });
  const text = await app.send(method, path, '{}', { 'content-type': 'text/plain' });
  const broken = await app.send(method, path, '{"a":', { 'content-type': 'application/json' });
  const none = await app.send(method, path);

  expect([form.status, text.status, broken.status]).toEqual([415, 415, 400]);
  expect([400, 415]).toContain(none.status);
  expect(crm.calls).toEqual([]);
});

const depth = 20_000;
const deep = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const deepList = `${'['.repeat(depth)}${']'.repeat(depth)}`;

test.each([
  ['POST', '/contacts', `{"contacts":[{"externalId":"a","firstName":"A","customFields":${deep}}]}`],
  ['POST', '/contacts', `{"contacts":[{"externalId":"a","firstName":"A","odd":${deepList}}]}`],
  ['POST', '/contacts/sync', `{"contacts":[{"externalId":"a","email":${deep}}]}`],
  ['PUT', '/companies', `{"companies":[{"crmId":"1","name":${deepList}}]}`],
  ['POST', '/contacts', deepList],
  ['POST', '/associations', `{"associations":[{"contactCRMId":${deep},"companyCRMId":"1"}]}`],
  ['POST', '/activities', `{"type":"EMAIL","metadata":{"messageId":"m","x":${deep}}}`],
  ['POST', '/activities', `{"type":"EMAIL","body":${deepList}}`],
  ['POST', '/tasks', `{"subject":"a","priority":${deep}}`],
  ['POST', '/tasks/batch', `{"ids":${deepList}}`],
])('%s %s survives %#: something nested 20,000 deep', async (method, path, body) => {
  const app = await startApp(fakeCrm());

  const answer = await app.send(method, path, body, { 'content-type': 'application/json' });

  expect(answer.status).toBeLessThan(500);
  expect((await app.send('GET', '/health')).status).toBe(200);
});

test.each(['%', '%ff', '../1', 'a%2Fb', '%00', 'x'.repeat(3000)])(
  'an odd id in a path is never a 500: %s',
  async (id) => {
    const app = await startApp(fakeCrm());

    const statuses = await Promise.all(
      [`/tasks/${id}`, `/activities/${id}`].map(async (path) => (await app.send('GET', path)).status),
    );

    expect(statuses.every((status) => status >= 400 && status < 500)).toBe(true);
  },
);

test.each(['/tasks/%20', '/activities/%20', '/tasks/%09', '/activities/%E2%80%83'])(
  'a blank id in a path is unknown: GET %s',
  async (path) => {
    const crm = fakeCrm();
    const app = await startApp(crm);

    const answer = await app.send('GET', path);

    expect(answer.status).toBe(404);
    expect(answer.body.error).toMatch(/^(Task|Activity) not found$/);
    expect(crm.calls).toEqual([]);
  },
);

test.each([{ subject: '' }, { subject: ' ' }, { subject: null }, {}])(
  'a task is completed although its patch has a gap: %j',
  async (gap) => {
    const crm = fakeCrm();
    crm.put('tasks', { id: '7', properties: { hs_task_subject: 'Call', hs_task_status: 'NOT_STARTED' } });
    const app = await startApp(crm);

    const answer = await app.send('PATCH', '/tasks/7', { ...gap, completed: true });

    expect([answer.status, answer.body.subject, answer.body.completed]).toEqual([200, 'Call', true]);
  },
);
