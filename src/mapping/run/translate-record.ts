import type { FieldRow, Mapping } from '../schema/record-mapping.ts';
import { type EnginyRecord, readCustomFields, toFieldValue, toText } from '../values/field-value.ts';
import type { FieldProblem, FieldReader, RowListener, RowReading } from './compile-field-row.ts';
import { compileMapping } from './compile-mapping.ts';

/** What becomes of one record of Enginy. No property is in two of the first three places. */
export interface Translation {
  /** To be written as they are. */
  readonly properties: Record<string, string>;
  /** Updates: to be written only where the CRM holds nothing. */
  readonly ifEmpty: Record<string, string>;
  /** Texts to be compared with the portal's options (option-matcher.ts). */
  readonly looseOptions: Record<string, LooseOption>;
  /** Properties to be cleared before they are written, since the CRM ignores a step back. */
  readonly forced: string[];
  /** Fields without a row, entries of `customFields` among them; never empty, except where the file clears by default. */
  readonly unknown: { readonly field: string; readonly value: unknown }[];
  /** What was left out and why, without values. */
  readonly warnings: string[];
  /** CRM property → Enginy field, several joined by `+`; `(constant)` and `(default)` for values out of the file. */
  readonly sources: Record<string, string>;
}

export interface LooseOption {
  readonly text: string;
  /** Updates: to be written only where the CRM holds nothing. */
  readonly ifEmpty: boolean;
  /** Property that takes the text where no option fits. */
  readonly keepRawIn?: string;
}

export type WriteMode = 'create' | 'update';

/** Fields that say which record is meant. */
const idFields: ReadonlySet<string> = new Set(['externalId', 'crmId']);

/**
 * A record of Enginy as CRM properties. A create carries the identity property, constants and defaults; an update
 * carries only what was sent, with the identity (where it was sent) to be filled where it is empty.
 */
export function toCrmProperties(mapping: Mapping, record: EnginyRecord, mode: WriteMode): Translation {
  const translation = emptyTranslation();
  const compiled = compileMapping(mapping);
  const write: RecordWrite = { record, mode, translation };
  writeIdentity(mapping, write);
  for (const reader of compiled.fields) writeRow(reader, write);
  if (mode === 'create') {
    for (const { crm, value } of mapping.write.on_create) {
      put(translation, 'properties', { property: crm, value, source: '(constant)' });
    }
  }
  collectUnknown(mapping, compiled.knownFields, write);
  return translation;
}

/** One record on its way into a translation. */
export interface RecordWrite {
  readonly record: EnginyRecord;
  readonly mode: WriteMode;
  /** Filled row by row. */
  readonly translation: Translation;
}

/** A translation that nothing was written into yet. */
export function emptyTranslation(): Translation {
  return { properties: {}, ifEmpty: {}, looseOptions: {}, forced: [], unknown: [], warnings: [], sources: {} };
}

/** A CRM record as the `properties` of Enginy's answer. What the CRM does not have is absent, never null. */
export function toEnginyProperties(
  mapping: Mapping,
  properties: Readonly<Record<string, string | null>>,
): Record<string, unknown> {
  const answer: Record<string, unknown> = {};
  for (const reader of compileMapping(mapping).returns) {
    const value = reader.read(properties);
    if (value !== undefined) answer[reader.field] = value;
  }
  return answer;
}

/** Properties of their own that a mapping needs and that are made when missing. */
export function ownProperties(mapping: Mapping): { name: string; field: string; isIdentity: boolean }[] {
  const kept = compileMapping(mapping).fields.flatMap(({ row, sources }) =>
    row.keep_raw_in === undefined ? [] : [{ name: row.keep_raw_in, field: sources.join('+'), isIdentity: false }],
  );
  if (mapping.identity === undefined) return kept;
  return [{ name: mapping.identity.crm, field: mapping.identity.enginy, isIdentity: true }, ...kept];
}

