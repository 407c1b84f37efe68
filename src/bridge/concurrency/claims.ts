import type { Deadline } from '../../crm/deadline.ts';

/** Work on keys that other replicas may work on too. */
export interface Claims {
  /**
   * Runs `work` while no other replica works on any of the keys. If the claims cannot be kept anywhere, it runs at once: what must be
   * unique is unique in the CRM, so a lost claim costs a lookup.
   * @param work learns whether another replica worked on one of the keys meanwhile: what is known of them may be out of date.
   * @throws CrmUnavailableError if others still work on a key shortly before the deadline; `work` has not run then.
   */
  hold<Result>(
    keys: readonly string[],
    deadline: Deadline,
    work: (hasWaited: boolean) => Promise<Result>,
  ): Promise<Result>;
  /**
   * As {@link Claims.hold} for work in parts: those that no other replica works on are done at once, the others when their keys come
   * free. Parts that share a key are done together.
   * @param parts the keys of each part.
   * @param work may run several times.
   * @returns the positions of those that others still work on shortly before the deadline; `work` has not received them.
   */
  holdParts(parts: readonly (readonly string[])[], deadline: Deadline, work: PartWork): Promise<readonly number[]>;
}

/**
 * Work on some parts of a whole.
 * @param positions of the parts, in ascending order.
 * @param othersSince when another replica began to work on them, in milliseconds since 1970, if it did and may have died: what it wrote is
 * not necessarily remembered.
 * @param regainLost claims the parts again if the claims were not prolonged for longer than they are held, because this process was stopped
 * or Redis was away, and waits until another replica has finished with them. True if it did: another may have worked on the parts. Throws
 * CrmUnavailableError if the other does not finish in time.
 * @returns the positions for which that is cleared up; for the others, the next one to work on them learns it, too.
 */
export type PartWork = (
  positions: readonly number[],
  othersSince: number | undefined,
  regainLost: () => Promise<boolean>,
) => Promise<readonly number[]>;

/** For a process that is alone. */
export const noClaims: Claims = {
  hold: (_keys, _deadline, work) => work(false),
  async holdParts(parts, _deadline, work) {
    await work([...parts.keys()], undefined, async () => false);
    return [];
  },
};

/** The key of the work that creates a property. */
export function propertyClaim(objectType: string, name: string): string {
  return `property\u0001${objectType}\u0001${name}`;
}
