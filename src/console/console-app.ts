import { readFileSync } from 'node:fs';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, Router } from 'express';
import type { Logger } from '../logger.ts';
import { isForeignFetch, isFromOwnPage, type Site, siteOf } from './access/same-site.ts';
import { ThreadCallError } from './archive/call-thread.ts';
import type { Audit } from './audit.ts';
import type { ConsoleAccess } from './console-access.ts';
import { eventRoutes } from './event-routes.ts';
import { html } from './html/html.ts';
import type { EventHub } from './live/event-hub.ts';
import { createPageSender, postedFields, type PageSender, type PlainPage } from './page-sender.ts';
import { demandRole, screenRoutes } from './screen-routes.ts';
import type { Screen } from './screens/screen.ts';
import { securityHeaders } from './security-headers.ts';
import { signInRoutes } from './sign-in-routes.ts';

export interface ConsoleAppDeps {
  readonly screens: readonly Screen[];
  readonly isSandbox: boolean;
  readonly access: ConsoleAccess;
  readonly audit: Audit;
  readonly events: EventHub;
  readonly log: Logger;
}

/** The middleware and routes of the console, in the order in which a request passes them. */
export function createConsoleApp({ screens, isSandbox, access, audit, events, log }: ConsoleAppDeps): Express {
  const pages = createPageSender(screens, isSandbox);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', access.trustedProxies);
  app.use(securityHeaders());
  app.use(demandOwnSite(access));
  app.use(fileRoutes());
  app.use(express.text({ type: 'application/x-www-form-urlencoded', limit: maxFormBytes }));
  app.use(demandOwnPage);
  app.use(signInRoutes({ access, pages, audit }));
  app.use(themeRoute({ access, pages }));
  app.use(eventRoutes(screens, { access, events }));
  app.use(screenRoutes(screens, { access, pages, audit }));
  app.use((request, response) => {
    pages.sendPlain(request, response, {
      title: 'No such page',
      status: 404,
      body: html`<p><a href="/console">Overview</a></p>`,
    });
  });
  app.use(errorPage(pages, log));
  return app;
}

/** A pasted mapping file or payload. */
const maxFormBytes = 2 * 1024 ** 2;

/** Serves only the console's own names, so that no other name can resolve to it, and nothing for pages of other sites. */
function demandOwnSite({ own }: ConsoleAccess): RequestHandler {
  return (request, response, next) => {
    const site = siteOf(request.headers, own);
    if (site === undefined) {
      response
        .status(421)
        .type('text')
        .send('Unknown host: set CONSOLE_URL to the address of the console, or use localhost.\n');
    } else if (isForeignFetch(request.headers)) {
      response.status(403).type('text').send('The console does not accept requests from other sites.\n');
    } else {
      response.locals.site = site;
      if (site.isHttps) response.setHeader('Strict-Transport-Security', 'max-age=31536000');
      next();
    }
  };
}

/** What changes something comes from a page of the console. */
const demandOwnPage: RequestHandler = (request, response, next) => {
  const site: Site = response.locals.site;
  if (request.method === 'GET' || request.method === 'HEAD' || isFromOwnPage(request.headers, site)) next();
  else {
    const text = site.isHttps || request.headers['sec-fetch-site'] !== undefined ? '' : ' Use HTTPS, or localhost.';
    response.status(403).type('text').send(`This request does not come from a page of the console.${text}\n`);
  }
};

/** What browsers load; read once. */
function fileRoutes(): Router {
  const router = Router();
  for (const [name, type] of [
    ['console.css', 'css'],
    ['client.js', 'js'],
  ] as const) {
    const text = readFileSync(new URL(`client/${name}`, import.meta.url), 'utf8');
    router.get(`/console/${name}`, (_request, response) => {
      response.type(type).send(text);
    });
  }
  return router;
}

const themes: readonly string[] = ['light', 'dark', 'system'];

function themeRoute(deps: { readonly access: ConsoleAccess; readonly pages: PageSender }): Router {
  const router = Router();
  router.post('/console/theme', demandRole('viewer', deps), (request, response) => {
    const { user } = response.locals;
    const form = postedFields(request);
    const theme = form.get('theme') ?? '';
    const back = form.get('return') ?? '';
    const site: Site = response.locals.site;
    const maxAge = theme === 'system' ? 0 : 365 * 86_400_000;
    if (!themes.includes(theme)) {
      const body = html`<p role="alert">Not understood: theme.</p>`;
      deps.pages.sendPlain(request, response, { title: 'Not understood', status: 400, user, body });
      return;
    }
    response.cookie('eb-theme', theme, { maxAge, sameSite: 'strict', httpOnly: true, secure: site.isHttps });
    response.redirect(303, /^\/console(?:[/?]|$)/.test(back) ? back : '/console');
  });
  return router;
}

function errorPage(pages: PageSender, log: Logger): ErrorRequestHandler {
  // biome-ignore lint/complexity/useMaxParams: Express recognizes error handlers by their four parameters
  return (error, request, response, next) => {
    const page = pageOf(error, request.method === 'GET' ? request.originalUrl : '/console');
    if (page.status === 500) log.error({ err: error, path: request.route?.path }, 'a page of the console failed');
    if (response.headersSent) {
      next(error);
      return;
    }
    if (page.status === 503) response.setHeader('Retry-After', '10');
    pages.sendPlain(request, response, { ...page, user: response.locals.user });
  };
}

function pageOf(error: unknown, path: string): PlainPage {
  if (error instanceof ThreadCallError) {
    const body = html`<p role="alert">${error.message}.</p>
<p>Enginy's requests are not affected. Wait a few seconds, then <a href="${path}">reload the page</a>. If it fails again, see the bridge log.</p>`;
    return { title: 'Not available at the moment', status: 503, body };
  }
  const given = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (typeof given === 'number' && given < 500)
    return {
      title: 'Something went wrong',
      status: given,
      body: html`<p role="alert">The request is not valid (${given}).</p>`,
    };
  const body = html`<p role="alert">See the bridge log for the reason.</p>`;
  return { title: 'Something went wrong', status: 500, body };
}
