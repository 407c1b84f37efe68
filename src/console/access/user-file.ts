import { statSync } from 'node:fs';
import { ConfigError } from '../../config.ts';
import type { Logger } from '../../logger.ts';
import { readRegularFile, whyUnreadable } from '../../regular-file.ts';
import { isPasswordDigest } from './password-digest.ts';
import { type Role, roles } from './roles.ts';

/** One line of CONSOLE_USERS. */
export interface ConsoleUser {
  readonly name: string;
  readonly role: Role;
  /** Absent: this user signs in through the identity proxy only. */
  readonly digest?: string;
}

export interface ConsoleUsers {
  find(name: string): ConsoleUser | undefined;
  /** Reads the file again. If it has mistakes, the previous users stay, and the log says so. */
  reload(): void;
}

/**
 * The users of a file: one line each, `name:role:digest`, or `name:role` for users of an identity proxy; `#` begins a comment.
 * @param file undefined: there are none.
 * @throws ConfigError if the file cannot be read or has mistakes.
 */
export function loadUsers(file: string | undefined, log: Logger): ConsoleUsers {
  if (file === undefined) return { find: () => undefined, reload: () => {} };
  let users = readUsers(file);
  warnOfReaders(file, log);
  return {
    find: (name) => users.get(name),
    reload() {
      try {
        users = readUsers(file);
        warnOfReaders(file, log);
        log.info({ users: users.size }, 'CONSOLE_USERS was read again');
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        log.error({ problems: error.problems }, 'CONSOLE_USERS cannot be used: the previous users remain valid');
      }
    },
  };
}

const maxFileBytes = 1024 ** 2;

function readUsers(file: string): ReadonlyMap<string, ConsoleUser> {
  const users = new Map<string, ConsoleUser>();
  const problems: string[] = [];
  for (const [index, text] of readText(file).split(/\r?\n/).entries()) {
    const line = text.trim();
    if (line === '' || line.startsWith('#')) continue;
    const user = parseUser(line);
    if (typeof user === 'string') problems.push(`CONSOLE_USERS line ${index + 1}: ${user}`);
    else if (users.has(user.name)) problems.push(`CONSOLE_USERS line ${index + 1}: ${user.name} is listed twice`);
    else users.set(user.name, user);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return users;
}

/** Permissions of the group and of others; those of Windows say nothing. */
function permissionsOf(file: string): number {
  return process.platform === 'win32' ? 0 : statSync(file).mode & 0o077;
}

function warnOfReaders(file: string, log: Logger): void {
  if ((permissionsOf(file) & 0o024) !== 0)
    log.warn(
      { file },
      'CONSOLE_USERS contains password digests: make it readable and writable only by its owner (chmod 600)',
    );
}

/** Returns what is wrong as a text, without the digest. */
function parseUser(line: string): ConsoleUser | string {
  const [name = '', role, digest, ...rest] = line.split(':');
  if (!isUserName(name) || rest.length > 0)
    return 'must be name:role:digest, as "enginy-bridge console --add-user" prints it';
  const known = roles.find((each) => each === role);
  if (known === undefined) return `the role of ${name} must be ${roles.join(', ')}`;
  if (digest === undefined) return { name, role: known };
  return isPasswordDigest(digest) ? { name, role: known, digest } : `the digest of ${name} is damaged`;
}

/** Names appear in logs and in the file. */
export function isUserName(name: string): boolean {
  return /^[^\s:#\p{C}][^\s:\p{C}]{0,99}$/u.test(name);
}

/** Anyone who can write the file can become an operator. */
function readText(file: string): string {
  try {
    if ((permissionsOf(file) & 0o002) === 0) return readRegularFile(file, maxFileBytes);
  } catch (error) {
    throw new ConfigError([`CONSOLE_USERS cannot be read (${whyUnreadable(error)}): ${file}`]);
  }
  throw new ConfigError([`CONSOLE_USERS is world-writable (chmod 600): ${file}`]);
}
