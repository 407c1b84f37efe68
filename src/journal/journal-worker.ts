/**
 * The thread that writes the journal, so that neither a slow disk nor a large request delays the bridge's own thread. Started by
 * journal-thread.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { lowerPriority } from '../process/lower-priority.ts';
import type { JournalMessage, JournalReport, JournalSettings } from './journal-messages.ts';
import { JournalWriter } from './journal-writer.ts';

function report(message: JournalReport): void {
  parentPort?.postMessage(message);
}

// What journal-thread.ts starts the thread with.
const settings = workerData as JournalSettings;
if (settings.hasLowPriority !== false) lowerPriority();
const writer = new JournalWriter(settings, report);
writer.open();

parentPort?.on('message', (message: JournalMessage) => {
  if (message.kind === 'flush') {
    writer.close();
    report({ kind: 'flushed' });
    return;
  }
  if (message.kind === 'action') {
    writer.writeAction(message.action);
    return;
  }
  const { texts, records } = message;
  report({ kind: 'done', records, isWritten: writer.write(texts) });
});
