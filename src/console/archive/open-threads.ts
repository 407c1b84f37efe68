import { extname } from 'node:path';
import type { Config } from '../../config.ts';
import type { Logger } from '../../logger.ts';
import type { WorkshopCalls } from '../replays/replay-worker.ts';
import type { ArchiveSettings, ThreadSettings } from './archive.ts';
import type { ArchiveCalls } from './archive-calls.ts';
import { CallThread } from './call-thread.ts';

/** The threads in which the console reads files and replays, so that it never delays a request. */
export interface ConsoleThreads {
  readonly archive: Pick<CallThread<ArchiveCalls>, 'ask'>;
  readonly workshop: Pick<CallThread<WorkshopCalls>, 'ask'>;
  close(): Promise<void>;
}

/** No thread starts before the first question. */
export function openThreads(config: Config, log: Logger, hasLowPriority: boolean): ConsoleThreads {
  const workerData: ThreadSettings = { ...settingsOf(config), hasLowPriority };
  const common = { workerData, maxMemoryMb: 256 };
  const archive = new CallThread<ArchiveCalls>(
    { ...common, file: fileOf('archive-worker'), name: 'archive', timeoutMs: 10_000, idleMs: 600_000 },
    log,
  );
  const workshop = new CallThread<WorkshopCalls>(
    {
      ...common,
      file: fileOf('../replays/replay-worker'),
      name: 'replays',
      timeoutMs: 60_000,
      idleMs: 60_000,
    },
    log,
  );
  return {
    archive,
    workshop,
    close: async () => {
      await Promise.all([archive.close(), workshop.close()]);
    },
  };
}

/** Source runs as .ts, the built program as .js; the compiler does not rewrite this URL. */
function fileOf(name: string): URL {
  return new URL(`./${name}${extname(import.meta.url)}`, import.meta.url);
}

/** Where the bridge keeps what the console shows. */
export function settingsOf({ journal, capture, mappingsDir, defaultCountry }: Config): ArchiveSettings {
  return {
    journal: journal === undefined ? undefined : { folder: journal.dir, secret: journal.secret },
    captures: capture?.dir,
    mappings: mappingsDir,
    defaultCountry,
  };
}
