import type { Difference } from './compare-calls.ts';
import type { Replay } from './replay-capture.ts';

/** One line per difference; also how a regression file names those that are meant. */
export function differenceLine({ kind, what, detail }: Difference): string {
  return detail === undefined ? `${kind}  ${what}` : `${kind}  ${what}: ${detail}`;
}

/** `same`, or what differs, then what the capture could not answer. */
export function describeReplay({
  differences,
  assumptions,
  calls,
}: Pick<Replay, 'differences' | 'assumptions' | 'calls'>): string[] {
  const lines = differences.length === 0 ? ['same'] : differences.map(differenceLine);
  if (calls.recorded !== calls.replayed) {
    lines.push(
      `note  ${calls.replayed} calls of the CRM were made, ${calls.recorded} then: cut, repeated or remembered differently`,
    );
  }
  return [...lines, ...assumptions.map((assumption) => `not in the capture, assumed  ${assumption}`)];
}
