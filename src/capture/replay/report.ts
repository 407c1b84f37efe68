import { differenceLine } from './replay-difference.ts';
import type { Replay } from './replay-capture.ts';

/** `same` or the differences, followed by what the capture could not answer. */
export function describeReplay(replay: Replay): string[] {
  const { differences, assumptions, calls, divergence, oldAnswers } = replay;
  const lines = differences.length === 0 ? ['same'] : differences.map(differenceLine);
  if (calls.recorded !== calls.replayed) {
    lines.push(
      `note  ${calls.replayed} CRM calls instead of ${calls.recorded}: batched, repeated or remembered differently`,
    );
  }
  if (divergence !== undefined) lines.push(`note  the replay left the recorded path: ${divergence}`);
  if (differences.length > 0) {
    for (const name of oldAnswers) {
      lines.push(
        `note  the CRM's response to "${name}" was recorded for other values; what follows from it may also differ`,
      );
    }
  }
  return [...lines, ...assumptions.map((assumption) => `not in the capture, assumed  ${assumption}`)];
}
