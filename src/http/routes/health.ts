import { Router } from 'express';
import type { Crm } from '../../crm/crm.ts';
import { methodNotAllowed } from '../error-handler.ts';
import { callContext } from '../request-context.ts';

/** How long a good answer of the CRM speaks for it, so that a monitor does not use up the CRM's limit. */
const proofLastsMs = 30_000;

export interface HealthDeps {
  readonly crm: Crm;
  readonly isSandbox: boolean;
  readonly now?: () => number;
}

/** GET /health, Enginy's connection test: 200 when the CRM answers and accepts the token; 502 or 503 with the reason otherwise. */
export function healthRoute(deps: HealthDeps): Router {
  const now = deps.now ?? (() => performance.now());
  let provenAt = Number.NEGATIVE_INFINITY;
  const router = Router();
  router
    .route('/health')
    .get(async (_request, response) => {
      if (now() - provenAt > proofLastsMs) {
        await deps.crm.readAccount(callContext(response, 'urgent'));
        provenAt = now();
      }
      response.json({ status: 'ok', ...(deps.isSandbox ? { sandbox: true } : {}) });
    })
    .all(methodNotAllowed('GET'));
  return router;
}
