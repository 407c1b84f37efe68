import type { RequestListener } from 'node:http';
import { createConsoleApp } from './console-app.ts';
import type { ConsoleSources } from './console-sources.ts';
import { createScreens } from './screens/screen-table.ts';

export interface RunningConsole {
  readonly listener: RequestListener;
  close(): void;
}

/** The console of this process, to be served by the admin server. */
export function startConsole(sources: ConsoleSources): RunningConsole {
  const { config, log } = sources;
  const listener = createConsoleApp({
    screens: createScreens(sources),
    isSandbox: config.isSandbox,
    log,
    identify: () => ({ identity: { name: 'local', role: 'operator' }, formToken: '', canSignOut: false }),
  });
  return { listener, close: () => {} };
}
