/** No response may stop the bridge for longer; after this time, one call tests whether the pause is over. */
export const maxWaitMs = 5 * 60_000;

/** A duration from the CRM, in milliseconds, limited to 0 to 5 minutes. */
export function boundedWait(ms: number): number {
  return Math.min(Math.max(ms, 0), maxWaitMs);
}
