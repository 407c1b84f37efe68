import { Command, Option } from 'commander';
import { readConsoleFile } from '../../console/access/console-file.ts';
import { createPassword, digestPassword } from '../../console/access/password-digest.ts';
import { type Role, roles } from '../../console/access/roles.ts';
import { createLinkToken } from '../../console/access/sign-in-link.ts';
import { isUserName } from '../../console/access/user-file.ts';
import { whyUnreadable } from '../../regular-file.ts';
import { EnvironmentSchema } from '../../settings/environment-schema.ts';
import { type CommandIo, UsageError } from '../command-io.ts';

const after = `
Prints a link to the console of a running bridge that works once within ten minutes. Run it on the bridge's machine, as its user, and
keep the link to yourself.

Roles: a viewer can only read; an editor can also try payloads and mapping files, and replay requests; an operator can also make changes and see values.

Examples:
  enginy-bridge console
  enginy-bridge console --role viewer
  enginy-bridge console --add-user anna --role editor >> console-users
`;

interface ConsoleOptions {
  readonly role: Role;
  readonly addUser?: string;
  readonly dir?: string;
}

/** `enginy-bridge console`. */
export function consoleCommand(io: CommandIo): Command {
  return new Command('console')
    .description('print a one-time link to the console of a running bridge')
    .addOption(new Option('--role <role>', 'role of the link or the user').choices(roles).default('operator'))
    .option('--add-user <name>', 'print a line for the file CONSOLE_USERS, and a new password, instead of a link')
    .option('--dir <folder>', 'DATA_DIR of the bridge (default: DATA_DIR, or data)')
    .addHelpText('after', after)
    .action(async ({ role, addUser, dir }: ConsoleOptions) => {
      if (addUser === undefined) printLink(io, role, dir);
      else await printUser(io, addUser, role);
    });
}

function printLink(io: CommandIo, role: Role, dir: string | undefined): void {
  const folder = dir ?? EnvironmentSchema.shape.DATA_DIR.parse(io.environment().DATA_DIR);
  const file = read(folder);
  if (file === undefined) {
    throw new UsageError(
      `no bridge with a console uses ${folder}: run this where the bridge runs, name its DATA_DIR with --dir, and check that CONSOLE is on`,
    );
  }
  io.print(`${file.url}/sign-in?link=${createLinkToken(file.key, role, Date.now())}\n`);
}

function read(folder: string) {
  try {
    return readConsoleFile(folder);
  } catch (error) {
    throw new UsageError(
      `${folder}/console.json cannot be read (${whyUnreadable(error)}): run this as the user of the bridge`,
    );
  }
}

/** Standard output contains only the line, so that it can be appended to the file. */
async function printUser(io: CommandIo, name: string, role: Role): Promise<void> {
  if (!isUserName(name)) throw new UsageError('a name must not contain whitespace or a colon, or begin with "#"');
  const password = createPassword();
  io.print(`${name}:${role}:${await digestPassword(password)}\n`);
  io.complain(`The password of ${name}, shown only now: ${password}\n`);
}
