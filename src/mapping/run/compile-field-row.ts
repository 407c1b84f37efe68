import type { FieldRow, Mapping, TransformStep } from '../schema/record-mapping.ts';
import { createEmptyWordTest } from '../values/empty-words.ts';
import {
  type EnginyRecord,
  type FieldValue,
  isStructure,
  readField,
  toFieldValue,
  toText,
} from '../values/field-value.ts';
import type { Locale } from '../values/locale.ts';
import { isValueProblem } from '../values/value-problem.ts';
import { createRecordLocale } from './record-locale.ts';
import { findTransform } from '../transforms/transforms.ts';
import {
  type ChainRun,
  compileChain,
  makesLists,
  readStep,
  type StepListener,
  type TransformChain,
} from './transform-chain.ts';

/** What a row reads from a record. */
export type RowReading = RowNotes &
  (
    | { readonly kind: 'value'; readonly value: string; readonly field: string }
    /** Nothing to write. `isSent`: Enginy sent the field, but empty. */
    | { readonly kind: 'empty'; readonly isSent: boolean }
    /** There is a value, but it cannot be written. */
    | { readonly kind: 'unusable' }
  );

interface RowNotes {
  /** Fields that cannot be used. */
  readonly problems: readonly FieldProblem[];
  /** Fields of which only a part is in the value. */
  readonly partials: readonly FieldProblem[];
  /** Fields with a word that means "no value". */
  readonly placeholders: readonly string[];
}

/** A field with a value that cannot be used, and the value as text. */
export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
  readonly given: string;
  /** Sent as an object or a nested list, where the row reads a text. */
  readonly structure?: unknown;
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
  /** True if a text that cannot be parsed is written unchanged. */
  readonly keepsUnreadable: boolean;
  /** True for a text that means "no value". */
  isPlaceholder(text: string): boolean;
  read(record: EnginyRecord, listener?: RowListener): RowReading;
}

interface SourceReader {
  readonly field: string;
  readonly chain: TransformChain | undefined;
}

/** Compiles a row of `write.fields`. */
export function compileFieldRow(mapping: Mapping, row: FieldRow): FieldReader {
  const locale = { ...mapping.locale, isWriting: true };
  const sources = readSources(row).map(({ field, steps }) => ({
    field,
    chain: steps.length === 0 ? undefined : compileChain(steps, locale),
  }));
  const valueMap = row.value_map === undefined ? undefined : mapping.value_maps[row.value_map];
  const chain = compileChain(
    row.transform,
    locale,
    row.value_map === undefined || valueMap === undefined ? undefined : { name: row.value_map, valueMap },
  );
  const hasOptions = row.value_map !== undefined || row.match_option === true;
  const { empty_words: emptyWords } = mapping.write;
  const steps = [...row.transform, ...readSources(row).flatMap((source) => source.steps)];
  const isProse = !hasOptions && row.transform.length > 0 && steps.every(isOfText);
  const values: RowSources = {
    sources,
    chain,
    separator: row.with ?? ' ',
    readsText: steps.length > 0 && !steps.some((step) => makesLists(readStep(step).name)),
    isPlaceholder: createEmptyWordTest(emptyWords, row.empty_words ?? (hasOptions ? 'never' : 'any_case'), isProse),
    localeOf: createRecordLocale(locale, [row.transform, ...readSources(row).map(({ steps }) => steps)]),
  };
  return {
    row,
    sources: sources.map((source) => source.field),
    overwrite: row.overwrite ?? mapping.write.overwrite,
    onEmpty: row.on_empty ?? mapping.write.on_empty,
    keepsUnreadable:
      !hasOptions &&
      row.concat === undefined &&
      [chain, ...sources.map((source) => source.chain)].some((each) => each?.form?.keepsUnreadable === true),
    isPlaceholder: createEmptyWordTest(emptyWords, row.empty_words ?? 'any_case', isProse),
    read: (record, listener) =>
      row.concat === undefined ? readFirst(values, record, listener) : readAll(values, record, listener),
  };
}