/** Writes what one row makes of the record into the translation; `explain` calls it with a listener, row by row. */
export function writeRow(
  reader: FieldReader,
  { record, mode, translation }: RecordWrite,
  listener?: RowListener,
): void {
  const { row, overwrite } = reader;
  if (mode === 'update' && overwrite === 'never') return;
  const place = mode === 'update' && overwrite === 'if_empty' ? 'ifEmpty' : 'properties';
  const reading = reader.read(record, listener);
  if (reading.kind !== 'empty') warn(row, reading, translation);
  if (reading.kind === 'unusable') keepRaw(row, reading.problems, { translation, place });
  if (reading.kind === 'value') {
    const { value, field } = reading;
    if (row.match_option === true) {
      const keepRawIn = row.keep_raw_in === undefined ? {} : { keepRawIn: row.keep_raw_in };
      translation.looseOptions[row.crm] = { text: value, ifEmpty: place === 'ifEmpty', ...keepRawIn };
      translation.sources[row.crm] = field;
    } else {
      put(translation, place, { property: row.crm, value, source: field });
    }
    if (row.backward === 'force' && mode === 'update') translation.forced.push(row.crm);
  } else if (mode === 'create') {
    if (row.default !== undefined) {
      put(translation, 'properties', { property: row.crm, value: row.default, source: '(default)' });
    }
  } else if (reading.kind === 'empty' && reading.isSent && reader.onEmpty === 'clear') {
    put(translation, 'properties', { property: row.crm, value: '', source: reader.sources.join('+') });
  }
}

interface SourcedValue {
  readonly property: string;
  readonly value: string;
  readonly source: string;
}

function put(
  translation: Translation,
  place: 'properties' | 'ifEmpty',
  { property, value, source }: SourcedValue,
): void {
  translation[place][property] = value;
  translation.sources[property] = source;
}

/** One warning for each field of the row that could not be used. */
function warn(row: FieldRow, reading: Exclude<RowReading, { kind: 'empty' }>, translation: Translation): void {
  const isKept = reading.kind === 'unusable' && row.keep_raw_in !== undefined;
  const kept = isKept ? `; the text is kept in ${row.keep_raw_in}` : '';
  for (const { field, problem } of reading.problems) {
    translation.warnings.push(`${field} ${problem} and was not written to ${row.crm}${kept}`);
  }
}

/** Keeps the text of a value that does not fit, where the row names a property for it. */
function keepRaw(
  row: FieldRow,
  [first]: readonly FieldProblem[],
  { translation, place }: { readonly translation: Translation; readonly place: 'properties' | 'ifEmpty' },
): void {
  if (first === undefined || row.keep_raw_in === undefined) return;
  put(translation, place, { property: row.keep_raw_in, value: first.given, source: first.field });
}

function writeIdentity(mapping: Mapping, { record, mode, translation }: RecordWrite): void {
  if (mapping.identity === undefined) return;
  const { enginy, crm } = mapping.identity;
  const id = toFieldValue(Object.hasOwn(record, enginy) ? record[enginy] : undefined);
  if (id === undefined) return;
  const place = mode === 'create' ? 'properties' : 'ifEmpty';
  put(translation, place, { property: crm, value: toText(id).trim(), source: enginy });
}

function collectUnknown(mapping: Mapping, known: ReadonlySet<string>, write: RecordWrite): void {
  const { record, mode, translation } = write;
  const keepsEmpty = mode === 'update' && mapping.write.on_empty === 'clear';
  const collect = (field: string, value: unknown) => {
    if (toFieldValue(value) !== undefined) translation.unknown.push({ field, value });
    else if (keepsEmpty && value !== undefined) translation.unknown.push({ field, value: '' });
  };
  const custom = known.has('customFields') ? undefined : readCustomFields(record);
  for (const field of Object.keys(record)) {
    if (known.has(field) || idFields.has(field) || field === mapping.identity?.enginy) continue;
    if (field !== 'customFields' || custom === undefined) collect(field, record[field]);
  }
  if (custom === undefined) return;
  for (const field of Object.keys(custom)) {
    const isSentTwice = Object.hasOwn(record, field) && toFieldValue(record[field]) !== undefined;
    if (!isSentTwice) {
      if (!known.has(field)) collect(field, custom[field]);
    } else if (toFieldValue(custom[field]) !== undefined && custom[field] !== record[field]) {
      translation.warnings.push(`customFields.${field} was not written, since ${field} was sent beside it`);
    }
  }
}
