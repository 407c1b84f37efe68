/** When the request was recorded and when it was replayed: a time stamp of then is a time stamp of now. */
export interface Moments {
  /** Milliseconds since 1970. */
  readonly recordedAt: number;
  readonly recordedForMs: number;
  readonly replayedAt: number;
}

const toleranceMs = 60_000;

/** True for two time stamps that were each made while their request was served. */
export function isSameMoment(then: unknown, now: unknown, moments: Moments): boolean {
  const before = instantOf(then);
  const after = instantOf(now);
  if (before === undefined || after === undefined) return false;
  const isOfThen =
    before >= moments.recordedAt - toleranceMs && before <= moments.recordedAt + moments.recordedForMs + toleranceMs;
  return isOfThen && after >= moments.replayedAt - toleranceMs && after <= Date.now() + toleranceMs;
}

function instantOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\d{12,13}$/.test(value)) return Number(value);
  if (!/^\d{4}-\d{2}-\d{2}T/.test(value)) return undefined;
  const parsed = Date.parse(value);
  return Number.isNaN(parsed) ? undefined : parsed;
}
