import { clipped } from '../../clipped.ts';

/** One thing in which a replay differs from the capture. */
export interface ReplayDifference {
  readonly kind: 'changed' | 'missing' | 'unexpected';
  /** What it is about, e.g. `create contacts lead-7` or `answer results[lead-7]`. */
  readonly what: string;
  readonly detail?: string;
}

/** One line per difference; regression files name expected differences by it. */
export function differenceLine({ kind, what, detail }: ReplayDifference): string {
  return detail === undefined ? `${kind}  ${what}` : `${kind}  ${what}: ${detail}`;
}

/** A value as JSON, shortened. */
export function quoted(value: unknown): string {
  return clipped(JSON.stringify(value) ?? 'nothing', 120);
}
