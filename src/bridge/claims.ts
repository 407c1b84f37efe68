import type { Deadline } from '../crm/deadline.ts';

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
}

/** For a process that is alone. */
export const noClaims: Claims = { hold: (_keys, _deadline, work) => work(false) };

/** The key of the work that creates a property. */
export function propertyClaim(objectType: string, name: string): string {
  return `property\u0001${objectType}\u0001${name}`;
}
