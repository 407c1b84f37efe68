import { LRUCache } from 'lru-cache';
import type { ObjectType } from '../../crm/crm.ts';

/** A match key as the cache needs it: the rule's name and the canonical value. */
export interface CacheKey {
  readonly name: string;
  readonly value: string;
}

/** What the process remembers of a match key. */
export interface RememberedIds {
  /** Records that are known to hold the key, the latest last. */
  readonly ids: readonly string[];
  /** True if a search found these records and no others within the last minute. */
  readonly isSearched: boolean;
  /** How long ago the search began, in milliseconds, if that was in the last minute: also one that did not try every spelling. */
  readonly searchedAgoMs?: number;
  /** True if a search found these records and no others after the request that needed them was answered. */
  readonly isAwaited: boolean;
  /** How the last search spelled the key. */
  readonly spelling?: string;
}

/** The result of a search: the records that hold the key, and those that are proved not to hold it. */
export interface SearchedIds {
  readonly holders: readonly string[];
  readonly others: readonly string[];
  /** True if the request was answered before. */
  readonly isAwaited?: boolean;
  /** True if not every spelling was searched for. */
  readonly isPartial?: boolean;
  /** How long the search took. */
  readonly tookMs?: number;
  /** How it spelled the key. */
  readonly spelling?: string;
}

/**
 * Remembers which records hold a match key, since CRM search lags behind writes. Ids only, never values: every id is a hint that the
 * caller verifies by reading the record. All records of a key are kept, so that one of them never hides another.
 */
export interface RecordIdCache {
  /** Asks the other replicas for the keys of which this one remembers no record. Call it before {@link RecordIdCache.get}. */
  prefetch(objectType: ObjectType, keys: readonly CacheKey[]): Promise<void>;
  get(objectType: ObjectType, key: CacheKey): RememberedIds | undefined;
  /** Adds a record that was just written with these keys, or read with them. */
  remember(objectType: ObjectType, keys: readonly CacheKey[], id: string): void;
  /** Notes what a search found. Ids that were remembered while it ran are kept. */
  settle(objectType: ObjectType, key: CacheKey, found: SearchedIds): void;
  /** Notes that an answer contains what an awaited search found. */
  deliver(objectType: ObjectType, key: CacheKey): void;
  readonly size: number;
}

interface Entry {
  readonly ids: readonly string[];
  readonly searchedAt?: number;
  readonly tookMs?: number;
  readonly isAwaited?: boolean;
  readonly isPartial?: boolean;
  readonly spelling?: string;
}

/** What all replicas remember: the record that was last known to hold a key, by the key's name. Never fails. */
export interface SharedIds {
  read(keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  write(keys: readonly string[], id: string): void;
}

const nothingShared: SharedIds = { read: async () => new Map(), write: () => {} };

/** How long a search is trusted to have found all records but those that were modified since, in milliseconds. */
const searchTrustedMs = 60_000;
/** How long a request that was answered too early may take up what was found after its answer, in milliseconds. */
const awaitedMs = 10 * 60_000;
/** A key that more records hold identifies none of them, and is searched every time. */
const maxIds = 50;

interface CacheDeps {
  /** Milliseconds; of the process by default. */
  readonly now?: () => number;
  readonly shared?: SharedIds | undefined;
}

/** @param limits how many keys are kept, and for how many milliseconds after they were last confirmed. */
export function createRecordIdCache(
  limits: { readonly max: number; readonly ttlMs: number },
  { now = () => performance.now(), shared = nothingShared }: CacheDeps = {},
): RecordIdCache {
  const entries = new LRUCache<string, Entry>({
    // A size of one per entry bounds their number without reserving memory for all of them at the start, as `max` would.
    maxSize: limits.max,
    sizeCalculation: () => 1,
    ttl: limits.ttlMs,
  });
  return {
    async prefetch(objectType, keys) {
      if (shared === nothingShared) return;
      const isUnknown = (name: string) => (entries.get(name)?.ids ?? []).length === 0;
      const names = keys.map((key) => cacheKey(objectType, key)).filter(isUnknown);
      if (names.length === 0) return;
      const found = await shared.read([...new Set(names)]);
      for (const [name, id] of found) if (isUnknown(name)) entries.set(name, { ...entries.get(name), ids: [id] });
    },
    get(objectType, key) {
      const entry = entries.get(cacheKey(objectType, key));
      if (entry === undefined) return undefined;
      const { ids, searchedAt, tookMs = 0, isAwaited = false, isPartial = false, spelling = '' } = entry;
      if (searchedAt === undefined) return { ids, isSearched: false, isAwaited: false };
      const ageMs = now() - searchedAt;
      const isRecent = ageMs < searchTrustedMs;
      const known = { ids, isSearched: isRecent && !isPartial, isAwaited: isAwaited && ageMs < awaitedMs, spelling };
      return isRecent ? { ...known, searchedAgoMs: ageMs + tookMs } : known;
    },
    remember(objectType, keys, id) {
      const names = keys.map((key) => cacheKey(objectType, key));
      const news = names.filter((name) => entries.get(name)?.ids.at(-1) !== id);
      if (news.length > 0) shared.write(news, id);
      for (const name of names) {
        const entry = entries.get(name);
        const ids = [...(entry?.ids ?? []).filter((known) => known !== id), id];
        entries.set(name, { ...entry, ids: ids.slice(-maxIds) });
      }
    },
    settle(objectType, key, { holders, others, isAwaited = false, isPartial = false, tookMs = 0, spelling = '' }) {
      const name = cacheKey(objectType, key);
      const entry = entries.get(name);
      const since = (entry?.ids ?? []).filter((id) => !others.includes(id));
      const ids = [...new Set([...holders, ...since])];
      if (ids.length > maxIds) entries.set(name, { ids: ids.slice(-maxIds) });
      // What was searched for completely is not forgotten for a search that was not.
      else if (isPartial && entry?.searchedAt !== undefined && entry.isPartial !== true)
        entries.set(name, { ...entry, ids });
      else entries.set(name, { ids, searchedAt: now(), tookMs, isAwaited, isPartial, spelling });
    },
    deliver(objectType, key) {
      const name = cacheKey(objectType, key);
      const entry = entries.get(name);
      if (entry?.isAwaited === true) entries.set(name, { ...entry, isAwaited: false });
    },
    get size() {
      return entries.size;
    },
  };
}

/** Parts are joined by a character that no canonical value holds outside composite keys. */
function cacheKey(objectType: ObjectType, key: CacheKey): string {
  return `${objectType}\u0001${key.name}\u0001${key.value}`;
}
