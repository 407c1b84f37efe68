import type { ReadValue } from '../records/read-value.ts';
import type { RecordVersion, StoredRecord } from '../records/record-store.ts';
import { ModifiedOrder } from './modified-order.ts';
import { Postings } from './postings.ts';
import { tokensOf } from './tokens.ts';

/** A new record that appeared is gone again `afterMs` later for `forMs`. */
export interface Flicker {
  readonly afterMs: number;
  readonly forMs: number;
}

export interface IndexSettings {
  /** Milliseconds of the sandbox's clock between a write and its being searchable; drawn for each write. */
  readonly lagMs: () => number;
  readonly flicker: () => Flicker | false;
  readonly readerOf: (property: string) => ReadValue;
}

interface Pending {
  readonly record: StoredRecord;
  /** Undefined: leave the index (archived). */
  readonly version: RecordVersion | undefined;
  readonly visibleAt: number;
  /** Rises from write to write: a late one does not undo what a later write of the record has shown already. */
  readonly number: number;
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
  readonly #modified = new ModifiedOrder();
  /** In the order in which they become visible. */
  #pending: Pending[] = [];
  #applied = 0;
  #number = 0;
  /** The newest write that each record with several pending ones has shown. */
  readonly #shown = new Map<number, number>();

  constructor(settings: IndexSettings) {
    this.#settings = settings;
  }

  changed(record: StoredRecord, now: number): void {
    const version = record.archivedAt === undefined ? record.version : undefined;
    this.#number += 1;
    this.#plan({ record, version, visibleAt: now + this.#settings.lagMs(), number: this.#number });
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
      if (this.#pending.length === 0) this.#shown.clear();
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

  /** At least the records whose visible state was written at this moment or later. */
  modifiedSince(moment: number): { readonly count: number; readonly ids: () => readonly number[] } {
    return this.#modified.since(moment);
  }

  /** Nearly always at the end: lags differ little. */
  #plan(pending: Pending): void {
    let at = this.#pending.length;
    while (at > this.#applied && (this.#pending[at - 1]?.visibleAt ?? 0) > pending.visibleAt) at -= 1;
    if (at === this.#pending.length) this.#pending.push(pending);
    else this.#pending.splice(at, 0, pending);
  }

  #apply({ record, version, visibleAt, number }: Pending): void {
    if ((this.#shown.get(record.id) ?? 0) > number) return;
    this.#shown.set(record.id, number);
    if (version) this.#modified.add(record.id, version.updatedAt);
    const before = this.#visible.get(record.id);
    for (const inverted of this.#inverted.values()) {
      if (before) post(inverted, before, 'remove');
      if (version) post(inverted, version, 'add');
    }
    if (version) this.#visible.set(record.id, version);
    else this.#visible.delete(record.id);
    const flicker = version && !before && this.#settings.flicker();
    if (flicker) {
      const from = visibleAt + flicker.afterMs;
      this.#hidden.set(record.id, { from, until: from + flicker.forMs });
    }
  }
}

function post({ read, keysOf, postings }: Inverted, version: RecordVersion, verb: 'add' | 'remove'): void {
  const value = read(version);
  if (value) for (const key of keysOf(value)) postings[verb](key, version.record.id);
}
