import type { CallContext, Crm, CrmRecord } from '../crm/crm.ts';
import { CrmUnavailableError } from '../errors.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';
import { type DuplicateRule, duplicateRules, nameProperties } from './duplicate-rules.ts';
import { digestOf, KeyTable } from './key-table.ts';

export interface DuplicateSearch {
  readonly crm: Pick<Crm, 'list' | 'readByIds'>;
  readonly mapping: Mapping;
  /** Names of the match rules to compare by. */
  readonly rules: readonly string[];
  /** Of the next call. */
  context(): CallContext;
  /** Called after each page with the number of records that were read so far. */
  onProgress(records: number): void;
}

/** Records that hold the same value. */
export interface DuplicateGroup {
  readonly rule: string;
  /** In canonical form; the parts of a rule with several pairs are joined by a space. */
  readonly value: string;
  readonly records: readonly DuplicateRecord[];
}

export interface DuplicateRecord {
  readonly id: string;
  readonly name: string;
  /** ISO 8601, if the CRM says it. */
  readonly createdAt?: string;
}

/** Records per read, as HubSpot's batch reads take them. */
const readSize = 100;

/**
 * Finds the records of a portal that share a value by which they would be matched. Lists all records once and keeps digests only; the
 * records whose digests repeat are read again, and compared by their values. Throws if a page or a record cannot be read.
 */
export async function* findDuplicates(search: DuplicateSearch): AsyncGenerator<DuplicateGroup> {
  const rules = duplicateRules(search.mapping, search.rules);
  const shared = (await collectKeys(search, rules)).shared();
  let suspects: [digest: number, ids: readonly number[]][] = [];
  for (const suspect of shared) {
    suspects.push(suspect);
    if (suspects.reduce((sum, [, ids]) => sum + ids.length, 0) < readSize) continue;
    yield* compare(search, rules, suspects);
    suspects = [];
  }
  if (suspects.length > 0) yield* compare(search, rules, suspects);
}

async function collectKeys(search: DuplicateSearch, rules: readonly DuplicateRule[]): Promise<KeyTable> {
  const { crm, mapping, context, onProgress } = search;
  const { objectType } = mapping.target;
  const properties = [...new Set(rules.flatMap((rule) => rule.properties))];
  const table = new KeyTable();
  let records = 0;
  let after: string | undefined;
  do {
    const page = await crm.list({ objectType, after, properties }, context());
    for (const record of page.records) {
      for (const { digest } of keysOf(rules, record)) table.add(digest, Number(record.id));
    }
    records += page.records.length;
    onProgress(records);
    after = page.next;
  } while (after !== undefined);
  return table;
}

interface RecordKey {
  readonly rule: DuplicateRule;
  readonly value: string;
  readonly digest: number;
}

function keysOf(rules: readonly DuplicateRule[], { properties }: CrmRecord): RecordKey[] {
  return rules.flatMap((rule, index) =>
    [...new Set(rule.valuesOf(properties))].map((value) => ({ rule, value, digest: digestOf(`${index} ${value}`) })),
  );
}

async function* compare(
  { crm, mapping, context }: DuplicateSearch,
  rules: readonly DuplicateRule[],
  suspects: readonly (readonly [digest: number, ids: readonly number[]])[],
): AsyncGenerator<DuplicateGroup> {
  const names = nameProperties(mapping);
  const properties = [...new Set([...rules.flatMap((rule) => rule.properties), ...names])];
  const ids = [...new Set(suspects.flatMap(([, each]) => each.map(String)))];
  const read = await crm.readByIds(mapping.target.objectType, ids, properties, context());
  if (read.failed.size > 0) throw new CrmUnavailableError(`${read.failed.size} records could not be read again`);
  const keys = new Map([...read.found.values()].map((record) => [record, keysOf(rules, record)]));
  for (const [digest, holders] of suspects) {
    // By id: two ids may lead to one record, after a merge.
    const records = new Map(holders.flatMap((id) => entryOf(read.found.get(String(id)))));
    const groups = new Map<string, DuplicateGroup & { records: DuplicateRecord[] }>();
    for (const record of records.values()) {
      for (const { rule, value } of keys.get(record)?.filter((key) => key.digest === digest) ?? []) {
        const group = groups.get(value) ?? { rule: rule.name, value: value.replaceAll('\u0000', ' '), records: [] };
        groups.set(value, group);
        group.records.push(describe(record, names));
      }
    }
    for (const group of groups.values()) if (group.records.length > 1) yield group;
  }
}

function entryOf(record: CrmRecord | undefined): [string, CrmRecord][] {
  return record === undefined ? [] : [[record.id, record]];
}

function describe({ id, properties, createdAt }: CrmRecord, names: readonly string[]): DuplicateRecord {
  const name = names.flatMap((property) => properties[property]?.trim() || []).join(' ');
  return { id, name, ...(createdAt !== undefined && { createdAt }) };
}
