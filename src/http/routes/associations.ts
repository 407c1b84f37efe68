import { Router } from 'express';
import { linkRecords } from '../../bridge/records/link-records.ts';
import { AssociationsBody } from '../../contract/associations.ts';
import { checkBody } from '../../contract/parse.ts';
import type { Crm } from '../../crm/crm.ts';
import { mappingsOf } from '../active-mappings.ts';
import { pairDecision, pairSubject } from '../describe-decision.ts';
import { methodNotAllowed } from '../error-handler.ts';
import { noteDecisions, noteSubjects } from '../note-decisions.ts';
import { callContext, noteFacts } from '../request-context.ts';

/** POST /associations: links contacts with companies. */
export function associationRoutes(deps: { readonly crm: Crm }): Router {
  const router = Router();
  router
    .route('/associations')
    .post(async (request, response) => {
      const { associations } = checkBody(AssociationsBody, request.body);
      const scope = { ...deps, mappings: mappingsOf(response), context: callContext(response, 'bulk') };
      noteSubjects(response, () =>
        associations.map(({ contactCRMId, companyCRMId }) => pairSubject(contactCRMId, companyCRMId)),
      );
      const { answer, pairs } = await linkRecords(scope, associations);
      noteSubjects(response, () => pairs.map(({ fromId, toId }) => pairSubject(fromId, toId)));
      noteDecisions(response, () => pairs.map(({ problem }) => pairDecision(problem)));
      noteFacts(response, { pairs: associations.length, linked: answer.created, failed: answer.errors?.length ?? 0 });
      response.json(answer);
    })
    .all(methodNotAllowed('POST'));
  return router;
}
