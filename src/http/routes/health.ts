import { Router } from 'express';
import type { DirectCrm } from '../../bridge/lookups/batching-crm.ts';
import { createConnectionCheck } from '../../bridge/connection-check.ts';
import { type Clock, systemClock } from '../../crm/clock.ts';
import type { HealthAnswer } from '../../contract/health.ts';
import { methodNotAllowed } from '../error-handler.ts';
import { callContext } from '../request-context.ts';

export interface HealthDeps {
  readonly crm: DirectCrm;
  readonly isSandbox: boolean;
  readonly now?: () => number;
  /** The system's unless given. */
  readonly timers?: Clock;
}

/**
 * GET /health, Enginy's connection test: 200 when the CRM answers and accepts the token, and while a connection that was proven has
 * passing trouble; 502 or 503 with the reason otherwise. Responds within three seconds.
 */
export function healthRoute(deps: HealthDeps): Router {
  const checkConnection = createConnectionCheck(
    deps.crm,
    deps.timers ?? { ...systemClock, ...(deps.now !== undefined && { now: deps.now }) },
  );
  const router = Router();
  router
    .route('/health')
    .get(async (_request, response) => {
      const state = await checkConnection(callContext(response, 'urgent'));
      const answer: HealthAnswer = { ...state, ...(deps.isSandbox ? { sandbox: true } : {}) };
      response.json(answer);
    })
    .all(methodNotAllowed('GET'));
  return router;
}
