import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { shippedFolder } from '../../support/mapping-folder.ts';
import { startSeededCrm } from '../../support/seeded-crm.ts';
import { startBridgeOn } from '../../support/start-bridge.ts';

const task = { subject: 'Call Ada', description: 'About <the> engine\n& more', dueDate: '2026-06-01T09:00:00Z' };

test('creates a task and returns it with everything that was sent', async () => {
  const { crm, ada, engines } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const sent = { ...task, type: 'meeting', ownerId: '61', contactId: ada, companyId: engines };

  const created = await bridge.send('POST', '/tasks', sent);
  const read = await bridge.send('GET', `/tasks/${created.body.id}`);

  expect(created.status).toBe(201);
  expect(created.body).toEqual({
    ...sent,
    id: expect.any(String),
    dueDate: '2026-06-01T09:00:00.000Z',
    completed: false,
    completedAt: null,
  });
  expect(read.status).toBe(200);
  expect(read.body).toEqual(created.body);
  expect(crm.records('tasks')[0]?.properties).toMatchObject({ hs_task_type: 'TODO', hs_task_status: 'NOT_STARTED' });
});

test.each([
  ['call', 'CALL'],
  ['email', 'EMAIL'],
  ['Meeting', 'TODO'],
  ['LINKEDIN_INMAIL', 'LINKED_IN_MESSAGE'],
  ['linkedin_connection', 'LINKED_IN_CONNECT'],
  ['walk the dog', 'TODO'],
])('the type "%s" is %s in HubSpot and comes back as it was sent, also after a restart', async (type, hubspotType) => {
  const { crm } = await startSeededCrm();
  const created = await (await startBridgeOn(crm)).send('POST', '/tasks', { ...task, type });

  const read = await (await startBridgeOn(crm)).send('GET', `/tasks/${created.body.id}`);

  expect(crm.records('tasks')[0]?.properties.hs_task_type).toBe(hubspotType);
  expect([created.body.type, read.body.type]).toEqual([type, type]);
});

test('returns the type that a user set in HubSpot', async () => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const { id } = (await bridge.send('POST', '/tasks', { ...task, type: 'meeting' })).body;
  await changeInHubSpot(crm, id, { hs_task_type: 'CALL' });

  const read = await bridge.send('GET', `/tasks/${id}`);

  expect(read.body.type).toBe('call');
});

test('creates tasks in a portal without the scope for task properties', async () => {
  const { crm } = await startSeededCrm({ scopes: { without: ['crm.schemas.tasks.write'] } });
  const bridge = await startBridgeOn(crm);

  const created = await bridge.send('POST', '/tasks', { ...task, type: 'call' });
  const read = await bridge.send('GET', `/tasks/${created.body.id}`);

  expect([created.status, read.body.type]).toEqual([201, 'call']);
});

test('creates the property that stores types again after a user removed it', async () => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const { id } = (await bridge.send('POST', '/tasks', { ...task, type: 'meeting' })).body;
  await removeProperty(crm, 'enginy_task_type');

  const patched = await bridge.send('PATCH', `/tasks/${id}`, { type: 'lunch' });
  await removeProperty(crm, 'enginy_task_type');
  const created = await bridge.send('POST', '/tasks', { ...task, type: 'dinner' });

  expect([patched.status, patched.body.type, patched.body.warnings]).toEqual([200, 'lunch', undefined]);
  expect([created.status, created.body.type, created.body.warnings]).toEqual([201, 'dinner', undefined]);
});

test('sets the due date of a task without one to a day later, since HubSpot requires one', async () => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  const answer = await bridge.send('POST', '/tasks', { subject: 'Call Ada' });

  const record = crm.records('tasks')[0];
  expect(answer.status).toBe(201);
  expect(Date.parse(record?.properties.hs_timestamp ?? '')).toBeGreaterThan(Date.parse(record?.createdAt ?? ''));
  expect(answer.body.dueDate).toMatch(/^\d{4}-/);
});

test('creates a completed task, and allows unknown fields and an id', async () => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  const answer = await bridge.send('POST', '/tasks', {
    ...task,
    id: 'task-7',
    completed: true,
    priority: 'high',
    x: { y: [1] },
  });

  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({ completed: true, completedAt: expect.any(String) });
  expect(answer.body.id).not.toBe('task-7');
  expect(crm.records('tasks')[0]?.properties.hs_task_status).toBe('COMPLETED');
});

