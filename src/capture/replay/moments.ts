/** How far apart two timestamps may be and still count as the same: the bridge stamps what it writes with the current time. */
export interface Moments {
  /** Time from the recorded request to this one; zero when the replay sets its clock back. */
  readonly laterByMs: number;
  readonly toleranceMs: number;
}

/** True for two timestamps of the same moment, each relative to its request. */
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

/** True for two sentences that differ in measured times alone: how long the last call had, `did not respond within 530 ms`. */
export function differsInWaitsOnly(then: unknown, now: unknown): boolean {
  return typeof then === 'string' && typeof now === 'string' && withoutWaits(then) === withoutWaits(now);
}

function withoutWaits(text: string): string {
  return text.replace(/\bwithin \d+(?:\.\d+)? m?s\b/g, 'within a time');
}
