/** The thread that reads and writes the index, so that a slow disk delays no request. Started by sqlite-store.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { IndexLostError } from './identity-store.ts';
import type { IndexMessage, IndexReport, IndexThreadSettings } from './index-messages.ts';
import { runIndexTask } from './run-index-task.ts';
import { SqliteIndex } from './sqlite-index.ts';

function report(message: IndexReport): void {
  parentPort?.postMessage(message);
}

// What sqlite-store.ts starts the thread with.
const { file } = workerData as IndexThreadSettings;
const index = new SqliteIndex(file, () => report({ kind: 'damaged' }));

parentPort?.on('message', ({ number, task }: IndexMessage) => {
  try {
    report({ kind: 'done', number, result: runIndexTask(index, task) });
  } catch (error) {
    if (!(error instanceof IndexLostError)) throw error;
    report({ kind: 'failed', number, reason: error.message });
  }
});
