import type { FieldRow, Mapping } from '../schema/record-mapping.ts';
import { type EnginyRecord, readCustomFields, readField, toFieldValue, toText } from '../values/field-value.ts';
import type { FieldReader, RowListener, RowReading } from './compile-field-row.ts';
import type { ReturnedValue } from './compile-return-row.ts';
import { compileMapping } from './compile-mapping.ts';
import { showField } from './field-mark.ts';
import { noValue } from './no-value.ts';
import { emptyWord, type HeldBack, type HeldBackReason, keptNote } from './held-back.ts';
import type { Owners } from './transform-chain.ts';

/** The translation of one Enginy record. A property is in at most one of the first three fields. */
export interface Translation {
  /** Properties to write. */
  readonly properties: Record<string, string>;
  /** In updates: properties to write only if they are empty in the CRM. */
  readonly ifEmpty: Record<string, string>;
  /** Texts to match to the property's options (option-matcher.ts). */
  readonly optionTexts: Record<string, OptionText>;
  /** Properties to clear before writing, because the CRM ignores a step back. */
  readonly forced: string[];
  /** Properties of `ifEmpty` whose text could not be read and is written unchanged; with what is wrong. */
  readonly asSent: Record<string, string>;
  /** Fields without a row, including entries of `customFields`. Values are empty only if the file clears by default. */
  readonly unknown: { readonly field: string; readonly value: unknown }[];
  /** What was not written and why, without values. */
  readonly warnings: string[];
  /** Fields that were sent and are not written, with the reason. */
  readonly heldBack: HeldBack[];
  /** CRM property → Enginy field (several are joined by `+`), or `(constant)` or `(default)` for values from the file. */
  readonly sources: Record<string, string>;
}

export interface OptionText {
  readonly text: string;
  /** In updates: write only if the property is empty in the CRM. */
  readonly ifEmpty: boolean;
  /** True for a word that means "no value": it is not stored as text. */
  readonly isPlaceholder: boolean;
  /** Property that stores the text if no option matches. */
  readonly keepRawIn?: string;
}

export type WriteMode = 'create' | 'update';

/** Fields that identify the record. */
const idFields: ReadonlySet<string> = new Set(['externalId', 'crmId']);

/**
 * Translates an Enginy record to CRM properties. A create includes the identity property, constants and defaults. An update
 * includes only what was sent; the identity, if sent, is written only if it is empty in the CRM.
 */
export function toCrmProperties(mapping: Mapping, record: EnginyRecord, mode: WriteMode): Translation {
  const translation = emptyTranslation();
  const compiled = compileMapping(mapping);
  const storesUnknown = mapping.write.unknown_fields.policy === 'create';
  const write: RecordWrite = { record, mode, translation, storesUnknown };
  writeIdentity(mapping, write);
  for (const reader of compiled.fields) writeRow(reader, write);
  const { on_create, always } = mapping.write;
  for (const { crm, value } of mode === 'create' ? [...on_create, ...always] : always) {
    put(translation, 'properties', { property: crm, value, source: '(constant)' });
  }
  collectUnknown(mapping, compiled.knownFields, write);
  return translation;
}

/** A record and the translation that it is written to. */
export interface RecordWrite {
  readonly record: EnginyRecord;
  readonly mode: WriteMode;
  /** True where fields without a row get a property. */
  readonly storesUnknown?: boolean;
  /** Filled row by row. */
  readonly translation: Translation;
}

/** An empty translation. */
export function emptyTranslation(): Translation {
  return {
    properties: {},
    ifEmpty: {},
    optionTexts: {},
    forced: [],
    asSent: {},
    unknown: [],
    warnings: [],
    heldBack: [],
    sources: {},
  };
}

/**
 * Translates a CRM record to the `properties` of an answer. Properties without a value are omitted, never null.
 * @param owners the CRM's users, where {@link namesOwners} asks for them.
 */
export function toEnginyProperties(
  mapping: Mapping,
  properties: Readonly<Record<string, string | null>>,
  owners?: Owners,
): Record<string, ReturnedValue> {
  const answer: Record<string, ReturnedValue> = {};
  for (const reader of compileMapping(mapping).returns) {
    const value = reader.read(properties, { owners });
    if (value !== undefined) answer[reader.field] = value;
  }
  return answer;
}

