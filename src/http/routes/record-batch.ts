import { Router } from 'express';
import type { OwnerList } from '../../bridge/writes/owners-to-return.ts';
import { readById } from '../../bridge/records/read-by-id.ts';
import type { RecordKind } from '../../contract/records.ts';
import { readIds } from '../../contract/sent-ids.ts';
import { IdsBody } from '../../contract/tasks.ts';
import type { LookupCrm } from '../../bridge/lookups/batching-crm.ts';
import type { Logger } from '../../logger.ts';
import { recordMappingOf } from '../active-mappings.ts';
import { methodNotAllowed } from '../error-handler.ts';
import { callContext, noteFacts } from '../request-context.ts';
import { sendCounted } from '../send-counted.ts';
import { noteUnusableIds } from '../unusable-ids.ts';

export interface RecordBatchDeps {
  readonly lookupCrm: LookupCrm;
  readonly owners: OwnerList;
  readonly log: Logger;
}

/** POST /contacts/batch and /companies/batch: records by id, under Enginy's names. */
export function recordBatchRoutes(deps: RecordBatchDeps, kind: RecordKind): Router {
  const router = Router();
  router
    .route(`/${kind}/batch`)
    .post(async (request, response) => {
      const { ids, refused, asSent } = await readIds(IdsBody, request.body);
      const mapping = recordMappingOf(response, kind);
      const results = await readById({ ...deps, mapping, context: callContext(response, 'bulk') }, ids);
      noteUnusableIds(response, refused);
      noteFacts(response, { records: ids.length + refused.length, found: results.length });
      sendCounted(response, { results: results.map((record) => ({ ...record, id: asSent(record.id) })) });
    })
    .all(methodNotAllowed('POST'));
  return router;
}
