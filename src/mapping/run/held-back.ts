/** Why a field that Enginy sent was not written, or not as it was sent. The list is closed: each reason has a sentence in the reports. */
export const heldBackReasons = [
  /** `overwrite: if_empty`, and the CRM has a value. */
  'if-empty',
  /** The record holds it as a further value, such as an earlier address. */
  'secondary',
  /** A create was linked to a record that holds another value, which identifies it. */
  'another-value',
  /** `overwrite: never`, in an update. */
  'never',
  /** Sent empty, and `on_empty: skip`. */
  'empty',
  /** The CRM did not let the value move back, such as a lifecycle stage. */
  'backward',
  /** The text is not one of the options, or not in the file's map. */
  'no-option',
  /** Some of several values are not options; the others were written. */
  'some-options',
  /** The text was longer than the CRM accepts; the beginning was written. */
  'cut',
  /** Some of its characters cannot be stored; the others were written. */
  'unstorable',
  /** Its transforms or value map leave nothing of it. */
  'dropped',
  /** Not readable as what its row or property expects. */
  'unreadable',
  /** Written, although it is not what its row expects, because the property accepts any text. */
  'as-it-came',
  /** The CRM refused the value. */
  'refused',
  /** Another record already has the value, which identifies one record only. */
  'taken',
  /** It identifies a record, and whether another record has it could not be checked. */
  'unchecked',
  'read-only',
  /** The CRM has no such property. */
  'no-property',
  /** The token may not read or create properties. */
  'no-permission',
  /** `at_most`, or the CRM's own limit on properties. */
  'limit',
  /** The mapping has no row for the field, and `unknown_fields` does not create one. */
  'no-row',
  /** Another field is already written to its property. */
  'other-field',
  /** The CRM has no active user with this id. */
  'unknown-owner',
] as const;

export type HeldBackReason = (typeof heldBackReasons)[number];

/** A field that was sent and held back. Names only: never a value. */
export interface HeldBack {
  /** Enginy's field; several joined by `+`. */
  readonly field: string;
  /** Absent for a field that has no property. */
  readonly property?: string;
  readonly reason: HeldBackReason;
  /** What the reason depends on, without values: an error code, a scope, `is not an email address`. */
  readonly detail?: string;
  /** The property that keeps the text instead (`keep_raw_in`). */
  readonly keptIn?: string;
}

/** The detail of an `empty` field that was sent with a word for "no value". */
export const emptyWord = 'empty_words';

/** The detail of a `backward` field whose step back the CRM accepted and ignored. */
export const ignoredStep = 'ignored';

/** The detail of a `secondary` field whose record the CRM has merged into another one. */
export const mergedRecord = 'merged';

/** What is said about a record that is being written. */
interface Said {
  readonly warnings: readonly string[];
  readonly heldBack: readonly HeldBack[];
}

/** The end of a warning that says where a text is kept. */
export function keptNote(property: string): string {
  return `; the text is kept in ${property}`;
}

/** Takes back that a text is in a property, because the property is not written after all. */
export function withoutKept({ warnings, heldBack }: Said, property: string): Said {
  const note = keptNote(property);
  return {
    warnings: warnings.map((warning) => (warning.endsWith(note) ? warning.slice(0, -note.length) : warning)),
    heldBack: heldBack
      .filter((held) => held.reason !== 'as-it-came' || held.property !== property)
      .map(({ keptIn, ...held }) => (keptIn === undefined || keptIn === property ? held : { ...held, keptIn })),
  };
}
