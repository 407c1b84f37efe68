/** How far two times of day may be apart and still be the same: the bridge stamps what it writes with the time it is. */
export interface Moments {
  /** From the recorded request to this one, in milliseconds; zero where the replay set its clock back. */
  readonly laterByMs: number;
  readonly toleranceMs: number;
}

/** True for two time stamps that each say the same moment of their request. */
export function isSameMoment(then: unknown, now: unknown, { laterByMs, toleranceMs }: Moments): boolean {
  const before = instantOf(then);
  const after = instantOf(now);
  return before !== undefined && after !== undefined && Math.abs(after - before - laterByMs) <= toleranceMs;
}

function instantOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\d{13}$/.test(value)) return Number(value);
  if (!/^\d{4}-\d{2}-\d{2}T/.test(value)) return undefined;
  const parsed = Date.parse(value);
  return Number.isNaN(parsed) ? undefined : parsed;
}
