import { expect, test } from 'vitest';
import { fakeCrm } from '../support/fake-crm.ts';
import { startApp } from '../support/start-app.ts';

test('a time of the CRM that is not a date is omitted with a warning, whatever reads the task or activity', async () => {
  const crm = fakeCrm();
  const properties = { hs_task_subject: 'Call', hs_timestamp: 'soon', hs_task_completion_date: 'later' };
  crm.put('tasks', { id: '7', properties: { ...properties, hs_task_status: 'COMPLETED' } });
  crm.put('tasks', { id: '8', properties: { ...properties, hs_timestamp: '2026-06-01T09:00:00Z' } });
  crm.put('emails', { id: '9', properties: { hs_timestamp: '31/31/2026' } });
  const app = await startApp(crm);

  const task = await app.send('GET', '/tasks/7');
  const batch = await app.send('POST', '/tasks/batch', { ids: ['7', '8'] });
  const patched = await app.send('PATCH', '/tasks/7', { completed: true });
  const activity = await app.send('GET', '/activities/9');

  const omitted = (field: string) => `${field} was omitted: the CRM's value is not a date`;
  const warnings = [omitted('dueDate'), omitted('completedAt')];
  expect(task.body).toMatchObject({ completed: true, completedAt: null, warnings });
  expect(task.body).not.toHaveProperty('dueDate');
  expect(batch.body).toMatchObject([{ id: '7', warnings }, { dueDate: '2026-06-01T09:00:00.000Z' }]);
  expect(batch.body[1]).not.toHaveProperty('warnings');
  expect(patched.body).toMatchObject({ warnings });
  expect(activity.body).toMatchObject({ id: '9', warnings: [omitted('occurredAt')] });
  expect(activity.body).not.toHaveProperty('occurredAt');
});
