const perMinute = 10;
const minuteMs = 60_000;
/** Passwords are checked for at most this many callers a minute: each check takes a core for a tenth of a second. */
const perMinuteOfAll = 60;
const maxAddresses = 10_000;

/** Counts sign-ins by address. */
export function createSignInLimit(now: () => number): { allows(address: string): boolean } {
  let minuteStartedAt = now();
  let all = 0;
  const counts = new Map<string, number>();
  return {
    allows(address) {
      if (now() - minuteStartedAt >= minuteMs) {
        minuteStartedAt = now();
        all = 0;
        counts.clear();
      }
      const count = (counts.get(address) ?? 0) + 1;
      if (counts.size < maxAddresses || counts.has(address)) counts.set(address, count);
      all += 1;
      return count <= perMinute && all <= perMinuteOfAll;
    },
  };
}
