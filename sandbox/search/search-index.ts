import type { ReadValue } from '../records/read-value.ts';
import type { RecordVersion, StoredRecord } from '../records/record-store.ts';
import { Postings } from './postings.ts';
import { tokensOf } from './tokens.ts';

export interface IndexSettings {
  /** Milliseconds of the sandbox's clock between a write and its being searchable. */
  readonly lagMs: number;
  /** A new record that appeared is gone again `afterMs` later for `forMs`. */
  readonly flicker: false | { readonly afterMs: number; readonly forMs: number };
  readonly readerOf: (property: string) => ReadValue;
}

interface Pending {
  readonly record: StoredRecord;
  /** Undefined: leave the index (archived). */
  readonly version: RecordVersion | undefined;
  readonly visibleAt: number;
}

type KeysOf = (value: string) => readonly string[];

/** An inverted index and how a record's keys in it are found. */
interface Inverted {
  readonly read: ReadValue;
  readonly keysOf: KeysOf;
  readonly postings: Postings;
}

/** What search sees: the records as they were a while ago, with inverted indexes that are built at first use. */
export class SearchIndex {
  readonly #settings: IndexSettings;
  readonly #visible = new Map<number, RecordVersion>();
  readonly #inverted = new Map<string, Inverted>();
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
    const known = this.#inverted.get(name);
    if (known) return known.postings;
    const inverted: Inverted = { read: this.#settings.readerOf(property), keysOf, postings: new Postings() };
    for (const version of this.#visible.values()) post(inverted, version, 'add');
    this.#inverted.set(name, inverted);
    return inverted.postings;
  }

  #apply({ record, version, visibleAt }: Pending): void {
    const before = this.#visible.get(record.id);
    for (const inverted of this.#inverted.values()) {
      if (before) post(inverted, before, 'remove');
      if (version) post(inverted, version, 'add');
    }
    if (version) this.#visible.set(record.id, version);
    else this.#visible.delete(record.id);
    const { flicker } = this.#settings;
    if (flicker && version && !before) {
      const from = visibleAt + flicker.afterMs;
      this.#hidden.set(record.id, { from, until: from + flicker.forMs });
    }
  }
}

function post({ read, keysOf, postings }: Inverted, version: RecordVersion, verb: 'add' | 'remove'): void {
  const value = read(version);
  if (value) for (const key of keysOf(value)) postings[verb](key, version.record.id);
}
