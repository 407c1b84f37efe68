import type { RequestListener } from 'node:http';
import { createAudit } from './audit.ts';
import type { Access } from './console-access.ts';
import { createConsoleApp } from './console-app.ts';
import type { ConsoleSources } from './console-sources.ts';
import { createScreens } from './screens/screen-table.ts';

export interface RunningConsole {
  readonly listener: RequestListener;
  /** Call it with the address once it is reached there. @returns a link that signs in once */
  opened(url: string): string;
  /** Reads CONSOLE_USERS again. */
  reload(): void;
  close(): void;
}

/** The console of this process, to be served by the admin server. */
export function startConsole(sources: ConsoleSources, access: Access): RunningConsole {
  const { config, log, journal } = sources;
  const audit = createAudit(log, journal);
  const { isSandbox } = config;
  return {
    listener: createConsoleApp({ screens: createScreens(sources), isSandbox, access, audit, log }),
    opened: access.opened,
    reload: () => access.users.reload(),
    close: () => access.close(),
  };
}