/** True for a transform of prose, names and addresses, where `0` says nothing. */
function isOfText(step: TransformStep): boolean {
  const { name } = readStep(step);
  const transform = findTransform(name);
  return transform?.role === 'cosmetic' || transform?.role === 'canonical' || name.endsWith('_name');
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
  readonly isPlaceholder: (value: FieldValue) => boolean;
  /** True where the row converts texts; without a transform, an object is stored as JSON. */
  readonly readsText: boolean;
  /** What the record says about its own values. */
  readonly localeOf: (record: EnginyRecord, sent: unknown) => Locale;
}

/** Collects what is worth a warning while a row is read. */
class Notes implements RowNotes {
  readonly problems: FieldProblem[] = [];
  readonly partials: FieldProblem[] = [];
  readonly placeholders: string[] = [];
  isSent = false;

  empty(): RowReading {
    const { problems, partials, placeholders, isSent } = this;
    const kind = problems.length > 0 ? { kind: 'unusable' as const } : { kind: 'empty' as const, isSent };
    return { ...kind, problems, partials, placeholders };
  }

  value(value: string, field: string): RowReading {
    const { problems, partials, placeholders } = this;
    return { kind: 'value', value, field, problems, partials, placeholders };
  }
}

/** A field that was sent and is not empty, and how its transforms run. */
interface SentField {
  readonly given: FieldValue;
  readonly run: ChainRun;
}

const noText = 'is an object or a list of lists, not a text';

function readSent(
  { isPlaceholder, localeOf, readsText }: RowSources,
  {
    record,
    field,
    listener,
  }: { readonly record: EnginyRecord; readonly field: string; readonly listener: RowListener | undefined },
  notes: Notes,
): SentField | undefined {
  const sent = readField(record, field);
  if (sent === undefined) return undefined;
  const given = toFieldValue(sent);
  listener?.onField(field, given);
  if (given !== undefined && isPlaceholder(given)) {
    notes.placeholders.push(field);
    return undefined;
  }
  notes.isSent = true;
  if (given === undefined) return undefined;
  if (readsText && isStructure(sent)) {
    notes.problems.push({ field, problem: noText, given: toText(given), structure: sent });
    return undefined;
  }
  const onPartial = (problem: string) => {
    if (!notes.partials.some((partial) => partial.field === field)) {
      notes.partials.push({ field, problem, given: toText(given) });
    }
  };
  return { given, run: { listen: listener?.onStep, locale: localeOf(record, sent), onPartial } };
}

function readFirst(row: RowSources, record: EnginyRecord, listener?: RowListener): RowReading {
  const notes = new Notes();
  for (const { field, chain } of row.sources) {
    const sent = readSent(row, { record, field, listener }, notes);
    if (sent === undefined) continue;
    const own = chain === undefined ? sent.given : chain.run(sent.given, sent.run);
    // A part of a value may mean "no value" although the whole does not: the "null" of "Jane null".
    if (chain !== undefined && own !== undefined && !isValueProblem(own) && row.isPlaceholder(own)) {
      notes.placeholders.push(field);
      continue;
    }
    const result = own === undefined || isValueProblem(own) ? own : row.chain.run(own, sent.run);
    if (result === undefined) continue;
    if (!isValueProblem(result)) return notes.value(toText(result), field);
    notes.problems.push({ field, problem: result.problem, given: toText(sent.given) });
  }
  return notes.empty();
}

function readAll(row: RowSources, record: EnginyRecord, listener?: RowListener): RowReading {
  const notes = new Notes();
  const parts: string[] = [];
  const fields: string[] = [];
  for (const { field, chain } of row.sources) {
    const sent = readSent(row, { record, field, listener }, notes);
    if (sent === undefined) continue;
    const part = chain === undefined ? sent.given : chain.run(sent.given, sent.run);
    if (part === undefined) continue;
    if (isValueProblem(part)) {
      notes.problems.push({ field, problem: part.problem, given: toText(sent.given) });
      continue;
    }
    parts.push(toText(part));
    fields.push(field);
  }
  const joined = parts.join(row.separator);
  const field = fields.join('+');
  const onPartial = (problem: string) => notes.partials.push({ field, problem, given: joined });
  const locale = row.localeOf(record, undefined);
  const result = joined === '' ? undefined : row.chain.run(joined, { listen: listener?.onStep, locale, onPartial });
  if (isValueProblem(result)) notes.problems.push({ field, problem: result.problem, given: joined });
  else if (result !== undefined) return notes.value(toText(result), field);
  return notes.empty();
}
