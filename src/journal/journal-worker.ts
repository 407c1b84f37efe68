/**
 * The thread that writes the journal, so that neither a slow disk nor a large request delays the bridge's own thread. Started by
 * journal-thread.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { JournalMessage, JournalReport, JournalSettings } from './journal-messages.ts';
import { JournalWriter } from './journal-writer.ts';

function report(message: JournalReport): void {
  parentPort?.postMessage(message);
}

// What journal-thread.ts starts the thread with.
const writer = new JournalWriter(workerData as JournalSettings, report);

parentPort?.on('message', (message: JournalMessage) => {
  if (message.kind === 'flush') {
    writer.close();
    report({ kind: 'flushed' });
    return;
  }
  const isWritten = writer.write(message.parts);
  const records = message.parts.reduce((sum, part) => sum + part.records.length, 0);
  report({ kind: 'done', records, isWritten });
});