test('creates a task with a due date and a contact or company once, however often it is sent', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const sent = { ...task, contactId: ada };

  const answers = await Promise.all([1, 2, 3].map(() => bridge.send('POST', '/tasks', sent)));
  const restarted = await (await startBridgeOn(crm)).send('POST', '/tasks', sent);
  const other = await bridge.send('POST', '/tasks', { ...sent, subject: 'Write to Ada' });

  expect(new Set([...answers, restarted].map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
  expect(other.body.id).not.toBe(restarted.body.id);
  expect(crm.records('tasks')).toHaveLength(2);
});

test('finds a task that version 0.1.0 created, which compared due dates as they were sent', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const sent = { ...task, dueDate: '2026-06-01T11:00:00+02:00', contactId: ada };
  const { id } = (await bridge.send('POST', '/tasks', sent)).body;
  const texts = ['task', sent.subject, sent.dueDate, ada, '', sent.description, '', ''];
  const key = createHash('sha256').update(JSON.stringify(texts)).digest('hex');
  await changeInHubSpot(crm, id, { enginy_task_key: key });

  const again = await (await startBridgeOn(crm)).send('POST', '/tasks', sent);

  expect(again.body.id).toBe(id);
  expect(crm.records('tasks')).toHaveLength(1);
});

test('creates each task when a resend cannot be distinguished from a second task', async () => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  await bridge.send('POST', '/tasks', { subject: 'Call' });
  await bridge.send('POST', '/tasks', { subject: 'Call' });

  expect(crm.records('tasks')).toHaveLength(2);
});

test('changes any field with PATCH, moves the task to another contact and company, and leaves the rest', async () => {
  const { crm, ada, grace, engines, mark } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const { id } = (
    await bridge.send('POST', '/tasks', { ...task, type: 'call', contactId: ada, companyId: engines, ownerId: '61' })
  ).body;

  const answer = await bridge.send('PATCH', `/tasks/${id}`, {
    subject: 'Write to Grace',
    type: 'letter',
    dueDate: '2026-07-01T09:00:00Z',
    ownerId: '62',
    contactId: grace,
    companyId: mark,
    completed: true,
    description: '',
  });
  const read = await bridge.send('GET', `/tasks/${id}`);

  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    id,
    subject: 'Write to Grace',
    description: task.description,
    type: 'letter',
    dueDate: '2026-07-01T09:00:00.000Z',
    ownerId: '62',
    contactId: grace,
    companyId: mark,
    completed: true,
    completedAt: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/),
  });
  expect(read.body).toEqual(answer.body);
  expect(crm.linked('tasks', id, 'contacts')).toEqual([grace]);
});

test('completes a task, completes it again and reopens it', async () => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const { id } = (await bridge.send('POST', '/tasks', task)).body;

  const completed = await bridge.send('PATCH', `/tasks/${id}`, { completed: true });
  const again = await bridge.send('PATCH', `/tasks/${id}`, { completed: true });
  const reopened = await bridge.send('PATCH', `/tasks/${id}`, { completed: false });

  expect(completed.body).toMatchObject({ completed: true, completedAt: expect.any(String) });
  expect(again.body).toEqual(completed.body);
  expect(reopened.body).toMatchObject({ completed: false, completedAt: null });
});

test('does not reset a task that is in progress in HubSpot with completed: false', async () => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const { id } = (await bridge.send('POST', '/tasks', task)).body;
  await changeInHubSpot(crm, id, { hs_task_status: 'IN_PROGRESS' });

  const answer = await bridge.send('PATCH', `/tasks/${id}`, { completed: false, subject: 'New' });

  expect(answer.body).toMatchObject({ completed: false, subject: 'New' });
  expect(crm.records('tasks')[0]?.properties.hs_task_status).toBe('IN_PROGRESS');
});

test('reads and completes tasks by the hundred with /tasks/batch, and omits unknown ids', async () => {
  const { crm, ada, engines } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const ids = crm.seed({
    tasks: Array.from({ length: 150 }, (_unused, index) => ({
      properties: { hs_task_subject: `Task ${index}`, hs_timestamp: '2026-06-01T09:00:00Z' },
    })),
  }).tasks;
  await bridge.send('PATCH', `/tasks/${ids[0]}`, { contactId: ada, companyId: engines });
  crm.clearLog();

  const read = await bridge.send('POST', '/tasks/batch', { ids: [...ids, '999', 'batch', ids[0]] });
  const readCalls = crm.log.length;
  crm.clearLog();
  const completed = await bridge.send('PATCH', '/tasks/batch', { ids: [...ids, '999'], completed: true });
  const writes = crm.log.filter(({ path }) => path.endsWith('/batch/update'));

  expect(read.status).toBe(200);
  expect(read.body.map(({ id }: { id: string }) => id)).toEqual(ids);
  expect(read.body[0]).toEqual({
    id: ids[0],
    subject: 'Task 0',
    dueDate: '2026-06-01T09:00:00.000Z',
    completed: false,
    completedAt: null,
  });
  expect(readCalls).toBe(2);
  expect(completed.status).toBe(200);
  expect(completed.body).toHaveLength(150);
  expect(
    completed.body.every((each: { completed: boolean; completedAt: unknown }) => each.completed && each.completedAt),
  ).toBe(true);
  expect(writes).toHaveLength(2);
});

