import type { Locale } from '../values/locale.ts';
import type { PartialValue, ValueProblem } from '../values/value-problem.ts';

/**
 * What a transform does to a value, which decides where it can be used:
 * - `canonical`: returns the one form in which such values are stored and compared;
 * - `comparing`: returns a form for comparing only, because it removes details that people want to read;
 * - `converting`: returns another value (a number, a date, part of a name);
 * - `cosmetic`: returns the same value in a cleaner form.
 */
export type TransformRole = 'canonical' | 'comparing' | 'converting' | 'cosmetic';

interface TransformBase {
  /** One sentence for the reference page. */
  readonly summary: string;
  readonly role: TransformRole;
  readonly example: readonly [given: string, result: string];
  /** The argument in `{ truncate: 100 }`; a transform without one is written as a bare name. */
  readonly argument?: { readonly summary: string; readonly isValid: (argument: string) => boolean };
}

/** Works on one text; the items of a list are transformed one by one. */
export interface TextTransform extends TransformBase {
  readonly accepts: 'text';
  /** Longer texts (in characters) are rejected unread: no such value is that long, and parsing them is slow. */
  readonly maxLength?: number;
  readonly apply: (
    value: string,
    locale: Locale,
    argument: string,
  ) => string | readonly string[] | undefined | ValueProblem | PartialValue;
  /** True if properties hold one such value: of a list, the first usable item is the value. */
  readonly isSingle?: boolean;
  /** True if such properties accept any text: a text that cannot be parsed is written unchanged. */
  readonly keepsUnreadable?: boolean;
  /** Lowercase spellings that a CRM is likely to hold, for searches; the value itself by default. */
  readonly variants?: (canonical: string, given: string) => readonly string[];
  /** Less likely spellings: records that no spelling of `variants` found are searched by them. */
  readonly furtherVariants?: (canonical: string) => readonly string[];
  /**
   * Words of a value, one set per encoding in which a CRM may hold it: records that no spelling of `variants` found are searched by
   * them.
   */
  readonly words?: (canonical: string) => readonly (readonly string[])[];
  /** True for values that the CRM indexes in a special form: they are also searched as given, in the properties themselves. */
  readonly isSearchedAsGiven?: (canonical: string) => boolean;
  /** True if values with other accents are equal, which the spellings of a search do not cover. */
  readonly ignoresAccents?: true;
  /** `tokens`: search for the words of the value within longer values. */
  readonly search?: 'in' | 'tokens';
  /** True if a value belongs to one person or company only. */
  readonly identifies?: true;
  /** False for two values of different kinds, which may both belong to one record; different texts differ by default. */
  readonly areDifferent?: (one: string, other: string) => boolean;
  /** True for values that many records of the kind share, which therefore identify none of them. */
  readonly isShared?: (canonical: string, object: 'contacts' | 'companies', locale: Locale) => boolean;
}

/** Works on a whole list; a single text is treated as a list of one. */
export interface ListTransform extends TransformBase {
  readonly accepts: 'list';
  readonly apply: (values: readonly string[], argument: string) => string | readonly string[] | undefined;
}

/** A user of the CRM who can own records. */
export interface OwnerFacts {
  readonly name: string;
  readonly email?: string | undefined;
}

/** Works on the id of an owner; only useful in `return`, where the CRM's users are known. */
export interface OwnerTransform extends TransformBase {
  readonly accepts: 'owner';
  readonly apply: (owner: OwnerFacts) => string | undefined;
}

export type Transform = TextTransform | ListTransform | OwnerTransform;
