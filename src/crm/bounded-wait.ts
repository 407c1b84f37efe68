/** No response may silence the bridge for longer; after a longer wait one call tests whether it is over. */
export const maxWaitMs = 5 * 60_000;

/** A duration that the CRM named, in milliseconds, as the bridge believes it: 0 to 5 minutes. */
export function boundedWait(ms: number): number {
  return Math.min(Math.max(ms, 0), maxWaitMs);
}
