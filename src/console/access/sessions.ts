import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { roles } from './roles.ts';

export const sessionMs = 8 * 3_600_000;

const Session = z.object({
  id: z.string(),
  name: z.string(),
  /** For a user of the file, the file determines the role at every request. */
  role: z.enum(roles),
  /** How the user signed in. */
  by: z.enum(['link', 'password']),
  /** Of what the file had instead of the password; another password ends the session. */
  passwordKey: z.string().optional(),
  /** Milliseconds since 1970. */
  until: z.number(),
});

export type Session = z.infer<typeof Session>;

/** Signed sessions: the cookie holds all of it, the process remembers only which were ended. They end with the process. */
export interface Sessions {
  /** @returns the value of the cookie. */
  start(user: Omit<Session, 'id' | 'until'>): string;
  /** @returns undefined for a value that is not signed, has expired or was ended. */
  read(cookie: string): Session | undefined;
  end(session: Session): void;
  /** What a form of this user contains; another page cannot know it. @param subject the session's id, or the name that a proxy vouches for */
  formToken(subject: string): string;
  isFormToken(subject: string, token: string): boolean;
}

export function createSessions(now: () => number): Sessions {
  const key = randomBytes(32);
  const ended = new Map<string, number>();
  const sign = (purpose: string, text: string) =>
    createHmac('sha256', key).update(`${purpose} ${text}`).digest('base64url');
  const isSigned = (purpose: string, text: string, signature: string) => {
    const [given, own] = [Buffer.from(signature), Buffer.from(sign(purpose, text))];
    return given.length === own.length && timingSafeEqual(given, own);
  };
  return {
    start(user) {
      const session: Session = { ...user, id: randomBytes(16).toString('base64url'), until: now() + sessionMs };
      const text = Buffer.from(JSON.stringify(session)).toString('base64url');
      return `${text}.${sign('session', text)}`;
    },
    read(cookie) {
      const [text = '', signature = '', ...rest] = cookie.split('.');
      if (rest.length > 0 || !isSigned('session', text, signature)) return undefined;
      const session = Session.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
      return session.until < now() || ended.has(session.id) ? undefined : session;
    },
    end({ id, until }) {
      for (const [old, end] of ended) if (end < now()) ended.delete(old);
      ended.set(id, until);
    },
    formToken: (subject) => sign('form', subject),
    isFormToken: (subject, token) => isSigned('form', subject, token),
  };
}
