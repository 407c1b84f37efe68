import express, { type Express } from 'express';
import helmet from 'helmet';
import type { pino } from 'pino';
import { recordKinds } from './contract/records.ts';
import { authenticate } from './http/authenticate.ts';
import { errorHandler, notFound } from './http/error-handler.ts';
import { jsonBody } from './http/json-body.ts';
import { startDeadline } from './http/request-context.ts';
import { requestLog } from './http/request-log.ts';
import { type HealthDeps, healthRoute } from './http/routes/health.ts';
import { probeRoutes, type Readiness } from './http/routes/probes.ts';
import { type RecordRouteDeps, recordRoutes } from './http/routes/records.ts';

export interface AppDeps extends RecordRouteDeps, HealthDeps, Readiness {
  readonly log: pino.Logger;
}

export interface AppSettings {
  readonly auth: { readonly header: string; readonly keys: readonly string[] };
  readonly bodyLimitBytes: number;
  readonly requestTimeoutMs: number;
}

/** The middleware and routes, in the order in which a request meets them. */
export function createApp(deps: AppDeps, settings: AppSettings): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(requestLog(deps.log));
  app.use(helmet());
  app.use(probeRoutes(deps));
  app.use(startDeadline(settings.requestTimeoutMs));
  app.use(authenticate(settings.auth));
  app.use(healthRoute(deps));
  app.use(jsonBody(settings.bodyLimitBytes));
  for (const kind of recordKinds) app.use(recordRoutes(deps, kind));
  app.use(notFound);
  app.use(errorHandler(deps.log));
  return app;
}
