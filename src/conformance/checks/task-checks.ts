import type { Check } from '../check.ts';
import { demand, demandError, demandStatus, demandText, objectOf, objectsOf } from '../expectations.ts';
import { Nonconformity } from '../nonconformity.ts';
import type { CheckRun } from '../session.ts';
import { unusableIds } from './broken-entries.ts';

/** Tasks: one by one and in batches. They leave `task` and `other task` in the session, completed at the end. */
export const taskChecks: readonly Check[] = [
  {
    id: 'tasks.create',
    level: 'must',
    title: 'POST /tasks creates a task',
    remedy: 'Return 201 with the task and its id.',
    run: async (session) => {
      session.ids.set('task', await createTask(session, 'call', session.ids.get('contact')));
    },
  },
  {
    id: 'tasks.any-type',
    level: 'must',
    title: 'a type that the CRM does not know is accepted',
    remedy: 'Map unknown types to a plain task instead of rejecting them.',
    run: async (session) => {
      session.ids.set('other task', await createTask(session, 'send a postcard', session.ids.get('contact')));
    },
  },
  {
    id: 'tasks.no-subject',
    level: 'must',
    title: 'a task without a subject returns 400',
    remedy: 'Return 400 and name the missing field.',
    run: async ({ send }) => demandError(await send('POST', '/tasks', { body: { description: 'x' } }), 400),
  },
  {
    id: 'tasks.get',
    level: 'must',
    title: 'GET /tasks/:id returns the task as it was sent',
    remedy: 'Return id, subject, type and completed.',
    run: async (session) => {
      const task = objectOf(await session.send('GET', `/tasks/${session.id('task')}`));
      demand(task.id === session.id('task'), 'id is not the one that was created');
      demand(task.subject === subjectOf(session), 'subject is not the one that was sent');
      demand(task.completed === false, 'completed is not false');
    },
  },
  {
    id: 'tasks.get-type',
    level: 'should',
    title: 'the type that was sent is the type that is returned',
    remedy: "Store the type that was sent in addition to the CRM's, so that Enginy shows its own term.",
    run: async (session) => {
      const task = objectOf(await session.send('GET', `/tasks/${session.id('other task')}`));
      demand(task.type === 'send a postcard', 'type is not the one that was sent');
    },
  },
  {
    id: 'tasks.get-unknown',
    level: 'must',
    title: 'an unknown task returns 404',
    remedy: 'Return 404 with {"error": "Task not found"}.',
    run: async ({ send }) => demandError(await send('GET', '/tasks/999999999999'), 404),
  },
  {
    id: 'tasks.batch-get',
    level: 'must',
    title: 'POST /tasks/batch returns a list, without the ids that are unknown',
    remedy: 'Return a bare array, and omit unknown ids. Register /tasks/batch before /tasks/:id.',
    run: async (session) => {
      const reply = await session.send('POST', '/tasks/batch', { body: { ids: [session.id('task'), '999999999999'] } });
      demandStatus(reply, 200);
      const tasks = objectsOf(reply.body, 'the body');
      demand(
        tasks.length === 1 && tasks[0]?.id === session.id('task'),
        'the list does not consist of the one known task',
      );
    },
  },
  {
    id: 'tasks.batch-broken-ids',
    level: 'should',
    title: 'POST /tasks/batch ignores entries that are not ids, and returns the rest',
    remedy: 'Treat null, an empty text or an object among the ids like an unknown id.',
    run: async (session) => {
      const id = session.id('task');
      const reply = await session.send('POST', '/tasks/batch', { body: { ids: [...unusableIds, id] } });
      demandStatus(reply, 200);
      const tasks = objectsOf(reply.body, 'the body');
      demand(tasks.length === 1 && tasks[0]?.id === id, 'the list does not consist of the one known task');
    },
  },
  {
    id: 'tasks.batch-empty',
    level: 'should',
    title: 'POST /tasks/batch without ids returns an empty list',
    remedy: 'Answer [].',
    run: async ({ send }) =>
      demand(
        objectsOf((await send('POST', '/tasks/batch', { body: { ids: [] } })).body, 'the body').length === 0,
        'the list is not empty',
      ),
  },
  {
    id: 'tasks.batch-no-list',
    level: 'must',
    title: 'POST /tasks/batch without a list returns 400',
    remedy: 'Return 400 when ids is missing. An empty list would mean that all tasks were deleted.',
    run: async ({ send }) => demandError(await send('POST', '/tasks/batch', { body: {} }), 400),
  },
  {
    id: 'tasks.complete',
    level: 'must',
    title: 'PATCH /tasks/:id completes a task',
    remedy: 'Return 200 with completed: true and completedAt as ISO 8601.',
    run: async (session) => {
      const reply = await session.send('PATCH', `/tasks/${session.id('task')}`, { body: { completed: true } });
      demandStatus(reply, 200);
      demandCompleted(objectOf(reply));
    },
  },
  {
    id: 'tasks.reopen',
    level: 'should',
    title: 'PATCH /tasks/:id opens a task again',
    remedy: 'Accept completed: false.',
    run: async (session) => {
      const reply = await session.send('PATCH', `/tasks/${session.id('task')}`, { body: { completed: false } });
      demandStatus(reply, 200);
      demand(objectOf(reply).completed === false, 'completed is not false');
    },
  },
  {
    id: 'tasks.patch-unknown',
    level: 'must',
    title: 'PATCH of an unknown task returns 404',
    remedy: 'Return 404 with a JSON error.',
    run: async ({ send }) =>
      demandError(await send('PATCH', '/tasks/999999999999', { body: { completed: true } }), 404),
  },
  {
    id: 'tasks.batch-complete',
    level: 'must',
    title: 'PATCH /tasks/batch completes several tasks and returns them',
    remedy: 'Register PATCH /tasks/batch before PATCH /tasks/:id, and return a bare array of the updated tasks.',
    run: async (session) => {
      const ids = [session.id('task'), session.id('other task')];
      const reply = await session.send('PATCH', '/tasks/batch', { body: { ids, completed: true } });
      demandStatus(reply, 200);
      const tasks = objectsOf(reply.body, 'the body');
      demand(tasks.length === 2, `${tasks.length} tasks were returned for two ids`);
      for (const task of tasks) demandCompleted(task);
    },
  },
];

function subjectOf({ mark }: CheckRun): string {
  return `Conformance check ${mark}: please ignore`;
}

async function createTask(session: CheckRun, type: string, contactId: string | undefined): Promise<string> {
  const task = {
    subject: subjectOf(session),
    description: 'Created by a test',
    type,
    dueDate: '2030-01-01T10:00:00.000Z',
  };
  const reply = await session.send('POST', '/tasks', {
    body: { ...task, ...(contactId !== undefined && { contactId }) },
  });
  demandStatus(reply, 200, 201);
  return demandText(objectOf(reply).id, 'id');
}

function demandCompleted(task: Record<string, unknown>): void {
  demand(task.completed === true, 'completed is not true');
  if (typeof task.completedAt !== 'string' || Number.isNaN(Date.parse(task.completedAt))) {
    throw new Nonconformity('completedAt is not a date');
  }
}
