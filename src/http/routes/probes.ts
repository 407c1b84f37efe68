import { Router } from 'express';
import { methodNotAllowed } from '../error-handler.ts';

export interface Readiness {
  /** False from the moment on which the process was told to stop. */
  isReady(): boolean;
}

/** GET /livez and GET /readyz for an orchestrator: no key, no details. */
export function probeRoutes(readiness: Readiness): Router {
  const router = Router();
  router
    .route('/livez')
    .get((_request, response) => {
      response.json({ status: 'ok' });
    })
    .all(methodNotAllowed('GET'));
  router
    .route('/readyz')
    .get((_request, response) => {
      const isReady = readiness.isReady();
      response.status(isReady ? 200 : 503).json({ status: isReady ? 'ok' : 'stopping' });
    })
    .all(methodNotAllowed('GET'));
  return router;
}
