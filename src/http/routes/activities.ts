import { Router } from 'express';
import { logActivity } from '../../bridge/timeline/log-activity.ts';
import { readActivity } from '../../bridge/timeline/read-activity.ts';
import type { TimelineDeps } from '../../bridge/timeline/timeline-scope.ts';
import { ActivityBody } from '../../contract/activities.ts';
import { checkBody } from '../../contract/parse.ts';
import { readNotingFailure, timelineDecision, timelineSubject } from '../describe-decision.ts';
import { methodNotAllowed } from '../error-handler.ts';
import { noteDecisions, noteSubjects } from '../note-decisions.ts';
import { noteFacts } from '../request-context.ts';
import { timelineScopeOf } from '../timeline-scope-of.ts';

/** POST /activities logs one activity, GET /activities/:id returns it. */
export function activityRoutes(deps: TimelineDeps): Router {
  const router = Router();
  router
    .route('/activities')
    .post(async (request, response) => {
      noteSubjects(response, () => [timelineSubject('activities', request.body)]);
      const body = checkBody(ActivityBody, request.body);
      const { answer, isRepeat, decision } = await logActivity(timelineScopeOf(deps, response, 'urgent'), body);
      noteDecisions(response, () => [timelineDecision(answer, decision)]);
      noteFacts(response, { isRepeat, warned: answer.warnings?.length ?? 0 });
      response.status(201).json(answer);
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/activities/:id')
    .get(async (request, response) => {
      const { id } = request.params;
      const activity = await readNotingFailure(response, { object: 'activities', crmId: id }, () =>
        readActivity(timelineScopeOf(deps, response, 'urgent'), id),
      );
      response.json(activity);
    })
    .all(methodNotAllowed('GET'));
  return router;
}
