import { expect, test } from 'vitest';
import { refusalOf, startPortal } from './portal.ts';

const at = '2026-05-01T12:00:00Z';

test.each([
  ['tasks', { hs_task_subject: 'Call' }, 'Error creating TASK. Some required properties were not set.'],
  ['emails', { hs_email_subject: 'Hello' }, 'Error creating EMAIL. Some required properties were not set.'],
  ['communications', { hs_timestamp: at }, 'Error creating COMMUNICATION. Some required properties were not set.'],
  ['notes', { hs_note_body: 'x' }, 'Error creating NOTE. Some required properties were not set.'],
] as const)('refuses %s without what they must have', async (object, properties, message) => {
  const { client } = await startPortal();

  const refusal = await refusalOf(
    client.crm.objects[object].basicApi.create({ properties, associations: [] } as never),
  );

  expect(refusal).toMatchObject({ code: 400, body: { category: 'VALIDATION_ERROR', message } });
});

test('starts a task as not started and stamps its completion', async () => {
  // A clock that stands still: completion and modification are read from it one after the other.
  const standing = Date.now();
  const { client } = await startPortal({ now: () => standing });
  const { basicApi } = client.crm.objects.tasks;
  const names = ['hs_task_status', 'hs_task_is_completed', 'hs_task_completion_date', 'hs_timestamp'];

  const { id } = await basicApi.create({
    properties: { hs_timestamp: at, hs_task_subject: 'Call', hs_task_type: 'CALL' },
    associations: [],
  });
  const open = await basicApi.getById(id, names);
  const done = await basicApi.update(id, { properties: { hs_task_status: 'COMPLETED' } });
  const completed = await basicApi.getById(id, names);
  await basicApi.update(id, { properties: { hs_task_status: 'NOT_STARTED' } });
  const reopened = await basicApi.getById(id, names);

  expect(open.properties).toMatchObject({
    hs_task_status: 'NOT_STARTED',
    hs_task_is_completed: '0',
    hs_task_completion_date: null,
    hs_timestamp: at,
  });
  expect(completed.properties).toMatchObject({
    hs_task_is_completed: '1',
    hs_task_completion_date: done.properties.hs_lastmodifieddate,
  });
  expect(reopened.properties).toMatchObject({ hs_task_is_completed: '0', hs_task_completion_date: '' });
});

test('derives whether a task is overdue from the clock', async () => {
  const { client, sandbox } = await startPortal({ now: () => Date.parse('2026-05-01T11:00:00Z') });
  const { id } = await client.crm.objects.tasks.basicApi.create({ properties: { hs_timestamp: at }, associations: [] });
  const overdue = async () =>
    (await client.crm.objects.tasks.basicApi.getById(id, ['hs_task_is_overdue'])).properties.hs_task_is_overdue;

  const before = await overdue();
  sandbox.advance(7_200_000);

  expect([before, await overdue()]).toEqual(['false', 'true']);
});

test.each([
  ['tasks', { hs_timestamp: at, hs_task_is_completed: '1' }, 'READ_ONLY_VALUE'],
  ['tasks', { hs_timestamp: at, hs_task_status: 'DONE' }, 'INVALID_OPTION'],
  ['tasks', { hs_timestamp: 'tomorrow' }, 'INVALID_LONG'],
  ['emails', { hs_timestamp: at, hs_email_direction: 'OUTBOUND' }, 'INVALID_OPTION'],
  ['emails', { hs_timestamp: at, hs_email_from_email: 'a@example.com' }, 'READ_ONLY_VALUE'],
  [
    'communications',
    { hs_timestamp: at, hs_communication_channel_type: 'LINKEDIN_MESSAGE', hs_communication_logged_from: 'API' },
    'INVALID_OPTION',
  ],
  ['notes', { hs_timestamp: at, hs_note_subject: 'x' }, 'PROPERTY_DOESNT_EXIST'],
] as const)('refuses %s with %j: %s', async (object, properties, code) => {
  const { client } = await startPortal();

  const refusal = await refusalOf(
    client.crm.objects[object].basicApi.create({ properties, associations: [] } as never),
  );

  expect(refusal.body.errors?.[0]?.code).toBe(code);
});

test('fills the from and to of an email from its headers', async () => {
  const { client } = await startPortal();
  const headers = {
    from: { email: 'nora@example.com', firstName: 'Nora', lastName: 'L' },
    to: [{ email: 'a@example.com' }, { email: 'b@example.com' }],
  };

  const email = await client.crm.objects.emails.basicApi.create({
    properties: {
      hs_timestamp: at,
      hs_email_direction: 'EMAIL',
      hs_email_status: 'SENT',
      hs_email_headers: JSON.stringify(headers),
    },
    associations: [],
  });

  expect(email.properties).toMatchObject({
    hs_email_from_email: 'nora@example.com',
    hs_email_from_firstname: 'Nora',
    hs_email_to_email: 'a@example.com;b@example.com',
  });
});

test('logs a LinkedIn message and a note', async () => {
  const { client } = await startPortal();

  const message = await client.crm.objects.communications.basicApi.create({
    properties: {
      hs_timestamp: '1777636800000',
      hs_communication_channel_type: 'LINKEDIN_MESSAGE',
      hs_communication_logged_from: 'CRM',
      hs_communication_body: 'Hello',
    },
    associations: [],
  });
  const note = await client.crm.objects.notes.basicApi.create({
    properties: { hs_timestamp: at, hs_note_body: '<p>x</p>' },
    associations: [],
  });

  expect(message.properties.hs_timestamp).toBe(at);
  expect(note.properties.hs_note_body).toBe('<p>x</p>');
});

test('creates a second activity when a create is repeated', async () => {
  const { client, sandbox } = await startPortal();
  const create = () =>
    client.crm.objects.notes.basicApi.create({ properties: { hs_timestamp: at, hs_note_body: 'x' }, associations: [] });

  await create();
  await create();

  expect(sandbox.records('notes')).toHaveLength(2);
});

test('writes tasks in batches', async () => {
  const { client } = await startPortal();
  const { batchApi } = client.crm.objects.tasks;

  const created = await batchApi.create({
    inputs: [
      { properties: { hs_timestamp: at }, associations: [] },
      { properties: { hs_timestamp: at }, associations: [] },
    ],
  });
  const updated = await batchApi.update({
    inputs: created.results.map(({ id }) => ({ id, properties: { hs_task_status: 'COMPLETED' } })),
  });

  expect(updated.results.map(({ id }) => id).toSorted()).toEqual(created.results.map(({ id }) => id).toSorted());
});
