import { type RequestHandler, Router } from 'express';
import { changeTask, completeTasks } from '../../bridge/timeline/change-tasks.ts';
import { createTask } from '../../bridge/timeline/create-task.ts';
import { readTask, readTaskBatch } from '../../bridge/timeline/read-tasks.ts';
import type { TimelineDeps } from '../../bridge/timeline/timeline-scope.ts';
import type { RefusedEntry } from '../../contract/entries.ts';
import { checkBody } from '../../contract/parse.ts';
import { readIds } from '../../contract/sent-ids.ts';
import { IdsBody, TaskBatchPatch, TaskBody, TaskPatch } from '../../contract/tasks.ts';
import {
  decisionsOf,
  readNoted,
  readNotingFailure,
  taskDecisions,
  timelineDecision,
  timelineSubject,
} from '../describe-decision.ts';
import { methodNotAllowed } from '../error-handler.ts';
import { noteDecisions, noteSubjects } from '../note-decisions.ts';
import { noteFacts } from '../request-context.ts';
import { sendCounted } from '../send-counted.ts';
import { timelineScopeOf } from '../timeline-scope-of.ts';
import { noteUnusableIds } from '../unusable-ids.ts';

/** Tasks, one by one and many at once. `/tasks/batch` comes first: `batch` is not an id. */
export function taskRoutes(deps: TimelineDeps): Router {
  const router = Router();
  router.route('/tasks').post(createHandler(deps)).all(methodNotAllowed('POST'));
  router
    .route('/tasks/batch')
    .post(batchReadHandler(deps))
    .patch(batchPatchHandler(deps))
    .all(methodNotAllowed('POST', 'PATCH'));
  router
    .route('/tasks/:id')
    .get(async (request, response) => {
      const { id } = request.params;
      const { answer } = await readNotingFailure(response, { object: 'tasks', crmId: id }, () =>
        readTask(timelineScopeOf(deps, response, 'urgent'), id),
      );
      response.json(answer);
    })
    .patch(async (request, response) => {
      const { id } = request.params;
      noteSubjects(response, () => [{ ...timelineSubject('tasks', request.body), crmId: id }]);
      const patch = checkBody(TaskPatch, request.body);
      const { answer, decision } = await changeTask(timelineScopeOf(deps, response, 'urgent'), id, patch);
      noteDecisions(response, () => [timelineDecision(answer, decision)]);
      response.json(answer);
    })
    .all(methodNotAllowed('GET', 'PATCH'));
  return router;
}

function createHandler(deps: TimelineDeps): RequestHandler {
  return async (request, response) => {
    noteSubjects(response, () => [timelineSubject('tasks', request.body)]);
    const body = checkBody(TaskBody, request.body);
    const { answer, isRepeat, decision } = await createTask(timelineScopeOf(deps, response, 'urgent'), body);
    noteDecisions(response, () => [timelineDecision(answer, decision)]);
    noteFacts(response, { isRepeat, warned: answer.warnings?.length ?? 0 });
    response.status(201).json(answer);
  };
}

function batchReadHandler(deps: TimelineDeps): RequestHandler {
  return async (request, response) => {
    const { ids, refused, asSent } = await readIds(IdsBody, request.body);
    const tasks = await readTaskBatch(timelineScopeOf(deps, response, urgencyOf(ids)), ids);
    noteUnusableIds(response, refused);
    noteFacts(response, { records: ids.length + refused.length, found: tasks.length });
    sendCounted(
      response,
      tasks.map((task) => ({ ...task, id: asSent(task.id) })),
    );
  };
}

function batchPatchHandler(deps: TimelineDeps): RequestHandler {
  return async (request, response) => {
    const toSubject = ({ index }: RefusedEntry) => ({ object: 'tasks', position: index, emails: [] }) as const;
    const {
      ids: asked,
      refused,
      asSent,
    } = await readNoted(response, toSubject, () => readIds(TaskBatchPatch, request.body));
    // readIds has checked the body.
    const { completed } = request.body as TaskBatchPatch;
    noteSubjects(response, () => [
      ...asked.map((crmId) => ({ object: 'tasks', crmId, emails: [] }) as const),
      ...refused.map(toSubject),
    ]);
    const changed = await completeTasks(timelineScopeOf(deps, response, urgencyOf(asked)), asked, completed);
    const answers = changed.map(({ answer }) => answer);
    noteDecisions(response, () => decisionsOf({ refused }, taskDecisions(asked, changed)));
    noteUnusableIds(response, refused);
    noteFacts(response, { records: asked.length + refused.length, found: answers.length });
    response.json(answers.map((task) => ({ ...task, id: asSent(task.id) })));
  };
}

/** As many tasks as fit one call are as fast as a single task, and a user may be waiting. */
function urgencyOf(ids: readonly string[]): 'urgent' | 'bulk' {
  return ids.length <= 100 ? 'urgent' : 'bulk';
}
