import type { Mapping } from '../schema/record-mapping.ts';
import { type EnginyRecord, readCustomFields, toFieldValue, toText } from '../values/field-value.ts';
import type { FieldReader, RowListener, Trouble } from './compile-field-row.ts';
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

type Mode = 'create' | 'update';
/** Fields that say which record is meant. */
const IDS: ReadonlySet<string> = new Set(['externalId', 'crmId']);

/**
 * A record of Enginy as CRM properties. A create carries the identity property, constants and defaults; an update
 * carries only what was sent, with the identity (where it was sent) to be filled where it is empty.
 */
export function toCrmProperties(mapping: Mapping, record: EnginyRecord, mode: Mode): Translation {
  const translation = emptyTranslation();
  const compiled = compileMapping(mapping);
  writeIdentity(mapping, record, mode, translation);
  for (const reader of compiled.fields) writeRow(reader, record, mode, translation);
  if (mode === 'create') {
    for (const { crm, value } of mapping.write.on_create) put(translation, 'properties', crm, value, '(constant)');
  }
  collectUnknown(mapping, compiled.knownFields, record, mode, translation);
  return translation;
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
  record: EnginyRecord,
  mode: Mode,
  translation: Translation,
  listener?: RowListener,
): void {
  const { row, overwrite } = reader;
  if (mode === 'update' && overwrite === 'never') return;
  const place = mode === 'update' && overwrite === 'if_empty' ? 'ifEmpty' : 'properties';
  const reading = reader.read(record, listener);
  if (reading.kind !== 'empty') warn(reader, reading.troubles, reading.kind === 'unusable', place, translation);
  if (reading.kind === 'value') {
    if (row.match_option === true) {
      const keepRawIn = row.keep_raw_in === undefined ? {} : { keepRawIn: row.keep_raw_in };
      translation.looseOptions[row.crm] = { text: reading.value, ifEmpty: place === 'ifEmpty', ...keepRawIn };
      translation.sources[row.crm] = reading.field;
    } else {
      put(translation, place, row.crm, reading.value, reading.field);
    }
    if (row.backward === 'force' && mode === 'update') translation.forced.push(row.crm);
  } else if (mode === 'create') {
    if (row.default !== undefined) put(translation, 'properties', row.crm, row.default, '(default)');
  } else if (reading.kind === 'empty' && reading.isSent && reader.onEmpty === 'clear') {
    put(translation, 'properties', row.crm, '', reader.sources.join('+'));
  }
}

function put(
  translation: Translation,
  place: 'properties' | 'ifEmpty',
  property: string,
  value: string,
  source: string,
): void {
  translation[place][property] = value;
  translation.sources[property] = source;
}

function warn(
  { row }: FieldReader,
  troubles: readonly Trouble[],
  isLeftOut: boolean,
  place: 'properties' | 'ifEmpty',
  translation: Translation,
): void {
  const first = troubles[0];
  const isKept = isLeftOut && first !== undefined && row.keep_raw_in !== undefined;
  for (const { field, problem } of troubles) {
    const kept = isKept ? `; the text is kept in ${row.keep_raw_in}` : '';
    translation.warnings.push(`${field} ${problem} and was not written to ${row.crm}${kept}`);
  }
  if (isKept && row.keep_raw_in !== undefined) put(translation, place, row.keep_raw_in, first.given, first.field);
}

function writeIdentity(mapping: Mapping, record: EnginyRecord, mode: Mode, translation: Translation): void {
  if (mapping.identity === undefined) return;
  const { enginy, crm } = mapping.identity;
  const id = toFieldValue(Object.hasOwn(record, enginy) ? record[enginy] : undefined);
  if (id !== undefined) put(translation, mode === 'create' ? 'properties' : 'ifEmpty', crm, toText(id).trim(), enginy);
}

function collectUnknown(
  mapping: Mapping,
  known: ReadonlySet<string>,
  record: EnginyRecord,
  mode: Mode,
  translation: Translation,
): void {
  const keepsEmpty = mode === 'update' && mapping.write.on_empty === 'clear';
  const collect = (field: string, value: unknown) => {
    if (toFieldValue(value) !== undefined) translation.unknown.push({ field, value });
    else if (keepsEmpty && value !== undefined) translation.unknown.push({ field, value: '' });
  };
  const custom = known.has('customFields') ? undefined : readCustomFields(record);
  for (const field of Object.keys(record)) {
    if (known.has(field) || IDS.has(field) || field === mapping.identity?.enginy) continue;
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
