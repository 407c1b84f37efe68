import { type Request, type Response, Router } from 'express';
import { clearSession, identifyUser, passwordKeyOf, startSession } from './access/identify-users.ts';
import { checkPassword } from './access/password-digest.ts';
import type { Site } from './access/same-site.ts';
import type { Session } from './access/sessions.ts';
import type { ConsoleAccess } from './console-access.ts';
import { type Html, html } from './html/html.ts';
import { postedFields } from './page-sender.ts';
import type { ScreenDeps } from './screen-routes.ts';

type Attempt = Omit<Session, 'id' | 'until'>;

/** `/console/sign-in` and `/console/sign-out`. */
export function signInRoutes(deps: ScreenDeps): Router {
  const { access, pages, audit } = deps;
  const router = Router();
  router.get('/console/sign-in', (request, response) => {
    if (identifyUser(request, access) !== undefined) response.redirect(303, '/console');
    else pages.sendPlain(request, response, { title: 'Sign in', body: signInForm(deps, request) });
  });
  router.post('/console/sign-in', async (request, response) => {
    const site: Site = response.locals.site;
    const limit = access.signInLimit.check(request.ip ?? '');
    const refuse = (status: number, reason: string) => {
      if (limit !== 'refused again') audit.note({ user: 'unknown', role: 'none', action: 'sign-in', result: reason });
      const body = html`<p role="alert" class="bad">${reason}</p>${signInForm(deps, request)}`;
      pages.sendPlain(request, response, { title: 'Sign in', status, body });
    };
    if (limit !== 'allowed') {
      response.setHeader('Retry-After', '60');
      refuse(429, 'Too many sign-ins from this address: try again in a minute.');
      return;
    }
    const attempt = await attemptOf(request, access);
    if (typeof attempt === 'string') {
      refuse(403, attempt);
      return;
    }
    startSession(response, { site, sessions: access.sessions }, attempt);
    audit.note({ user: attempt.name, role: attempt.role, action: 'sign-in', result: 'done', subject: attempt.by });
    response.redirect(303, '/console');
  });
  router.post('/console/sign-out', (request, response) => signOut(deps, request, response));
  return router;
}

/** @returns why the attempt failed, as a text. */
async function attemptOf(request: Request, { links, users }: ConsoleAccess): Promise<Attempt | string> {
  const form = postedFields(request);
  const link = form.get('link');
  if (link !== null) {
    const role = links.accept(link);
    if (role === undefined) return 'This link was already used or is older than ten minutes.';
    // A space is in no name of a user.
    return { name: 'sign-in link', role, by: 'link' };
  }
  const name = form.get('name') ?? '';
  const user = users.find(name);
  const isRight = await checkPassword(form.get('password') ?? '', user?.digest);
  if (user?.digest === undefined || !isRight) return 'Wrong name or password.';
  return { name: user.name, role: user.role, by: 'password', passwordKey: passwordKeyOf(user.digest) };
}

function signOut({ access, audit }: ScreenDeps, request: Request, response: Response): void {
  const user = identifyUser(request, access);
  if (user?.session !== undefined && user.isFormToken(postedFields(request).get('form-token') ?? '')) {
    access.sessions.end(user.session);
    clearSession(response, response.locals.site);
    audit.note({ user: user.identity.name, role: user.identity.role, action: 'sign-out', result: 'done' });
  }
  response.redirect(303, '/console/sign-in');
}

/** A link does not sign in by itself: programs that look at links before people do would use it up. */
function signInForm({ access }: ScreenDeps, request: Request): Html {
  const link = new URL(request.originalUrl, 'http://console').searchParams.get('link');
  if (link !== null && request.method === 'GET') {
    return html`<form method="post" action="/console/sign-in">
<input type="hidden" name="link" value="${link}">
<p><button class="main">Sign in with this link</button></p>
</form>`;
  }
  return html`${access.hasUsers && passwordForm()}
<p>To get a one-time sign-in link, run <code>enginy-bridge console</code> on the bridge's machine.</p>`;
}

function passwordForm(): Html {
  return html`<form method="post" action="/console/sign-in" class="row">
<label>Name <input name="name" autocomplete="username" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button class="main">Sign in</button>
</form>`;
}
