/** Runs work on the same keys one after the other, and all other work at once. */
export interface KeyedLock {
  /** Runs `work` once all earlier work on any of the keys is done. */
  run<Result>(keys: readonly string[], work: () => Promise<Result>): Promise<Result>;
}

/** Keys are taken all at once and in order of arrival, so two pieces of work can never wait for each other. */
export function createKeyedLock(): KeyedLock {
  const last = new Map<string, Promise<void>>();
  return {
    async run(keys, work) {
      const distinct = [...new Set(keys)];
      const earlier = new Set(distinct.flatMap((key) => last.get(key) ?? []));
      const { promise: done, resolve: finish } = Promise.withResolvers<void>();
      for (const key of distinct) last.set(key, done);
      try {
        await Promise.all(earlier);
        return await work();
      } finally {
        finish();
        for (const key of distinct) if (last.get(key) === done) last.delete(key);
      }
    },
  };
}
