const perMinute = 10;
const minuteMs = 60_000;
/** Passwords are checked for at most this many callers a minute: each check takes a core for a tenth of a second. */
const perMinuteOfAll = 60;
const maxAddresses = 10_000;

export interface SignInLimit {
  /** `refused again`: the log and the journal get no further line this minute, so that no one can flood them. */
  check(address: string): 'allowed' | 'refused' | 'refused again';
}

/** Counts sign-ins by address. */
export function createSignInLimit(now: () => number): SignInLimit {
  let minuteStartedAt = now();
  let all = 0;
  let isRefusing = false;
  const counts = new Map<string, number>();
  return {
    check(address) {
      if (now() - minuteStartedAt >= minuteMs) {
        minuteStartedAt = now();
        all = 0;
        isRefusing = false;
        counts.clear();
      }
      const count = (counts.get(address) ?? 0) + 1;
      if (counts.size < maxAddresses || counts.has(address)) counts.set(address, count);
      all += 1;
      if (count <= perMinute && all <= perMinuteOfAll) return 'allowed';
      if (isRefusing) return 'refused again';
      isRefusing = true;
      return 'refused';
    },
  };
}
