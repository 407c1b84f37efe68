import { readFileSync } from 'node:fs';
import express, { type Express, type Request, type Response } from 'express';
import type { Logger } from '../logger.ts';
import type { Identity } from './access/roles.ts';
import { includesRole } from './access/roles.ts';
import { html } from './html/html.ts';
import { layout, type Theme } from './html/layout.ts';
import type { Action, Page, Reply, Screen, Visit } from './screens/screen.ts';
import { securityHeaders } from './security-headers.ts';

/** A user of this request; how it was found out decides whether the user can sign out. */
export interface SignedIn {
  readonly identity: Identity;
  readonly formToken: string;
  readonly canSignOut: boolean;
}

export interface ConsoleAppDeps {
  readonly screens: readonly Screen[];
  readonly isSandbox: boolean;
  readonly log: Logger;
  identify(request: Request): SignedIn | undefined;
}

/** The routes of the console: its files, its screens, their actions. */
export function createConsoleApp(deps: ConsoleAppDeps): Express {
  const { screens, log } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(securityHeaders());
  for (const { path, type, file } of files) {
    app.get(path, (_request, response) => {
      response.type(type).send(readFileSync(file));
    });
  }
  app.use(express.text({ type: 'application/x-www-form-urlencoded', limit: maxFormBytes }));
  for (const screen of screens) {
    app.get(screen.path, async (request, response) => {
      await answer(deps, { screen, request, response, role: screen.role, run: (visit) => screen.show(visit) });
    });
    for (const action of screen.actions ?? []) {
      app.post(action.path, async (request, response) => {
        await answer(deps, {
          screen,
          request,
          response,
          role: action.role,
          run: async (visit) => {
            log.info({ user: visit.identity.name, action: action.path }, 'console action');
            return action.run(visit);
          },
        });
      });
    }
  }
  return app;
}

const maxFormBytes = 2 * 1024 ** 2;

const files = [
  { path: '/console/console.css', type: 'css', file: new URL('client/console.css', import.meta.url) },
  { path: '/console/client.js', type: 'js', file: new URL('client/client.js', import.meta.url) },
] as const;

interface Exchange {
  readonly screen: Screen;
  readonly request: Request;
  readonly response: Response;
  readonly role: Action['role'];
  run(visit: Visit): Promise<Reply> | Reply;
}

async function answer(deps: ConsoleAppDeps, { screen, request, response, role, run }: Exchange): Promise<void> {
  const user = deps.identify(request);
  if (user === undefined) {
    response.redirect(303, '/console/sign-in');
    return;
  }
  if (!includesRole(user.identity.role, role)) {
    response.status(403).send('not permitted');
    return;
  }
  const visit = visitOf(request, user);
  const reply = await run(visit);
  if ('redirect' in reply) response.redirect(303, reply.redirect);
  else if ('download' in reply) {
    const { name, type, text } = reply.download;
    response.attachment(name).type(type).send(text);
  } else sendPage(deps, { screen, request, response, user, page: reply });
}

function visitOf(request: Request, { identity, formToken }: SignedIn): Visit {
  const { searchParams } = new URL(request.originalUrl, 'http://console');
  const params = Object.entries(request.params).map(([name, value]) => [name, String(value)]);
  return {
    identity,
    formToken,
    params: Object.fromEntries(params),
    query: searchParams,
    form: new URLSearchParams(typeof request.body === 'string' ? request.body : ''),
    url: request.originalUrl,
  };
}

interface Sent {
  readonly screen: Screen;
  readonly request: Request;
  readonly response: Response;
  readonly user: SignedIn;
  readonly page: Page;
}

function sendPage(deps: ConsoleAppDeps, { screen, request, response, user, page }: Sent): void {
  const links = deps.screens.flatMap(({ path, navLabel, role }) =>
    navLabel !== undefined && includesRole(user.identity.role, role)
      ? [{ path, label: navLabel, isCurrent: path === screen.path }]
      : [],
  );
  const frame = {
    title: page.title ?? screen.title,
    url: request.method === 'GET' ? request.originalUrl : screen.path,
    links,
    theme: themeOf(request),
    isSandbox: deps.isSandbox,
    user,
    liveScreen: screen.live === undefined ? undefined : screen.path,
  };
  response
    .status(page.status ?? 200)
    .type('html')
    .send(layout(frame, html`${page.body}`).toString());
}

function themeOf(request: Request): Theme | undefined {
  const theme = /(?:^|;\s*)eb-theme=(light|dark)(?:;|$)/.exec(request.headers.cookie ?? '')?.[1];
  return theme as Theme | undefined;
}