/** The CRM properties that {@link toEnginyProperties} needs, without repeats. */
export function returnedProperties(mapping: Mapping): string[] {
  return [...new Set(compileMapping(mapping).returns.flatMap(({ properties }) => properties))];
}

/** True if a returned value names a user of the CRM, whom only the CRM's list of users knows. */
export function namesOwners(mapping: Mapping): boolean {
  return compileMapping(mapping).returns.some(({ needsOwners }) => needsOwners);
}

/** The properties that a mapping needs and that the bridge creates if missing. */
export function managedPropertiesOf(mapping: Mapping): { name: string; field: string; isIdentity: boolean }[] {
  const kept = compileMapping(mapping).fields.flatMap(({ row, sources }) =>
    row.keep_raw_in === undefined ? [] : [{ name: row.keep_raw_in, field: sources.join('+'), isIdentity: false }],
  );
  if (mapping.identity === undefined) return kept;
  return [{ name: mapping.identity.crm, field: mapping.identity.enginy, isIdentity: true }, ...kept];
}

/** Adds one row's value to the translation; `explain` calls it row by row, with a listener. */
export function writeRow(
  reader: FieldReader,
  { record, mode, translation, storesUnknown = false }: RecordWrite,
  listener?: RowListener,
): void {
  const { row, overwrite } = reader;
  if (mode === 'update' && overwrite === 'never') {
    if (isSent(reader, record)) holdBack(translation, reader, 'never');
    return;
  }
  const place = mode === 'update' && overwrite === 'if_empty' ? 'ifEmpty' : 'properties';
  const reading = reader.read(record, listener);
  const structures = reading.problems.filter(({ structure }) => structure !== undefined);
  const keepsUnreadable = reader.keepsUnreadable && structures.length === 0;
  warn({ row, keepsUnreadable, overwrite }, reading, { translation, mode });
  keepRaw(row, reading, { translation, place });
  // A text that no other property keeps is stored like a field without a row, and under a name that the CRM does not use itself.
  if (row.keep_raw_in === undefined && storesUnknown) {
    for (const { field, structure } of structures)
      translation.unknown.push({ field: `${field}AsSent`, value: structure });
  }
  if (reading.kind === 'unusable' && keepsUnreadable) keepAsSent(row, reading, { translation, mode });
  if (reading.kind === 'value') {
    const { value, field } = reading;
    if (row.match_option === true) {
      const keepRawIn = row.keep_raw_in === undefined ? {} : { keepRawIn: row.keep_raw_in };
      const isPlaceholder = reader.isPlaceholder(value);
      translation.optionTexts[row.crm] = { text: value, ifEmpty: place === 'ifEmpty', isPlaceholder, ...keepRawIn };
      translation.sources[row.crm] = field;
    } else {
      put(translation, place, { property: row.crm, value, source: field });
    }
    if (row.backward === 'force' && mode === 'update') translation.forced.push(row.crm);
  } else if (mode === 'create') {
    if (row.default !== undefined && translation.properties[row.crm] === undefined) {
      put(translation, 'properties', { property: row.crm, value: row.default, source: '(default)' });
    }
  } else if (reading.kind === 'empty' && reading.isSent && reader.onEmpty === 'clear') {
    put(translation, 'properties', { property: row.crm, value: '', source: reader.sources.join('+') });
  } else if (reading.kind === 'empty' && reading.isSent) {
    if (reading.placeholders.length === 0) holdBack(translation, reader, isSent(reader, record) ? 'dropped' : 'empty');
  }
}

function isSent({ sources }: FieldReader, record: EnginyRecord): boolean {
  return sources.some((field) => toFieldValue(readField(record, field)) !== undefined);
}

