import type { FieldRow, Mapping, ReturnRow, ValueMap } from '../schema/record-mapping.ts';
import { normalizeBoolean } from '../values/boolean-text.ts';
import { normalizeDate, normalizeDatetime } from '../values/date-text.ts';
import { toText } from '../values/field-value.ts';
import { normalizeNumber } from '../values/numbers/number-text.ts';
import { splitText } from '../values/text-list.ts';
import { isValueProblem } from '../values/value-problem.ts';
import { type ChainRun, compileChain } from './transform-chain.ts';

/** A value for Enginy; never null, which would clear the value there. */
export type ReturnedValue = string | number | boolean | readonly string[];

/** A compiled row that returns a value to Enginy. */
export interface ReturnReader {
  /** Name of the value in the answer. */
  readonly field: string;
  /** CRM properties to read; the first with a value is used. */
  readonly properties: readonly string[];
  /** Undefined if the CRM has no value that fits the row's type. */
  read(properties: Readonly<Record<string, string | null>>, run?: ChainRun): ReturnedValue | undefined;
  /** True if the row names the CRM's users. */
  readonly needsOwners: boolean;
}

/** The rows of `return`, and the `write` rows with direction `both` that no return row replaces. */
export function compileReturnRows(mapping: Mapping): ReturnReader[] {
  const rows = mapping.return.map((row) => compileReturnRow(mapping, row, findMap(mapping, row.value_map)));
  const named = new Set(rows.map((row) => row.field));
  const both = mapping.write.fields.filter((row) => row.direction === 'both' && !named.has(row.enginy ?? ''));
  return [...rows, ...both.map((row) => compileBothWays(mapping, row))];
}

function compileReturnRow(mapping: Mapping, row: ReturnRow, valueMap: NamedMap | undefined): ReturnReader {
  const chain = compileChain(row.transform, mapping.locale, valueMap);
  const properties = row.first_of ?? (row.crm === undefined ? [] : [row.crm]);
  return {
    field: row.enginy,
    properties,
    needsOwners: chain.needsOwners,
    read: (held, run) => {
      for (const property of properties) {
        const value = Object.hasOwn(held, property) ? held[property] : undefined;
        if (value === undefined || value === null || value.trim() === '') continue;
        const result = chain.run(value, run);
        const typed = result === undefined || isValueProblem(result) ? undefined : toType(toText(result), row.type);
        if (typed !== undefined) return typed;
      }
      return undefined;
    },
  };
}

function compileBothWays(mapping: Mapping, row: FieldRow): ReturnReader {
  const found = findMap(mapping, row.value_map);
  const backward = found === undefined ? undefined : { name: found.name, valueMap: invert(found.valueMap) };
  return compileReturnRow(
    mapping,
    { crm: row.crm, enginy: row.enginy ?? row.crm, transform: [], type: 'text' },
    backward,
  );
}

interface NamedMap {
  readonly name: string;
  readonly valueMap: ValueMap;
}

function findMap(mapping: Mapping, name: string | undefined): NamedMap | undefined {
  const valueMap = name === undefined ? undefined : mapping.value_maps[name];
  return name === undefined || valueMap === undefined ? undefined : { name, valueMap };
}

/** Reverses a value map; values that are not in the map are skipped or kept, as in the other direction. */
function invert(valueMap: ValueMap): ValueMap {
  const map = Object.fromEntries(Object.entries(valueMap.map).map(([from, to]) => [to, from]));
  return { map, otherwise: valueMap.otherwise === 'keep' ? 'keep' : 'skip' };
}

function toType(text: string, type: ReturnRow['type']): ReturnedValue | undefined {
  switch (type) {
    case 'text':
      return text;
    case 'number':
      return finite(usable(normalizeNumber(text, { isNumber: true }), Number));
    case 'boolean':
      return usable(normalizeBoolean(text), (word) => word === 'true');
    case 'date':
      return usable(normalizeDate(text), String);
    case 'datetime':
      return usable(normalizeDatetime(text), String);
    case 'list':
      return nonEmptyList(splitText(text, ';'));
  }
}

function usable<Result>(value: unknown, read: (text: string) => Result): Result | undefined {
  return typeof value === 'string' ? read(value) : undefined;
}

/** A number with hundreds of digits is infinite in JSON, which would write it as null. */
function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function nonEmptyList(items: readonly string[]): readonly string[] | undefined {
  return items.length === 0 ? undefined : items;
}
