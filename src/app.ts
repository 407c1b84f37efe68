import express, { type Express } from 'express';
import helmet from 'helmet';
import type { pino } from 'pino';
import { recordKinds } from './contract/records.ts';
import type { Bridge } from './create-bridge.ts';
import { takeMappings } from './http/active-mappings.ts';
import { authenticate, createKeyCheck, type KeySettings } from './http/authenticate.ts';
import { normalizePath } from './http/base-path.ts';
import { type BodyLimits, defaultBodyLimits } from './http/body/body-limits.ts';
import { errorHandler, noSuchEndpoint } from './http/error-handler.ts';
import { jsonBody } from './http/body/json-body.ts';
import { noStore } from './http/no-store.ts';
import type { DecisionListener } from './bridge/decisions.ts';
import { followDecisions } from './http/note-decisions.ts';
import { type RequestRecorder, recordRequests } from './http/record-requests.ts';
import { startDeadline } from './http/request-context.ts';
import { requestLog } from './http/request-log.ts';
import { measureRequests, type RequestMeter } from './http/request-meter.ts';
import { activityRoutes } from './http/routes/activities.ts';
import { associationRoutes } from './http/routes/associations.ts';
import { type HealthDeps, healthRoute } from './http/routes/health.ts';
import { openApiRoute } from './http/routes/openapi.ts';
import { probeRoutes, type Readiness } from './http/routes/probes.ts';
import { recordBatchRoutes } from './http/routes/record-batch.ts';
import { recordRoutes } from './http/routes/records.ts';
import { taskRoutes } from './http/routes/tasks.ts';
import { userRoutes } from './http/routes/users.ts';
import { type RequestTracer, traceRequests } from './http/trace-requests.ts';
import type { Mappings } from './mapping/load/file-kinds.ts';
import { version } from './version.ts';

export interface AppDeps extends Bridge, HealthDeps, Readiness {
  /** The active mapping files; read once per request. */
  readonly mappings: () => Mappings;
  /** If absent, nothing is measured. */
  readonly meter?: RequestMeter;
  /** If absent, no trace is continued. */
  readonly tracer?: RequestTracer;
  readonly log: pino.Logger;
  /** Records requests for captures; if absent, there are none. */
  readonly recorder?: RequestRecorder | undefined;
  /** Receives what was decided about each record; nothing is noted unless given. */
  readonly decisionListener?: DecisionListener | undefined;
}

export interface AppSettings {
  readonly auth: KeySettings;
  /** See {@link normalizePath}; '' by default. */
  readonly basePath?: string;
  /** The defaults apply to what is not given. */
  readonly bodyLimits: Partial<BodyLimits>;
  readonly requestTimeoutMs: number;
  /** See `TRUST_PROXY`; by default no proxy is trusted. */
  readonly trustProxy?: number | readonly string[] | undefined;
}

/** The middleware and routes, in the order in which a request passes them. */
export function createApp(deps: AppDeps, settings: AppSettings): Express {
  const app = express();
  const keyCheck = createKeyCheck(settings.auth, { meter: deps.meter, now: deps.now });
  app.disable('x-powered-by');
  app.disable('etag');
  if (settings.trustProxy !== undefined) app.set('trust proxy', settings.trustProxy);
  app.use(normalizePath(settings.basePath ?? ''));
  app.use(requestLog(deps.log));
  if (deps.tracer !== undefined) app.use(traceRequests(deps.tracer));
  if (deps.meter !== undefined) app.use(measureRequests(deps.meter));
  app.use(helmet());
  app.use(noStore);
  app.use(probeRoutes(deps, keyCheck));
  app.use(startDeadline(settings.requestTimeoutMs, deps.now));
  app.use(authenticate(keyCheck));
  // After the key: callers without one must not fill the disk.
  app.use(followDecisions(deps.decisionListener, deps.log));
  app.use(recordRequests(deps.recorder, () => deps.mappings().hash));
  app.use(takeMappings(deps.mappings));
  app.use(healthRoute(deps));
  app.use(openApiRoute({ version, keyHeader: settings.auth.header }));
  app.use(jsonBody({ ...defaultBodyLimits, ...settings.bodyLimits }));
  app.use(userRoutes(deps));
  for (const kind of recordKinds) app.use(recordRoutes(deps, kind), recordBatchRoutes(deps, kind));
  app.use(associationRoutes(deps));
  app.use(activityRoutes(deps));
  app.use(taskRoutes(deps));
  app.use(noSuchEndpoint);
  app.use(errorHandler(deps.log));
  return app;
}
