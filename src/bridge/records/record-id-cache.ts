import { LRUCache } from 'lru-cache';
import type { ObjectType } from '../../crm/crm.ts';

/** A match key as the cache needs it: the rule's name and the canonical value. */
export interface CacheKey {
  readonly name: string;
  readonly value: string;
}

/**
 * Remembers which record a match key led to, since CRM search lags behind writes. Ids only, never values, and never "there is
 * none": a hit is a hint that the caller verifies by reading the record.
 */
export interface RecordIdCache {
  get(objectType: ObjectType, key: CacheKey): string | undefined;
  remember(objectType: ObjectType, keys: readonly CacheKey[], id: string): void;
  forget(objectType: ObjectType, key: CacheKey): void;
  readonly size: number;
}

/** @param limits how many keys are kept, and for how many milliseconds after they were last confirmed. */
export function createRecordIdCache(limits: { readonly max: number; readonly ttlMs: number }): RecordIdCache {
  const ids = new LRUCache<string, string>({ max: limits.max, ttl: limits.ttlMs });
  return {
    get: (objectType, key) => ids.get(cacheKey(objectType, key)),
    remember(objectType, keys, id) {
      for (const key of keys) ids.set(cacheKey(objectType, key), id);
    },
    forget: (objectType, key) => {
      ids.delete(cacheKey(objectType, key));
    },
    get size() {
      return ids.size;
    },
  };
}

/** Parts are joined by a character that no canonical value holds outside composite keys. */
function cacheKey(objectType: ObjectType, key: CacheKey): string {
  return `${objectType}\u0001${key.name}\u0001${key.value}`;
}
