import type { RecordVersion, StoredRecord } from '../records/record-store.ts';
import { Postings } from './postings.ts';
import { tokensOf } from './tokens.ts';

export interface IndexSettings {
  /** Milliseconds of the sandbox's clock between a write and its being searchable. */
  readonly lagMs: number;
  /** A new record that appeared is gone again `afterMs` later for `forMs`. */
  readonly flicker: false | { readonly afterMs: number; readonly forMs: number };
  readonly valueOf: (version: RecordVersion, property: string) => string | null;
}

interface Pending {
  readonly record: StoredRecord;
  /** Undefined: leave the index (archived). */
  readonly version: RecordVersion | undefined;
  readonly visibleAt: number;
}

type KeysOf = (value: string) => readonly string[];

/** What search sees: the records as they were a while ago, with inverted indexes that are built at first use. */
export class SearchIndex {
  readonly #settings: IndexSettings;
  readonly #visible = new Map<number, RecordVersion>();
  readonly #postings = new Map<
    string,
    { readonly property: string; readonly keysOf: KeysOf; readonly postings: Postings }
  >();
  readonly #hidden = new Map<number, { readonly from: number; readonly until: number }>();
  #pending: Pending[] = [];
  #applied = 0;

  constructor(settings: IndexSettings) {
    this.#settings = settings;
  }

  changed(record: StoredRecord, now: number): void {
    const version = record.archivedAt === undefined ? record.version : undefined;
    this.#pending.push({ record, version, visibleAt: now + this.#settings.lagMs });
    this.refresh(now);
  }

  /** Lets everything in whose time has come. */
  refresh(now: number): void {
    for (let next = this.#pending[this.#applied]; next && next.visibleAt <= now; next = this.#pending[this.#applied]) {
      this.#apply(next);
      this.#applied++;
    }
    if (this.#applied > 1000 || this.#applied === this.#pending.length) {
      this.#pending = this.#pending.slice(this.#applied);
      this.#applied = 0;
    }
  }

  get(id: number, now: number): RecordVersion | undefined {
    const hidden = this.#hidden.get(id);
    if (hidden && now >= hidden.until) this.#hidden.delete(id);
    else if (hidden && now >= hidden.from) return undefined;
    return this.#visible.get(id);
  }

  ids(): Iterable<number> {
    return this.#visible.keys();
  }

  /** Records by value, in lower case for texts; lists count by each of their parts. */
  byValue(property: string, keysOf: KeysOf): Postings {
    return this.#postingsOf(`value ${property}`, property, keysOf);
  }

  byToken(property: string): Postings {
    return this.#postingsOf(`token ${property}`, property, tokensOf);
  }

  #postingsOf(name: string, property: string, keysOf: KeysOf): Postings {
    const known = this.#postings.get(name);
    if (known) return known.postings;
    const postings = new Postings();
    for (const version of this.#visible.values()) this.#post(postings, property, keysOf, version, 'add');
    this.#postings.set(name, { property, keysOf, postings });
    return postings;
  }

  #apply({ record, version, visibleAt }: Pending): void {
    const before = this.#visible.get(record.id);
    for (const { property, keysOf, postings } of this.#postings.values()) {
      if (before) this.#post(postings, property, keysOf, before, 'remove');
      if (version) this.#post(postings, property, keysOf, version, 'add');
    }
    if (version) this.#visible.set(record.id, version);
    else this.#visible.delete(record.id);
    const { flicker } = this.#settings;
    if (flicker && version && !before) {
      const from = visibleAt + flicker.afterMs;
      this.#hidden.set(record.id, { from, until: from + flicker.forMs });
    }
  }

  #post(postings: Postings, property: string, keysOf: KeysOf, version: RecordVersion, verb: 'add' | 'remove'): void {
    const value = this.#settings.valueOf(version, property);
    if (value) for (const key of keysOf(value)) postings[verb](key, version.record.id);
  }
}
