/**
 * The thread that replays captures and tries records, at a low priority: serving goes first. Started by open-threads.ts.
 */
import { workerData } from 'node:worker_threads';
import { CaptureFileError } from '../../capture/capture-file.ts';
import { NotReplayableError } from '../../capture/replay/replay-capture.ts';
import { lowerPriority } from '../../process/lower-priority.ts';
import { MappingError } from '../../mapping/schema/diagnostic.ts';
import { answerCalls } from '../archive/answer-calls.ts';
import type { ThreadSettings } from '../archive/archive.ts';
import { createReplayCalls } from './replay-calls.ts';
import { type TypedRecord, tryRecord } from './try-record.ts';

// Sent by open-threads.ts to start the thread.
const settings = workerData as ThreadSettings;
if (settings.hasLowPriority) lowerPriority();
const calls = {
  ...createReplayCalls(settings),
  tryRecord: (typed: TypedRecord) => tryRecord(settings, typed),
};
answerCalls({ calls, expected: [CaptureFileError, NotReplayableError, MappingError], isOneByOne: true });

export type WorkshopCalls = typeof calls;
