import { problemOfError } from '../../crm/crm-problem.ts';
import type { CrmProblem } from '../../crm/crm.ts';
import type { Deadline } from '../../crm/deadline.ts';
import { GatewayError } from '../../errors.ts';
import { type Claims, noClaims, type PartWork } from './claims.ts';

/** Runs work on the same keys one after the other, and all other work at once. */
export interface KeyedLock {
  /**
   * Runs `work` once all earlier work on any of the keys is done, on other replicas too.
   * @throws CrmUnavailableError if that of another replica is not done shortly before the deadline.
   */
  run<Result>(keys: readonly string[], deadline: Deadline, work: () => Promise<Result>): Promise<Result>;
  /**
   * As {@link KeyedLock.run} for work in parts. Parts whose keys another replica works on do not hold up the others.
   * @param parts the keys of each part.
   * @param work runs once, and again for parts on which another replica works or worked.
   * @returns the problems of the positions that were not done.
   * @throws what `work` throws the first time.
   */
  runParts(
    parts: readonly (readonly string[])[],
    deadline: Deadline,
    work: PartWork,
  ): Promise<ReadonlyMap<number, CrmProblem>>;
}

const beingWritten: CrmProblem = {
  kind: 'unavailable',
  message: 'Another request is writing the same record',
  retryAfterSeconds: 5,
};

/** Keys are taken all at once and in order of arrival, so two pieces of work can never wait for each other. */
export function createKeyedLock(claims: Claims = noClaims): KeyedLock {
  const last = new Map<string, Promise<void>>();

  async function inOrder<Result>(keys: readonly string[], work: (distinct: string[]) => Promise<Result>) {
    const distinct = [...new Set(keys)];
    const earlier = new Set(distinct.flatMap((key) => last.get(key) ?? []));
    const { promise: done, resolve: finish } = Promise.withResolvers<void>();
    for (const key of distinct) last.set(key, done);
    try {
      await Promise.all(earlier);
      return await work(distinct);
    } finally {
      finish();
      for (const key of distinct) if (last.get(key) === done) last.delete(key);
    }
  }

  return {
    run: (keys, deadline, work) => inOrder(keys, (distinct) => claims.hold(distinct, deadline, work)),
    async runParts(parts, deadline, work) {
      const problems = new Map<number, CrmProblem>();
      let isFirst = true;
      const busy = await inOrder(parts.flat(), () =>
        claims.holdParts(parts, deadline, async (positions, ...since) => {
          try {
            return await work(positions, ...since);
          } catch (error) {
            // What was done before needs its answers.
            if (isFirst || !(error instanceof GatewayError)) throw error;
            for (const position of positions) problems.set(position, problemOfError(error, 'ambiguous'));
            return [];
          } finally {
            isFirst = false;
          }
        }),
      );
      for (const position of busy) problems.set(position, beingWritten);
      return problems;
    },
  };
}
