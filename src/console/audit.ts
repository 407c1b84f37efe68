import type { Journal } from '../journal/journal.ts';
import type { Logger } from '../logger.ts';
import type { ConsoleAction } from '../journal/console-action.ts';

/** Notes what users of the console do. */
export interface Audit {
  note(action: Omit<ConsoleAction, 'at' | 'replica'>): void;
}

/** One line each in the log and, unless it is off, in the journal. */
export function createAudit(log: Logger, journal: Pick<Journal, 'note'> | undefined): Audit {
  return {
    note(action) {
      log.info(action, 'console action');
      journal?.note({ ...action, at: Date.now() });
    },
  };
}
