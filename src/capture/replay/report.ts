import { differenceLine } from './difference.ts';
import type { Replay } from './replay-capture.ts';

/** `same` or the differences, followed by what the capture could not answer. */
export function describeReplay({
  differences,
  assumptions,
  calls,
}: Pick<Replay, 'differences' | 'assumptions' | 'calls'>): string[] {
  const lines = differences.length === 0 ? ['same'] : differences.map(differenceLine);
  if (calls.recorded !== calls.replayed) {
    lines.push(
      `note  ${calls.replayed} CRM calls instead of ${calls.recorded}: batched, repeated or remembered differently`,
    );
  }
  return [...lines, ...assumptions.map((assumption) => `not in the capture, assumed  ${assumption}`)];
}
