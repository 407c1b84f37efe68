import { Router } from 'express';
import { type ActivityDeps, logActivity } from '../../bridge/timeline/log-activity.ts';
import { readActivity } from '../../bridge/timeline/read-activity.ts';
import { ActivityBody } from '../../contract/activities.ts';
import { checkBody } from '../../contract/parse.ts';
import { methodNotAllowed } from '../error-handler.ts';
import { mappingsOf } from '../mappings-in-force.ts';
import { callContext, noteFacts } from '../request-context.ts';

/** POST /activities logs one activity, GET /activities/:id tells it again. */
export function activityRoutes(deps: ActivityDeps): Router {
  const router = Router();
  router
    .route('/activities')
    .post(async (request, response) => {
      const body = checkBody(ActivityBody, request.body);
      const { answer, isRepeat } = await logActivity(deps, mappingsOf(response), body, callContext(response, 'urgent'));
      noteFacts(response, { activity: answer.id, type: answer.type, isRepeat, warned: answer.warnings?.length ?? 0 });
      response.status(201).json(answer);
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/activities/:id')
    .get(async (request, response) => {
      response.json(await readActivity(deps, mappingsOf(response), request.params.id, callContext(response, 'urgent')));
    })
    .all(methodNotAllowed('GET'));
  return router;
}
