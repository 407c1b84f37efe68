/**
 * The thread that replaces personal data and writes files, so that the bridge's own thread only hands over texts. Started by
 * capture-thread.ts, which logs failures once per reason; they never affect a request.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { lowerPriority } from '../../process/lower-priority.ts';
import { capturedCrm } from '../captured-crm.ts';
import { type CaptureFolder, openCaptureFolder, readOrCreatePlaceholderKey } from './capture-folder.ts';
import { Composer } from './compose-capture.ts';
import type { CaptureOutcome, WriterMessage, WriterReport, WriterSettings } from './writer-messages.ts';

// What capture-thread.ts starts the thread with.
const settings = workerData as WriterSettings;

function report(message: WriterReport): void {
  parentPort?.postMessage(message);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  // The message of a foreign error may quote what it could not read.
  return 'code' in error ? String(error.code) : error.name;
}

type Work = (message: WriterMessage) => CaptureOutcome;

function start(): Work {
  const folder = openCaptureFolder(settings.folder, settings.limits);
  const secret = settings.secret ?? readOrCreatePlaceholderKey(settings.folder);
  const composer = new Composer(capturedCrm.protocol, { ...settings.composer, secret });
  return (message) => handle(composer, folder, message);
}

function handle(composer: Composer, folder: CaptureFolder, message: WriterMessage): CaptureOutcome {
  switch (message.kind) {
    case 'mapping':
      composer.setMapping(message.mapping);
      break;
    case 'knowledge':
      composer.addKnowledge(message.name, message.exchange);
      break;
    case 'capture': {
      const { name, text, isOverTime } = composer.compose(message.capture, message.knowledge);
      folder.write(name, text);
      return isOverTime ? 'trimmed' : 'written';
    }
    case 'flush':
      report({ kind: 'flushed' });
  }
  return 'lost';
}

let work: Work | undefined;
if (settings.hasLowPriority !== false) lowerPriority();
try {
  work = start();
} catch (error) {
  report({ kind: 'trouble', where: 'folder', reason: reasonOf(error) });
}

parentPort?.on('message', (message: WriterMessage) => {
  let outcome: CaptureOutcome = 'lost';
  try {
    if (work !== undefined) outcome = work(message);
    else if (message.kind === 'flush') report({ kind: 'flushed' });
  } catch (error) {
    report({ kind: 'trouble', where: 'file', reason: reasonOf(error) });
  } finally {
    if (message.kind === 'capture') report({ kind: 'done', size: message.size, outcome });
  }
});
