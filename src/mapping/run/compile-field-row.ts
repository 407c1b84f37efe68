import type { FieldRow, Mapping, TransformStep } from '../schema/record-mapping.ts';
import { type EnginyRecord, type FieldValue, readField, toFieldValue, toText } from '../values/field-value.ts';
import { isValueProblem } from '../values/value-problem.ts';
import { compileChain, type StepListener, type TransformChain } from './transform-chain.ts';

/** What a row reads from a record. */
export type RowReading =
  | {
      readonly kind: 'value';
      readonly value: string;
      readonly field: string;
      readonly problems: readonly FieldProblem[];
    }
  /** Nothing to write. `isSent`: Enginy sent the field, but empty. */
  | { readonly kind: 'empty'; readonly isSent: boolean }
  /** There is a value, but it cannot be written. */
  | { readonly kind: 'unusable'; readonly problems: readonly FieldProblem[] };

/** A field with a value that cannot be used, and the value as text. */
export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
  readonly given: string;
}

/** Receives each field that is read and each step of its value. */
export interface RowListener {
  readonly onField: (field: string, given: FieldValue | undefined) => void;
  readonly onStep: StepListener;
}

export interface FieldReader {
  readonly row: FieldRow;
  /** Names of the fields that the row reads. */
  readonly sources: readonly string[];
  readonly overwrite: 'always' | 'if_empty' | 'never';
  readonly onEmpty: 'skip' | 'clear';
  read(record: EnginyRecord, listener?: RowListener): RowReading;
}

interface SourceReader {
  readonly field: string;
  readonly chain: TransformChain | undefined;
}

/** Compiles a row of `write.fields`. */
export function compileFieldRow(mapping: Mapping, row: FieldRow): FieldReader {
  const sources = readSources(row).map(({ field, steps }) => ({
    field,
    chain: steps.length === 0 ? undefined : compileChain(steps, mapping.locale),
  }));
  const valueMap = row.value_map === undefined ? undefined : mapping.value_maps[row.value_map];
  const chain = compileChain(
    row.transform,
    mapping.locale,
    row.value_map === undefined || valueMap === undefined ? undefined : { name: row.value_map, valueMap },
  );
  const values: RowSources = { sources, chain, separator: row.with ?? ' ' };
  return {
    row,
    sources: sources.map((source) => source.field),
    overwrite: row.overwrite ?? mapping.write.overwrite,
    onEmpty: row.on_empty ?? mapping.write.on_empty,
    read: (record, listener) =>
      row.concat === undefined ? readFirst(values, record, listener) : readAll(values, record, listener),
  };
}

/** The fields that a row names, each with its own transforms. */
export function readSources(row: FieldRow): { readonly field: string; readonly steps: readonly TransformStep[] }[] {
  const sources = row.concat ?? row.first_of ?? (row.enginy === undefined ? [] : [row.enginy]);
  return sources.map((source) =>
    typeof source === 'string' ? { field: source, steps: [] } : { field: source.enginy, steps: source.transform },
  );
}

/** The compiled sources of a row's value. */
interface RowSources {
  readonly sources: readonly SourceReader[];
  /** The transforms and value map of the row, applied after those of the source. */
  readonly chain: TransformChain;
  /** Between the parts of a `concat`. */
  readonly separator: string;
}

const noProblems: readonly FieldProblem[] = [];

function readFirst({ sources, chain }: RowSources, record: EnginyRecord, listener?: RowListener): RowReading {
  let problems = noProblems;
  let isSent = false;
  for (const source of sources) {
    const sent = readField(record, source.field);
    if (sent === undefined) continue;
    isSent = true;
    const given = toFieldValue(sent);
    listener?.onField(source.field, given);
    if (given === undefined) continue;
    const own = source.chain === undefined ? given : source.chain.run(given, listener?.onStep);
    const result = own === undefined || isValueProblem(own) ? own : chain.run(own, listener?.onStep);
    if (result === undefined) continue;
    if (!isValueProblem(result)) return { kind: 'value', value: toText(result), field: source.field, problems };
    problems = [...problems, { field: source.field, problem: result.problem, given: toText(given) }];
  }
  return problems.length > 0 ? { kind: 'unusable', problems } : { kind: 'empty', isSent };
}

function readAll({ sources, chain, separator }: RowSources, record: EnginyRecord, listener?: RowListener): RowReading {
  const problems: FieldProblem[] = [];
  const parts: string[] = [];
  const fields: string[] = [];
  let isSent = false;
  for (const source of sources) {
    const sent = readField(record, source.field);
    if (sent === undefined) continue;
    isSent = true;
    const given = toFieldValue(sent);
    listener?.onField(source.field, given);
    if (given === undefined) continue;
    const part = source.chain === undefined ? given : source.chain.run(given, listener?.onStep);
    if (part === undefined) continue;
    if (isValueProblem(part)) {
      problems.push({ field: source.field, problem: part.problem, given: toText(given) });
      continue;
    }
    parts.push(toText(part));
    fields.push(source.field);
  }
  const joined = parts.join(separator);
  const result = joined === '' ? undefined : chain.run(joined, listener?.onStep);
  const field = fields.join('+');
  if (isValueProblem(result)) problems.push({ field, problem: result.problem, given: joined });
  else if (result !== undefined) return { kind: 'value', value: toText(result), field, problems };
  return problems.length > 0 ? { kind: 'unusable', problems } : { kind: 'empty', isSent };
}
