import { setImmediate } from 'node:timers/promises';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { identifyUser, type SignedIn } from './access/identify-users.ts';
import { includesRole, type Role } from './access/roles.ts';
import type { Audit } from './audit.ts';
import type { ConsoleAccess } from './console-access.ts';
import { html } from './html/html.ts';
import { postedFields, type PageSender } from './page-sender.ts';
import type { Action, Page, Parameters, ScreenReply, Screen, Visit } from './screens/screen.ts';

/** What the routes of the console need. */
export interface ScreenDeps {
  readonly access: ConsoleAccess;
  readonly pages: PageSender;
  readonly audit: Audit;
}

/** The routes of the screens and their actions, each for its role. */
export function screenRoutes(screens: readonly Screen[], deps: ScreenDeps): Router {
  const router = Router();
  for (const screen of screens) {
    router.get(screen.path, demandRole(screen.role, deps), async (request, response) => {
      const user: SignedIn = response.locals.user;
      const visit = visitOf(request, user);
      const odd = oddParameter(screen.query, visit.query);
      await ownTurn();
      sendReply(odd ?? (await screen.show(visit)), { screen, user, request, response, deps });
    });
    for (const action of screen.actions ?? []) {
      router.post(action.path, demandRole(action.role, deps), async (request, response) => {
        const user: SignedIn = response.locals.user;
        const visit = visitOf(request, user);
        const reply = oddParameter(action.fields, visit.form) ?? (await runAudited(action, visit, deps.audit));
        sendReply(reply, { screen, user, request, response, deps });
      });
    }
  }
  return router;
}

/** The response to a value that no link or form of the console has. It does not repeat the value. */
function oddParameter(allowed: Parameters = {}, given: URLSearchParams): Page | undefined {
  const odd = Object.entries(allowed).flatMap(([name, form]) =>
    given.getAll(name).some((value) => value !== '' && !form.test(value)) ? [name] : [],
  );
  if (odd.length === 0) return undefined;
  return { title: 'Not understood', status: 400, body: html`<p role="alert">Not understood: ${odd.join(', ')}.</p>` };
}

let turns: Promise<void> = Promise.resolve();

/** Pages that are asked for together begin one after the other, and Enginy's requests get their turn in between. */
function ownTurn(): Promise<void> {
  turns = turns.then(() => setImmediate());
  return turns;
}

/** Passes users of the role; forms must be of this user's pages. Sets `response.locals.user`. */
export function demandRole(role: Role, { access, pages }: Omit<ScreenDeps, 'audit'>): RequestHandler {
  return (request, response, next) => {
    const user = identifyUser(request, access);
    const refuse = (title: string, reason: string) =>
      pages.sendPlain(request, response, { title, status: 403, user, body: html`<p role="alert">${reason}</p>` });
    if (user === undefined) response.redirect(303, '/console/sign-in');
    else if (!includesRole(user.identity.role, role))
      refuse('Not permitted', `This requires the role ${role}; yours is ${user.identity.role}.`);
    else if (request.method === 'POST' && !user.isFormToken(postedFields(request).get('form-token') ?? ''))
      refuse('Not done', 'This form belongs to another session. Reload the page and try again.');
    else {
      response.locals.user = user;
      next();
    }
  };
}

async function runAudited(action: Action, visit: Visit, audit: Audit): Promise<ScreenReply> {
  const { name: user, role } = visit.identity;
  const subject = action.subject?.(visit);
  const common = { user, role, action: action.path, ...(subject !== undefined && { subject }) };
  try {
    const reply = await action.run(visit);
    audit.note({ ...common, result: isRefused(reply) ? 'failed' : 'done' });
    return reply;
  } catch (error) {
    audit.note({ ...common, result: 'failed' });
    throw error;
  }
}

/** An action that was not done leaves no mark on a problem. */
function isRefused(reply: ScreenReply): boolean {
  if ('redirect' in reply) return reply.hasFailed === true;
  return 'body' in reply && (reply.status ?? 200) >= 400;
}

function visitOf(request: Request, { identity, formToken }: SignedIn): Visit {
  const { searchParams } = new URL(request.originalUrl, 'http://console');
  const params = Object.entries(request.params).map(([name, value]) => [name, String(value)]);
  return {
    identity,
    formToken,
    params: Object.fromEntries(params),
    query: searchParams,
    form: postedFields(request),
    url: request.originalUrl,
  };
}

interface Exchange {
  readonly screen: Screen;
  readonly user: SignedIn;
  readonly request: Request;
  readonly response: Response;
  readonly deps: ScreenDeps;
}

function sendReply(reply: ScreenReply, { screen, user, request, response, deps }: Exchange): void {
  if ('redirect' in reply) response.redirect(303, reply.redirect);
  else if ('download' in reply) {
    const { name, type, text } = reply.download;
    response.attachment(name).type(type).send(text);
  } else deps.pages.send(request, response, { screen, user, page: reply });
}
