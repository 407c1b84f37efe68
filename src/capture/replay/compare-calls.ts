import type { CallReader } from '../../crm/crm-protocol.ts';
import { compareQuestions } from './compare-questions.ts';
import { compareWrites } from './compare-writes.ts';
import type { ComparedCalls } from './compared-calls.ts';
import type { ReplayDifference } from './replay-difference.ts';
import type { Moments } from './moments.ts';

/**
 * Compares what the calls do, not how they are batched: which values are read and searched, and what is written to which record.
 * The order of calls and the number of retries do not count.
 */
export function compareCalls(reader: CallReader, calls: ComparedCalls, moments: Moments): ReplayDifference[] {
  return [...compareQuestions(reader, calls), ...compareWrites(reader, calls, moments)];
}
