import { Router } from 'express';
import type { IndexState } from '../../bridge/identity-index.ts';
import type { ReloadState } from '../../mapping/load/reload-state.ts';
import { formatDiagnostic } from '../../mapping/schema/diagnostic.ts';
import type { KeyCheck } from '../authenticate.ts';
import { methodNotAllowed } from '../error-handler.ts';
import { noteFacts } from '../request-context.ts';

export interface Readiness {
  /** False once the process is stopping. */
  isReady(): boolean;
  mappingState(): ReloadState;
  /** Undefined where the bridge shares nothing with other replicas. */
  replicas?(): ReplicaOverview | undefined;
  /** Undefined where the identity index is off. */
  indexState?(): readonly IndexState[] | undefined;
}

export interface OtherReplica {
  readonly name: string;
  readonly mapping: string;
  readonly loadedAt: string;
  readonly reloadedAt?: string;
  readonly isEditRefused: boolean;
  readonly seenMsAgo: number;
}

interface ReplicaOverview {
  readonly others: readonly OtherReplica[];
  /** They have used different mapping files for five minutes. */
  readonly hasDiffered: boolean;
}

/**
 * GET /livez and GET /readyz for an orchestrator: no key, no call, no details. With the key, /readyz also reports the active mapping
 * files and what is wrong with a rejected edit. Such an edit does not change the status: the last valid version serves.
 */
export function probeRoutes(readiness: Readiness, keyCheck: KeyCheck): Router {
  const router = Router();
  router
    .route('/livez')
    .get((_request, response) => {
      response.json({ status: 'ok' });
    })
    .all(methodNotAllowed('GET'));
  router
    .route('/readyz')
    .get(async (request, response) => {
      const hasKey = request.headers[keyCheck.header] !== undefined;
      const key = hasKey ? await keyCheck.check(request) : 'missing';
      if (key === 'unknown') noteFacts(response, { key, client: request.ip });
      const isReady = readiness.isReady();
      const details = key === 'known' ? describe(readiness) : {};
      response.status(isReady ? 200 : 503).json({ status: isReady ? 'ok' : 'stopping', ...details });
    })
    .all(methodNotAllowed('GET'));
  return router;
}

function describe(readiness: Readiness): object {
  const replicas = readiness.replicas?.();
  const index = readiness.indexState?.();
  const common = {
    mapping: describeMapping(readiness.mappingState()),
    ...(index !== undefined && { identityIndex: index.map(describeIndex) }),
  };
  if (replicas === undefined) return common;
  return {
    ...common,
    replicasDiffer: replicas.hasDiffered,
    replicas: replicas.others.map(({ seenMsAgo, ...replica }) => ({
      ...replica,
      seenSecondsAgo: Math.round(seenMsAgo / 1_000),
    })),
  };
}

function describeIndex({ objectType, failing, rules, sweptAgoMs, listing, records, drift }: IndexState): object {
  return {
    object: objectType,
    rules: rules.all,
    complete: rules.complete,
    ...(failing !== undefined && { failing }),
    ...(sweptAgoMs !== undefined && { sweptSecondsAgo: Math.round(sweptAgoMs / 1_000) }),
    ...(listing !== undefined && { listing: listing.records }),
    records,
    drift,
  };
}

function describeMapping({ refused, ...active }: ReloadState): object {
  if (refused === undefined) return active;
  return { ...active, refused: { at: refused.at, findings: refused.diagnostics.map(formatDiagnostic) } };
}
