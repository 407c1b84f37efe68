import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Identity, Role } from './roles.ts';
import { type Site, siteOf, type OwnNames } from './same-site.ts';
import { type Session, type Sessions, sessionMs } from './sessions.ts';
import type { ConsoleUsers } from './user-file.ts';

/** The user of a request. */
export interface SignedIn {
  readonly identity: Identity;
  /** What the forms of this user contain. */
  readonly formToken: string;
  isFormToken(token: string): boolean;
  /** Absent: the identity proxy signs in and out. */
  readonly session?: Session;
}

export interface IdentitySources {
  readonly sessions: Sessions;
  readonly users: ConsoleUsers;
  readonly own: OwnNames;
  /** Lower case; its value is the name of the user. Believed only of `isProxy`. */
  readonly trustedHeader: string | undefined;
  isProxy(address: string): boolean;
}

/** Finds out who sends a request. */
export function identifyUser(request: Request, sources: IdentitySources): SignedIn | undefined {
  const { sessions } = sources;
  const proxied = nameFromProxy(request, sources);
  if (proxied !== undefined) {
    const role = sources.users.find(proxied)?.role ?? 'viewer';
    return signedIn(sessions, `proxy ${proxied}`, { name: proxied, role });
  }
  const site = siteOf(request.headers, sources.own);
  const cookie = site === undefined ? undefined : readCookie(request, cookieName(site));
  const session = cookie === undefined ? undefined : sessions.read(cookie);
  if (session === undefined) return undefined;
  const role = session.by === 'link' ? session.role : roleInFile(session, sources.users);
  if (role === undefined) return undefined;
  return { ...signedIn(sessions, `session ${session.id}`, { name: session.name, role }), session };
}

/** Undefined for a user who was removed from the file since, or has another password. */
function roleInFile({ name, passwordKey }: Session, users: ConsoleUsers): Role | undefined {
  const user = users.find(name);
  return user?.digest !== undefined && passwordKeyOf(user.digest) === passwordKey ? user.role : undefined;
}

/** The cookie is signed but readable, so it must not contain the digest. */
export function passwordKeyOf(digest: string): string {
  return createHash('sha256').update(digest).digest('base64url').slice(0, 16);
}

function signedIn(sessions: Sessions, subject: string, identity: Identity): SignedIn {
  return {
    identity,
    formToken: sessions.formToken(subject),
    isFormToken: (token) => sessions.isFormToken(subject, token),
  };
}

function nameFromProxy(request: Request, { trustedHeader, isProxy }: IdentitySources): string | undefined {
  if (trustedHeader === undefined || !isProxy(request.socket.remoteAddress ?? '')) return undefined;
  const name = request.headers[trustedHeader];
  return typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 100) : undefined;
}

/** Starts a session, and gives it to the browser. */
export function startSession(
  response: Response,
  { site, sessions }: { readonly site: Site; readonly sessions: Sessions },
  user: Omit<Session, 'id' | 'until'>,
): void {
  setCookie(response, site, { value: sessions.start(user), maxAge: sessionMs });
}

/** Makes the browser forget the session. */
export function clearSession(response: Response, site: Site): void {
  setCookie(response, site, { value: '', maxAge: 0 });
}

function setCookie(response: Response, site: Site, { value, maxAge }: { value: string; maxAge: number }): void {
  const options = { httpOnly: true, sameSite: 'strict', secure: site.isHttps, path: '/', maxAge } as const;
  response.cookie(cookieName(site), value, options);
}

/** Cookies of one host are sent to all its ports: bridges on one machine must not sign each other out. */
function cookieName({ isHttps, origin }: Site): string {
  return isHttps ? '__Host-eb' : `eb-console-${new URL(origin).port || 80}`;
}

/** The value of a cookie of this name; undefined if there is none. */
export function readCookie(request: Pick<Request, 'headers'>, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}
