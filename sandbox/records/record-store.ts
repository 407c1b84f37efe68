import type { ObjectType } from '../object-types.ts';
import { IdOrder } from './id-order.ts';

/** Values by slot (see {@link RecordStore.slotOf}); undefined = never set, '' = cleared. Never changed in place. */
export type SlotValues = readonly (string | undefined)[];

/** One state of a record. The search index keeps references to old states, which costs no copies. */
export interface RecordVersion {
  readonly record: StoredRecord;
  readonly values: SlotValues;
  /** True when no value holds anything that JSON escapes: computed once, on write. */
  readonly isPlain: boolean;
  /** Epoch milliseconds, as all times here. */
  readonly updatedAt: number;
}

export interface StoredRecord {
  readonly id: number;
  readonly createdAt: number;
  version: RecordVersion;
  archivedAt: number | undefined;
}

export interface InsertedAt {
  readonly id?: number;
  readonly createdAt?: number;
  readonly updatedAt?: number;
}

/** Quotes, backslashes and control characters. */
const escaped = /["\\]|[^ -\uffff]/;

/** A property under which a record is found, with the texts that count as its keys. */
interface KeyIndex {
  readonly ids: Map<string, number>;
  readonly keysOf: (version: RecordVersion) => readonly string[];
}

/** The records of one object type: by id, by unique value, and what merges forwarded. Built for hundreds of thousands of records. */
export class RecordStore {
  readonly type: ObjectType;
  readonly live = new Map<number, StoredRecord>();
  readonly archived = new Map<number, StoredRecord>();
  readonly #order = new IdOrder();
  /** Ids that merges folded into others. */
  readonly forwards = new Map<number, number>();
  /** Addresses that a GDPR delete put on the block list. */
  readonly blockedEmails = new Set<string>();
  readonly #slots = new Map<string, number>();
  readonly #keys = new Map<string, KeyIndex>();
  readonly #onChange: (record: StoredRecord) => void;
  #nextId: number;

  /** @param onChange called after every change of a record, archiving included. */
  constructor(type: ObjectType, onChange: (record: StoredRecord) => void) {
    this.type = type;
    this.#onChange = onChange;
    this.#nextId = type.firstId;
  }

  /** The id that the next new record gets. */
  get nextId(): number {
    return this.#nextId;
  }

  /** The place of a property in every record's values, given at its first use, so that records stay as short as the portal is simple. */
  slotOf(property: string): number {
    const known = this.#slots.get(property);
    if (known !== undefined) return known;
    const slot = this.#slots.size;
    this.#slots.set(property, slot);
    return slot;
  }

  /** The place of a property, undefined while no record has a value for it. */
  knownSlot(property: string): number | undefined {
    return this.#slots.get(property);
  }

  stored(version: RecordVersion, property: string): string | undefined {
    const slot = this.#slots.get(property);
    return slot === undefined ? undefined : version.values[slot];
  }

  /** Names of all properties that the record has a value for, cleared ones included. */
  storedNames(version: RecordVersion): string[] {
    const names: string[] = [];
    for (const [name, slot] of this.#slots) if (version.values[slot] !== undefined) names.push(name);
    return names;
  }

  /** Follows merges; undefined when the id is unknown or archived. */
  find(id: number): StoredRecord | undefined {
    return this.live.get(this.survivorOf(id));
  }

  survivorOf(id: number): number {
    let survivor = id;
    for (let next = this.forwards.get(survivor); next !== undefined; next = this.forwards.get(survivor))
      survivor = next;
    return survivor;
  }

  /** Makes records findable by a property; `keysOf` gives normalized texts. */
  addKey(property: string, keysOf: (version: RecordVersion) => readonly string[]): void {
    const index: KeyIndex = { ids: new Map(), keysOf };
    for (const record of this.live.values()) for (const key of keysOf(record.version)) index.ids.set(key, record.id);
    this.#keys.set(property, index);
  }

  removeKey(property: string): void {
    this.#keys.delete(property);
  }

  hasKey(property: string): boolean {
    return this.#keys.has(property);
  }

  findByKey(property: string, key: string): StoredRecord | undefined {
    const id = this.#keys.get(property)?.ids.get(key);
    return id === undefined ? undefined : this.live.get(id);
  }

  /** At most `size` records with ids greater than `after`, in the order of ids. */
  page(after: number, size: number, among: 'live' | 'archived'): StoredRecord[] {
    const page: StoredRecord[] = [];
    for (const id of this.#order.after(after)) {
      const record = this[among].get(id);
      if (record !== undefined) page.push(record);
      if (page.length === size) break;
    }
    return page;
  }

  /** `at` gives a record of the past its id and its times: one that was created then has not changed since, unless it says so. */
  insert(values: ReadonlyMap<string, string>, now: number, at: InsertedAt = {}): StoredRecord {
    const id = at.id ?? this.#nextId++;
    if (id >= this.#nextId) this.#nextId = id + 1;
    const record: StoredRecord = {
      id,
      createdAt: at.createdAt ?? now,
      archivedAt: undefined,
      // Set on the next line: a version points back to its record.
      version: undefined as never,
    };
    record.version = newVersion(record, this.#merge([], values), at.updatedAt ?? at.createdAt ?? now);
    this.live.set(id, record);
    this.#order.add(id);
    this.#addKeys(record.version);
    this.#onChange(record);
    return record;
  }

  update(record: StoredRecord, values: ReadonlyMap<string, string>, now: number): void {
    this.#dropKeys(record.version);
    record.version = newVersion(record, this.#merge(record.version.values, values), now);
    this.#addKeys(record.version);
    this.#onChange(record);
  }

  archive(record: StoredRecord, now: number): void {
    this.#dropKeys(record.version);
    this.live.delete(record.id);
    record.archivedAt = now;
    this.archived.set(record.id, record);
    this.#onChange(record);
  }

  /** Restores from the recycle bin, as a user does; the time of its last change stays. */
  restore(record: StoredRecord): void {
    this.archived.delete(record.id);
    record.archivedAt = undefined;
    this.live.set(record.id, record);
    this.#addKeys(record.version);
    this.#onChange(record);
  }

  /** Removes permanently: the losing side of a merge, a GDPR delete. */
  remove(record: StoredRecord, now: number): void {
    this.archive(record, now);
    this.archived.delete(record.id);
  }

  #merge(values: SlotValues, changes: ReadonlyMap<string, string>): SlotValues {
    const merged = values.slice();
    for (const [name, value] of changes) {
      const slot = this.slotOf(name);
      while (merged.length < slot) merged.push(undefined);
      merged[slot] = value;
    }
    return merged;
  }

  #addKeys(version: RecordVersion): void {
    for (const index of this.#keys.values())
      for (const key of index.keysOf(version)) index.ids.set(key, version.record.id);
  }

  #dropKeys(version: RecordVersion): void {
    for (const index of this.#keys.values())
      for (const key of index.keysOf(version)) if (index.ids.get(key) === version.record.id) index.ids.delete(key);
  }
}

function newVersion(record: StoredRecord, values: SlotValues, updatedAt: number): RecordVersion {
  return {
    record,
    values,
    isPlain: !values.some((value) => value !== undefined && escaped.test(value)),
    updatedAt,
  };
}