function holdBack({ heldBack }: Translation, { row, sources }: FieldReader, reason: HeldBackReason): void {
  heldBack.push({ field: sources.join('+'), property: row.crm, reason });
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

/** Adds a warning for each field of the row that is not written, or not completely. */
function warn(
  { row, keepsUnreadable, overwrite }: Pick<FieldReader, 'row' | 'keepsUnreadable' | 'overwrite'>,
  { kind, problems, partials, placeholders }: RowReading,
  { translation, mode }: { readonly translation: Translation; readonly mode: WriteMode },
): void {
  const { warnings, heldBack } = translation;
  // Only the first text is kept.
  let keptIn = row.keep_raw_in;
  const where = mode === 'create' ? '' : ' if it has no value';
  for (const { field, problem } of problems) {
    const inPlace = keepsUnreadable && kind === 'unusable';
    const done = inPlace ? `: written unchanged to ${row.crm}${where}` : ` and was not written to ${row.crm}`;
    const kept = inPlace && mode === 'create' ? undefined : keptIn;
    warnings.push(`${field} ${problem}${done}${kept === undefined ? '' : keptNote(kept)}`);
    const reason = inPlace ? 'as-it-came' : 'unreadable';
    heldBack.push({ field, property: row.crm, reason, detail: problem, ...(kept && { keptIn: kept }) });
    keptIn = undefined;
  }
  for (const { field, problem } of partials) {
    const note = keptIn === undefined ? '' : keptNote(keptIn);
    const property = overwrite === 'if_empty' ? `${row.crm}${where}` : row.crm;
    warnings.push(`${field} ${problem} to ${property}${note}`.replace(/ approximate to /, ' approximate in '));
    heldBack.push({ field, property: row.crm, reason: 'dropped', detail: problem, ...(keptIn && { keptIn }) });
    keptIn = undefined;
  }
  for (const field of placeholders) {
    warnings.push(`${field} means "${noValue}" (empty_words) and was not written to ${row.crm}`);
    heldBack.push({ field, property: row.crm, reason: 'empty', detail: emptyWord });
  }
}

/** Stores the text of a value that is not written completely, if the row names a property for it. */
function keepRaw(
  row: FieldRow,
  { problems, partials }: RowReading,
  { translation, place }: { readonly translation: Translation; readonly place: 'properties' | 'ifEmpty' },
): void {
  const [first] = [...problems, ...partials];
  if (first === undefined || row.keep_raw_in === undefined) return;
  put(translation, place, { property: row.keep_raw_in, value: first.given, source: first.field });
}

/** Writes a text that cannot be parsed, where the CRM has no value that it would replace. */
function keepAsSent(
  row: FieldRow,
  { problems: [first] }: RowReading,
  { translation, mode }: { readonly translation: Translation; readonly mode: WriteMode },
): void {
  if (first === undefined) return;
  const place = mode === 'create' ? 'properties' : 'ifEmpty';
  put(translation, place, { property: row.crm, value: first.given, source: first.field });
  translation.asSent[row.crm] = first.problem;
  // A create stores the text once.
  if (mode === 'create' && row.keep_raw_in !== undefined) delete translation.properties[row.keep_raw_in];
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
  const { on_empty, unknown_fields } = mapping.write;
  const keepsEmpty = mode === 'update' && on_empty === 'clear';
  const holdsEmpty = mode === 'update' && on_empty === 'skip' && unknown_fields.policy === 'create';
  const collect = (field: string, value: unknown) => {
    if (toFieldValue(value) !== undefined) translation.unknown.push({ field, value });
    else if (keepsEmpty && value !== undefined) translation.unknown.push({ field, value: '' });
    else if (holdsEmpty && value !== undefined) translation.heldBack.push({ field: showField(field), reason: 'empty' });
  };
  const custom = known.has('customFields') ? undefined : readCustomFields(record);
  for (const field of Object.keys(record)) {
    if (known.has(field) || idFields.has(field) || field === mapping.identity?.enginy) continue;
    if (field !== 'customFields' || custom === undefined) collect(field, record[field]);
  }
  if (custom === undefined) return;
  let repeated = 0;
  for (const field of Object.keys(custom)) {
    const isSentTwice = Object.hasOwn(record, field) && toFieldValue(record[field]) !== undefined;
    if (!isSentTwice) {
      if (!known.has(field)) collect(field, custom[field]);
    } else if (toFieldValue(custom[field]) !== undefined && custom[field] !== record[field]) {
      repeated += 1;
      translation.heldBack.push({ field: `customFields.${field}`, reason: 'other-field', detail: field });
      if (repeated > maxRepeated) continue;
      translation.warnings.push(`customFields.${field} was not written, because ${field} was also sent`);
    }
  }
  const more = repeated - maxRepeated;
  if (more > 0) translation.warnings.push(`${more} more of customFields were not written, because each was also sent`);
}

/** Of the entries of `customFields` that were also sent as fields, this many are named; the others are counted. */
const maxRepeated = 20;
