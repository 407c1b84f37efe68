import { Router } from 'express';
import { linkRecords } from '../../bridge/records/link-records.ts';
import { readPairs } from '../../contract/sent-pairs.ts';
import type { Crm } from '../../crm/crm.ts';
import { mappingsOf } from '../active-mappings.ts';
import { decisionsOf, pairDecision, pairSubject, readNoted, refusedPairSubject } from '../describe-decision.ts';
import { methodNotAllowed } from '../error-handler.ts';
import { noteDecisions, noteSubjects } from '../note-decisions.ts';
import { callContext, noteFacts } from '../request-context.ts';

/** POST /associations: links contacts with companies. */
export function associationRoutes(deps: { readonly crm: Pick<Crm, 'linkAs'> }): Router {
  const router = Router();
  router
    .route('/associations')
    .post(async (request, response) => {
      const {
        pairs: associations,
        refused,
        complete,
      } = await readNoted(response, refusedPairSubject, () => readPairs(request.body));
      const scope = { ...deps, mappings: mappingsOf(response), context: callContext(response, 'bulk') };
      noteSubjects(response, () => [
        ...associations.map(({ contactCRMId, companyCRMId }) => pairSubject(contactCRMId, companyCRMId)),
        ...refused.map(refusedPairSubject),
      ]);
      const { answer, pairs, removed } = await linkRecords(scope, associations);
      noteSubjects(response, () => [
        ...pairs.map(({ fromId, toId }) => pairSubject(fromId, toId)),
        ...refused.map(refusedPairSubject),
      ]);
      noteDecisions(response, () =>
        decisionsOf(
          { refused },
          pairs.map(({ problem }) => pairDecision(problem)),
        ),
      );
      const completed = complete(answer);
      noteFacts(response, {
        pairs: associations.length + refused.length,
        linked: answer.created,
        failed: completed.errors?.length ?? 0,
        ...(removed.length > 0 && { removed }),
        ...(answer.warnings !== undefined && { warnings: answer.warnings }),
      });
      response.json(completed);
    })
    .all(methodNotAllowed('POST'));
  return router;
}
