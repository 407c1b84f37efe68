import type { ParsedEnvironment } from './environment-schema.ts';
import { isLoopback } from './setting-kinds.ts';

export interface AdminConfig {
  readonly host: string;
  readonly port: number;
}

export interface ConsoleConfig {
  /** Where the key of sign-in links is left for `enginy-bridge console`. */
  readonly dataDir: string;
  /** Where users reach it from elsewhere, such as `https://bridge.example.com`. */
  readonly url: string | undefined;
  readonly usersFile: string | undefined;
  /** Lower case: the header in which an identity proxy names the user. */
  readonly trustedHeader: string | undefined;
  readonly trustedProxies: readonly string[] | undefined;
}

/** What does not fit together, one line each. */
export function consoleMistakes(env: ParsedEnvironment): string[] {
  const { CONSOLE_TRUSTED_HEADER: header, CONSOLE_TRUSTED_PROXIES: proxies } = env;
  const isOpen = env.CONSOLE === 'on' && !isLoopback(env.ADMIN_HOST) && env.CONSOLE_USERS === undefined && !header;
  const needsPort = env.CONSOLE === 'on' && env.ADMIN_PORT === undefined && env.HUBSPOT_ACCESS_TOKEN !== undefined;
  return [
    ...(needsPort ? ['ADMIN_PORT is missing: the console is served there'] : []),
    ...(isOpen
      ? [
          `CONSOLE_USERS or CONSOLE_TRUSTED_HEADER is missing: ADMIN_HOST ${env.ADMIN_HOST} can be reached from other machines`,
        ]
      : []),
    ...(header !== undefined && proxies === undefined
      ? ['CONSOLE_TRUSTED_PROXIES is missing: it names the proxies whose CONSOLE_TRUSTED_HEADER is trusted']
      : []),
  ];
}

/** The console is part of a sandbox that only this machine reaches, unless it is off. */
function hasConsole(env: ParsedEnvironment, isSandbox: boolean): boolean {
  return env.CONSOLE === 'on' || (env.CONSOLE === undefined && isSandbox && isLoopback(env.ADMIN_HOST));
}

export function adminOf(env: ParsedEnvironment, isSandbox: boolean): AdminConfig | undefined {
  // In sandbox mode any free port will do: the address is printed.
  const port = env.ADMIN_PORT ?? (isSandbox && hasConsole(env, isSandbox) ? 0 : undefined);
  return port === undefined ? undefined : Object.freeze({ host: env.ADMIN_HOST, port });
}

export function consoleOf(env: ParsedEnvironment, isSandbox: boolean): ConsoleConfig | undefined {
  if (!hasConsole(env, isSandbox)) return undefined;
  return Object.freeze({
    dataDir: env.DATA_DIR,
    url: env.CONSOLE_URL,
    usersFile: env.CONSOLE_USERS,
    trustedHeader: env.CONSOLE_TRUSTED_HEADER?.toLowerCase(),
    trustedProxies: env.CONSOLE_TRUSTED_PROXIES,
  });
}
