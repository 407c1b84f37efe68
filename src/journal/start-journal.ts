import { hostname } from 'node:os';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Journal } from './journal.ts';
import type { JournalSettings } from './journal-messages.ts';
import { JournalThread } from './journal-thread.ts';

/** Starts the journal as JOURNAL configures it; undefined for `off`. */
export function startJournal(
  { journal, replicas }: Pick<Config, 'journal' | 'replicas'>,
  log: Logger,
  { hasLowPriority = true }: Pick<JournalSettings, 'hasLowPriority'> = {},
): Journal | undefined {
  if (journal === undefined) return undefined;
  const { dir, secret, limits } = journal;
  const settings = {
    folder: dir,
    limits,
    hasLowPriority,
    replica: replicas?.name ?? hostname(),
    ...(secret !== undefined && { secret }),
  };
  return new JournalThread(settings, log);
}
