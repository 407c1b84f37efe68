import { randomBytes } from 'node:crypto';
import express from 'express';
import type { Logger } from '../logger.ts';
import type { ConsoleConfig } from '../settings/console-settings.ts';
import { removeConsoleFile, writeConsoleFile } from './access/console-file.ts';
import type { IdentitySources } from './access/identify-users.ts';
import { createSessions } from './access/sessions.ts';
import { createSignInLimit, type SignInLimit } from './access/sign-in-limit.ts';
import { createLinkBook, createLinkToken } from './access/sign-in-link.ts';
import { loadUsers } from './access/user-file.ts';

/** Who may use the console of this process, and how they sign in. */
export interface ConsoleAccess extends IdentitySources {
  readonly links: ReturnType<typeof createLinkBook>;
  readonly signInLimit: SignInLimit;
  /** Users of the file can sign in with a password. */
  readonly hasUsers: boolean;
  /** Addresses and networks whose forwarded headers count. */
  readonly trustedProxies: readonly string[];
  /**
   * Call it when the console is reached at this address: lets `enginy-bridge console` create links for it.
   * @returns a link that signs in once, as operator.
   */
  opened(url: string): string;
  close(): void;
}

interface AccessSettings extends ConsoleConfig {
  /** ADMIN_HOST. */
  readonly adminHost: string;
}

/**
 * @param now milliseconds since 1970.
 * @throws ConfigError when CONSOLE_USERS has mistakes.
 */
export function openAccess(settings: AccessSettings, log: Logger, now: () => number): ConsoleAccess {
  const { dataDir, url, usersFile, trustedHeader, trustedProxies = [], adminHost } = settings;
  const key = randomBytes(32).toString('base64url');
  return {
    sessions: createSessions(now),
    users: loadUsers(usersFile, log),
    own: { url, host: adminHost },
    trustedHeader,
    trustedProxies,
    isProxy: proxyCheck(trustedProxies),
    links: createLinkBook(key, now),
    signInLimit: createSignInLimit(now),
    hasUsers: usersFile !== undefined,
    opened(address) {
      const consoleUrl = `${url ?? address}/console`;
      try {
        writeConsoleFile(dataDir, { url: consoleUrl, key, pid: process.pid });
      } catch (error) {
        log.warn({ err: error, dataDir }, 'DATA_DIR is not writable: "enginy-bridge console" cannot create links');
      }
      return `${consoleUrl}/sign-in?link=${createLinkToken(key, 'operator', now())}`;
    },
    close: () => removeConsoleFile(dataDir, key),
  };
}

/** Express knows addresses, networks and their names. */
function proxyCheck(trusted: readonly string[]): (address: string) => boolean {
  if (trusted.length === 0) return () => false;
  const app = express();
  app.set('trust proxy', trusted);
  const check: (address: string, distance: number) => boolean = app.get('trust proxy fn');
  return (address) => check(address, 0);
}
