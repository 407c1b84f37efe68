import { onTestFinished } from 'vitest';
import type { JournalEntry, JournalReader } from '../../src/journal/journal.ts';
import { openJournalReader } from '../../src/journal/read-journal.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A bridge with a journal on an embedded CRM. */
export async function startJournaling(environment: Record<string, string> = {}, folder = temporaryFolder()) {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm, { JOURNAL: 'on', DATA_DIR: folder, ...environment });
  return {
    crm,
    bridge,
    folder,
    send: bridge.send,
    /** Stops the bridge, which writes what waits, and opens the journal. */
    async stopAndRead(): Promise<JournalReader> {
      await bridge.close(30_000);
      return readJournal(folder);
    },
  };
}

/** The journal of a folder; closed when the test ends. `secret`: the key it was written with, if it is not the folder's own. */
export function readJournal(folder: string, secret?: string): JournalReader {
  const reader = openJournalReader(folder, secret);
  if (reader === undefined) throw new Error(`there is no journal in ${folder}`);
  onTestFinished(() => reader.close());
  return reader;
}

/** `PUT /contacts updated`, one line per entry. */
export function story(entries: readonly JournalEntry[]): string[] {
  return entries.map(({ request, outcome }) => `${request.endpoint} ${request.status} ${outcome}`);
}