test('returns contacts and companies of a batch where the mapping asks for them', async () => {
  const { crm, ada, engines } = await startSeededCrm();
  const dir = shippedFolder({
    'tasks.yaml': (text) => text.replace('links_in_batches: false', 'links_in_batches: true'),
  });
  const bridge = await startBridgeOn(crm, { MAPPINGS_DIR: dir });
  const task = await bridge.send('POST', '/tasks', { subject: 'Call', contactId: ada, companyId: engines });
  const { id } = task.body;

  const read = await bridge.send('POST', '/tasks/batch', { ids: [id] });
  const completed = await bridge.send('PATCH', '/tasks/batch', { ids: [id], completed: true });

  expect(read.body).toEqual([expect.objectContaining({ id, contactId: ada, companyId: engines })]);
  expect(completed.body).toEqual([expect.objectContaining({ contactId: ada, companyId: engines, completed: true })]);
});

test('reads a task that was completed long ago once a minute, until the bridge changes it', async () => {
  const { crm } = await startSeededCrm({ now: () => Date.parse('2026-01-01T10:00:00Z') });
  const bridge = await startBridgeOn(crm);
  const [old, open] = crm.seed({
    tasks: [
      { properties: { hs_task_subject: 'Old', hs_timestamp: '2026-01-01T09:00:00Z', hs_task_status: 'COMPLETED' } },
      { properties: { hs_task_subject: 'Open', hs_timestamp: '2026-06-01T09:00:00Z' } },
    ],
  }).tasks;
  const poll = async () => (await bridge.send('POST', '/tasks/batch', { ids: [old, open] })).body;
  await poll();
  crm.clearLog();

  const again = await poll();
  const asked = crm.log.map(({ body }) => body);
  await bridge.send('PATCH', `/tasks/${old}`, { completed: false });
  const reopened = await poll();

  expect(again.map(({ completed }: { completed: boolean }) => completed)).toEqual([true, false]);
  expect(JSON.stringify(asked)).not.toContain(`"${old}"`);
  expect(reopened[0]).toMatchObject({ id: old, completed: false });
});

test('returns a resent task without association calls', async () => {
  const { crm, ada, engines } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const task = { subject: 'Call', dueDate: '2026-06-01T09:00:00Z', contactId: ada, companyId: engines };
  const first = await bridge.send('POST', '/tasks', task);
  crm.clearLog();

  const second = await bridge.send('POST', '/tasks', task);

  expect(second.body).toEqual(first.body);
  expect(crm.log.filter(({ path }) => path.includes('/associations/'))).toEqual([]);
  expect(crm.records('tasks')).toHaveLength(1);
});

test('returns 404 in the words of the contract for an unknown task, and an empty list for an empty batch', async () => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  const got = await bridge.send('GET', '/tasks/424242');
  const patched = await bridge.send('PATCH', '/tasks/task-xyz', { completed: true });
  const batch = await bridge.send('POST', '/tasks/batch', { ids: [] });

  expect(got.status).toBe(404);
  expect(got.body).toMatchObject({ error: 'Task not found', message: 'No task exists with ID: 424242' });
  expect(patched.status).toBe(404);
  expect([batch.status, batch.body]).toEqual([200, []]);
});

test('returns 400 for an unknown contact, and skips an unknown owner and an invalid due date', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  const contact = await bridge.send('POST', '/tasks', { ...task, contactId: '424242' });
  const others = await bridge.send('POST', '/tasks', { ...task, contactId: ada, ownerId: '64', dueDate: 'soon' });
  const patched = await bridge.send('PATCH', `/tasks/${others.body.id}`, { companyId: '424242' });

  expect([contact.status, patched.status]).toEqual([400, 400]);
  expect(contact.body.message).toContain('no contact with id 424242');
  expect(others.status).toBe(201);
  expect(others.body.warnings).toEqual([
    expect.stringContaining('dueDate'),
    'ownerId was skipped: the CRM has no active owner 64',
  ]);
  expect(crm.records('tasks')).toHaveLength(1);
});

async function changeInHubSpot(crm: { url: string; token: string }, id: string, properties: object): Promise<void> {
  const response = await fetch(`${crm.url}/crm/v3/objects/tasks/${id}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${crm.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ properties }),
  });
  expect(response.status).toBe(200);
}

async function removeProperty(crm: { url: string; token: string }, name: string): Promise<void> {
  const response = await fetch(`${crm.url}/crm/v3/properties/tasks/${name}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${crm.token}` },
  });
  expect(response.status).toBe(204);
}
