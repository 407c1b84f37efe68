import { Router } from 'express';
import type { ReloadState } from '../../mapping/load/reload-state.ts';
import { formatDiagnostic } from '../../mapping/schema/diagnostic.ts';
import { createKeyCheck, type KeySettings } from '../authenticate.ts';
import { methodNotAllowed } from '../error-handler.ts';

export interface Readiness {
  /** False from the moment on which the process was told to stop. */
  isReady(): boolean;
  mappingState(): ReloadState;
}

/**
 * GET /livez and GET /readyz for an orchestrator: no key, no call, no details. Whoever sends the key learns from /readyz which
 * mapping files are in force, and what is wrong with an edit that was refused. Such an edit makes nobody unready: the last good
 * version serves.
 */
export function probeRoutes(readiness: Readiness, auth: KeySettings): Router {
  const judgeKey = createKeyCheck(auth);
  const router = Router();
  router
    .route('/livez')
    .get((_request, response) => {
      response.json({ status: 'ok' });
    })
    .all(methodNotAllowed('GET'));
  router
    .route('/readyz')
    .get((request, response) => {
      const isReady = readiness.isReady();
      const details = judgeKey(request) === 'known' ? { mapping: describeMapping(readiness.mappingState()) } : {};
      response.status(isReady ? 200 : 503).json({ status: isReady ? 'ok' : 'stopping', ...details });
    })
    .all(methodNotAllowed('GET'));
  return router;
}

function describeMapping({ hash, loadedAt, refused }: ReloadState): object {
  if (refused === undefined) return { hash, loadedAt };
  return { hash, loadedAt, refused: { at: refused.at, findings: refused.diagnostics.map(formatDiagnostic) } };
}
