/** The thread that reads the journal, the captures and the mapping files for the console. Started by open-threads.ts. */
import { workerData } from 'node:worker_threads';
import { CaptureFileError } from '../../capture/capture-file.ts';
import { lowerPriority } from '../../process/lower-priority.ts';
import { JournalFileError } from '../../journal/journal-file.ts';
import { answerCalls } from './answer-calls.ts';
import type { ThreadSettings } from './archive.ts';
import { createArchiveCalls } from './archive-calls.ts';

// Sent by open-threads.ts to start the thread.
const settings = workerData as ThreadSettings;
if (settings.hasLowPriority) lowerPriority();
answerCalls({ calls: createArchiveCalls(settings), expected: [CaptureFileError, JournalFileError] });
