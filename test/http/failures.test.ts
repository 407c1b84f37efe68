import { expect, test } from 'vitest';
import type { WriteOutcome } from '../../src/crm/crm.ts';
import { CrmRejectedError, CrmUnavailableError, DeadlineError, type GatewayError } from '../../src/errors.ts';
import { loadMappings } from '../../src/mapping/load/load-mappings.ts';
import { type FakeCrm, fakeCrm } from '../support/fake-crm.ts';
import { startApp } from '../support/start-app.ts';

const task = { subject: 'Call', dueDate: '2026-06-01T09:00:00Z', contactId: '5' };
const email = { type: 'EMAIL', contactId: '5', metadata: { messageId: 'm-1' } };

function crmWithAda(): FakeCrm {
  const crm = fakeCrm();
  crm.put('contacts', { id: '5', properties: { email: 'ada@example.com' } });
  crm.put('companies', { id: '7', properties: { name: 'Engines' } });
  return crm;
}

const down = () => new CrmUnavailableError('HubSpot cannot be reached', { retryAfterSeconds: 7 });
const broke = () => new CrmUnavailableError('the connection broke', { ambiguous: true });
const refused = () => new CrmRejectedError('The token lacks a scope', { status: 403, missingScopes: ['crm.x'] });
const late = () => new DeadlineError('no time left');

const calls = [
  ['POST', '/associations', { associations: [{ contactCRMId: '5', companyCRMId: '7' }] }, 'linkAs'],
  ['POST', '/activities', email, 'readByIds'],
  ['POST', '/activities', email, 'readProperties'],
  ['POST', '/activities', email, 'create'],
  ['GET', '/activities/1', undefined, 'readByIds'],
  ['POST', '/tasks', task, 'create'],
  ['GET', '/tasks/1', undefined, 'readByIds'],
  ['GET', '/tasks/1', undefined, 'readLinks'],
  ['POST', '/tasks/batch', { ids: ['1'] }, 'readByIds'],
  ['GET', '/users', undefined, 'listOwners'],
  ['POST', '/contacts/batch', { ids: ['5'] }, 'readByIds'],
  ['POST', '/companies/batch', { ids: ['7'] }, 'readByIds'],
] as const;

test.each(
  calls.flatMap((call) =>
    [
      [down, 503],
      [refused, 502],
      [late, 504],
    ].map(([error, status]) => [...call, error, status] as const),
  ) as unknown as [string, string, unknown, keyof FakeCrm, () => GatewayError, number][],
)('%s %s %j while %s fails', async (method, path, body, port, error, status) => {
  const crm = crmWithAda();
  crm.failAlways(port as never, error());
  // Too short for GET /users to ask again; on this clock it never passes.
  const app = await startApp(crm, { deps: { now: () => 0 }, settings: { requestTimeoutMs: 5_900 } });

  const answer = await app.send(method, path, body);

  // A refused read of the definitions only costs the bridge's own property.
  const isHarmless = port === 'readProperties' && status === 502;
  expect(answer.status).toBe(isHarmless ? 201 : status);
  expect(answer.headers.get('retry-after')).toBe(status === 503 ? '7' : null);
});

test.each([
  ['POST', '/tasks', task, 'tasks'],
  ['POST', '/activities', email, 'emails'],
] as const)(
  '%s %s: a create that broke off after it was carried out creates one record',
  async (method, path, body, object) => {
    const crm = crmWithAda();
    const app = await startApp(crm);
    await app.send(method, path, { ...body, subject: 'an earlier one', metadata: { messageId: 'm-0' } });
    crm.failNext('create', (carryOut) => {
      carryOut();
      throw broke();
    });

    const answer = await app.send(method, path, body);

    expect(answer.status).toBe(201);
    expect(crm.records.get(object)?.size).toBe(2);
  },
);

test.each([
  ['POST', '/tasks', task, 'tasks'],
  ['POST', '/activities', email, 'emails'],
] as const)(
  '%s %s: a create that broke off before it was carried out is sent again',
  async (method, path, body, object) => {
    const crm = crmWithAda();
    const app = await startApp(crm);
    crm.failNext('create', broke());

    const answer = await app.send(method, path, body);

    expect(answer.status).toBe(201);
    expect(crm.records.get(object)?.size).toBe(1);
  },
);

