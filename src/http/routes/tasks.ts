import { type RequestHandler, Router } from 'express';
import { changeTask, completeTasks } from '../../bridge/timeline/change-tasks.ts';
import { createTask, type TaskDeps } from '../../bridge/timeline/create-task.ts';
import { readTask, readTasks } from '../../bridge/timeline/read-tasks.ts';
import { idOf } from '../../contract/optional-fields.ts';
import { checkBody } from '../../contract/parse.ts';
import { IdsBody, TaskBatchPatch, TaskBody, TaskPatch } from '../../contract/tasks.ts';
import { methodNotAllowed } from '../error-handler.ts';
import { mappingsOf } from '../mappings-in-force.ts';
import { callContext, noteFacts } from '../request-context.ts';

/** Tasks, one by one and many at once. `/tasks/batch` comes first: `batch` is no id. */
export function taskRoutes(deps: TaskDeps): Router {
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
      const { answer } = await readTask(deps, mappingsOf(response), request.params.id, callContext(response, 'urgent'));
      response.json(answer);
    })
    .patch(async (request, response) => {
      const patch = checkBody(TaskPatch, request.body);
      const context = callContext(response, 'urgent');
      response.json(await changeTask(deps, mappingsOf(response), request.params.id, patch, context));
    })
    .all(methodNotAllowed('GET', 'PATCH'));
  return router;
}

function createHandler(deps: TaskDeps): RequestHandler {
  return async (request, response) => {
    const body = checkBody(TaskBody, request.body);
    const { answer, isRepeat } = await createTask(deps, mappingsOf(response), body, callContext(response, 'urgent'));
    noteFacts(response, { task: answer.id, isRepeat, warned: answer.warnings?.length ?? 0 });
    response.status(201).json(answer);
  };
}

function batchReadHandler(deps: TaskDeps): RequestHandler {
  return async (request, response) => {
    const ids = idsOf(checkBody(IdsBody, request.body).ids);
    const tasks = await readTasks(deps, mappingsOf(response), ids, callContext(response, urgencyOf(ids)));
    noteFacts(response, { records: ids.length, found: tasks.size });
    response.json([...tasks.values()].map(({ answer }) => answer));
  };
}

function batchPatchHandler(deps: TaskDeps): RequestHandler {
  return async (request, response) => {
    const { ids, completed } = checkBody(TaskBatchPatch, request.body);
    const asked = idsOf(ids);
    const answers = await completeTasks(
      deps,
      mappingsOf(response),
      asked,
      completed,
      callContext(response, urgencyOf(asked)),
    );
    noteFacts(response, { records: asked.length, found: answers.length });
    response.json(answers);
  };
}

/** What one call can carry is as quick as a single task, and somebody may be waiting for it. */
function urgencyOf(ids: readonly string[]): 'urgent' | 'bulk' {
  return ids.length <= 100 ? 'urgent' : 'bulk';
}

function idsOf(ids: IdsBody['ids']): string[] {
  return ids.flatMap((id) => idOf(id) ?? []);
}
