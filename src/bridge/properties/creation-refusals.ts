import type { ObjectType } from '../../crm/crm.ts';

/** Remembers which properties the CRM refused to create, so that not every request asks again. */
export interface CreationRefusals {
  reasonFor(objectType: ObjectType, name: string): string | undefined;
  refuse(objectType: ObjectType, name: string, reason: string): void;
  /** The CRM does not allow any property to be created. */
  refuseAll(objectType: ObjectType, reason: string): void;
}

/** After this time the bridge asks again. */
const ttlMs = 10 * 60_000;
const maxRefusals = 10_000;

/** @param now milliseconds of a monotonic clock. */
export function createCreationRefusals(now: () => number): CreationRefusals {
  const known = new Map<string, { readonly reason: string; readonly until: number }>();
  const reasonOf = (key: string) => {
    const refusal = known.get(key);
    if (refusal !== undefined && now() < refusal.until) return refusal.reason;
    known.delete(key);
    return undefined;
  };
  const remember = (key: string, reason: string) => {
    if (known.size >= maxRefusals) known.clear();
    known.set(key, { reason, until: now() + ttlMs });
  };
  return {
    reasonFor: (objectType, name) => reasonOf(objectType) ?? reasonOf(`${objectType}/${name}`),
    refuse: (objectType, name, reason) => remember(`${objectType}/${name}`, reason),
    refuseAll: (objectType, reason) => remember(objectType, reason),
  };
}