test('an unclear create that cannot be looked up is a 503: sending it again is harmless', async () => {
  const crm = crmWithAda();
  const app = await startApp(crm);
  await app.send('POST', '/tasks', { subject: 'an earlier one' });
  crm.failNext('create', (carryOut) => {
    carryOut();
    crm.failAlways('readBy', down());
    throw broke();
  });
  const sent = { ...task, contactId: undefined, id: 'enginy-7' };

  const first = await app.send('POST', '/tasks', sent);
  crm.failAlways('readBy', undefined);
  const second = await app.send('POST', '/tasks', sent);

  expect([first.status, second.status]).toEqual([503, 201]);
  expect(crm.records.get('tasks')?.size).toBe(2);
});

test('a value that the CRM rejects is dropped, with a warning', async () => {
  const crm = crmWithAda();
  crm.failNext('create', () => [
    {
      problem: {
        kind: 'invalid',
        message: 'no',
        properties: [{ name: 'hs_task_type', code: 'INVALID_OPTION', reason: 'no option' }],
      },
    },
  ]);
  const app = await startApp(crm);

  const answer = await app.send('POST', '/tasks', { ...task, type: 'call' });

  expect(answer.status).toBe(201);
  expect(answer.body.warnings).toEqual(['type → hs_task_type was skipped: no option (INVALID_OPTION)']);
  expect(answer.body).not.toHaveProperty('type');
});

test('a record that the CRM refuses is a 400 with the reason of the CRM', async () => {
  const crm = crmWithAda();
  crm.failNext('create', () => [{ problem: { kind: 'invalid', message: 'a rule of the portal', properties: [] } }]);
  const app = await startApp(crm);

  const answer = await app.send('POST', '/activities', email);

  expect(answer.status).toBe(400);
  expect(answer.body.message).toContain('a rule of the portal');
});

test('returns a task that could not be completed with its current state and the reason', async () => {
  const crm = crmWithAda();
  const app = await startApp(crm);
  const first = (await app.send('POST', '/tasks', { subject: 'A' })).body.id;
  const second = (await app.send('POST', '/tasks', { subject: 'B' })).body.id;
  crm.failNext('update', (carryOut) => {
    const [done] = carryOut() as WriteOutcome[];
    return [done, { problem: { kind: 'unavailable', message: 'locked' } }];
  });

  const answer = await app.send('PATCH', '/tasks/batch', { ids: [first, second], completed: true });

  expect(answer.status).toBe(200);
  expect(answer.body).toEqual([
    expect.objectContaining({ id: first, completed: true }),
    expect.objectContaining({ id: second, completed: false, warnings: [expect.stringContaining('locked')] }),
  ]);
});

test('a mapping folder without tasks and activities switches their endpoints off', async () => {
  const crm = crmWithAda();
  const shipped = loadMappings(new URL('../../mappings/hubspot', import.meta.url).pathname);
  const { tasks: _tasks, activities: _activities, ...mappings } = shipped;
  const app = await startApp(crm, { deps: { mappings: () => mappings } });

  const statuses = [
    (await app.send('POST', '/tasks', task)).status,
    (await app.send('GET', '/tasks/1')).status,
    (await app.send('POST', '/activities', email)).status,
  ];

  expect(statuses).toEqual([501, 501, 501]);
});

test('creates a missing managed property again, within the same request', async () => {
  const crm = crmWithAda();
  const app = await startApp(crm);
  await app.send('POST', '/activities', { ...email, metadata: { messageId: 'm-0' } });
  crm.failNext('create', () => [
    {
      problem: {
        kind: 'invalid',
        message: 'no such property',
        properties: [
          {
            name: 'enginy_activity_key',
            cause: 'no-property',
            code: 'PROPERTY_DOESNT_EXIST',
            reason: 'there is no such property',
          },
        ],
      },
    },
  ]);

  const answer = await app.send('POST', '/activities', email);

  expect([answer.status, answer.body.warnings]).toEqual([201, undefined]);
  expect(crm.records.get('emails')?.size).toBe(2);
});
