import type { ObjectType } from '../../crm/crm.ts';
import type { DropReason } from '../writes/drop-reason.ts';

/** What a replica learned about a property; without a name, about all properties of the object. */
export type RefusalNews =
  | { readonly objectType: ObjectType; readonly name?: string; readonly refusal: DropReason }
  /** An administrator may have changed what the CRM allows. */
  | 'forgotten';

/** Passes on what replicas learn. */
export interface RefusalExchange {
  publish(news: RefusalNews): void;
  /** @param onNews receives what others learned, and how many milliseconds ago. */
  subscribe(onNews: (news: RefusalNews, ageMs: number) => void): void;
}

/** Remembers which properties the CRM refused to create, so that not every request asks again. */
export interface CreationRefusals {
  find(objectType: ObjectType, name: string): DropReason | undefined;
  refuse(objectType: ObjectType, name: string, refusal: DropReason): void;
  /** The CRM does not allow any property to be created. */
  refuseAll(objectType: ObjectType, refusal: DropReason): void;
  /** For when an administrator may have changed what the CRM allows. */
  forget(): void;
}

/** After this time the bridge asks again: an administrator who has granted a scope expects it to count. */
const ttlMs = 45_000;
const maxRefusals = 10_000;

/**
 * @param now milliseconds of a monotonic clock.
 * @param exchange with other replicas, if there are any.
 */
export function createCreationRefusals(now: () => number, exchange?: RefusalExchange): CreationRefusals {
  const known = new Map<string, { readonly refusal: DropReason; readonly until: number }>();
  const refusalOf = (key: string) => {
    const entry = known.get(key);
    if (entry !== undefined && now() < entry.until) return entry.refusal;
    known.delete(key);
    return undefined;
  };
  const remember = (key: string, refusal: DropReason, ageMs = 0) => {
    if (known.size >= maxRefusals) known.clear();
    known.set(key, { refusal, until: now() + ttlMs - ageMs });
  };
  exchange?.subscribe((news, ageMs) => {
    if (news === 'forgotten') known.clear();
    else remember(news.name === undefined ? news.objectType : `${news.objectType}/${news.name}`, news.refusal, ageMs);
  });
  return {
    find: (objectType, name) => refusalOf(objectType) ?? refusalOf(`${objectType}/${name}`),
    refuse(objectType, name, refusal) {
      remember(`${objectType}/${name}`, refusal);
      exchange?.publish({ objectType, name, refusal });
    },
    refuseAll(objectType, refusal) {
      remember(objectType, refusal);
      exchange?.publish({ objectType, refusal });
    },
    forget() {
      known.clear();
      exchange?.publish('forgotten');
    },
  };
}
