import type { Deadline } from '../crm/deadline.ts';
import { type Claims, noClaims } from './claims.ts';

/** Runs work on the same keys one after the other, and all other work at once. */
export interface KeyedLock {
  /**
   * Runs `work` once all earlier work on any of the keys is done, on other replicas too.
   * @throws CrmUnavailableError if that of another replica is not done shortly before the deadline.
   */
  run<Result>(keys: readonly string[], deadline: Deadline, work: () => Promise<Result>): Promise<Result>;
}

/** Keys are taken all at once and in order of arrival, so two pieces of work can never wait for each other. */
export function createKeyedLock(claims: Claims = noClaims): KeyedLock {
  const last = new Map<string, Promise<void>>();
  return {
    async run(keys, deadline, work) {
      const distinct = [...new Set(keys)];
      const earlier = new Set(distinct.flatMap((key) => last.get(key) ?? []));
      const { promise: done, resolve: finish } = Promise.withResolvers<void>();
      for (const key of distinct) last.set(key, done);
      try {
        await Promise.all(earlier);
        return await claims.hold(distinct, deadline, work);
      } finally {
        finish();
        for (const key of distinct) if (last.get(key) === done) last.delete(key);
      }
    },
  };
}
