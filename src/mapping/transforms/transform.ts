import type { Locale } from '../values/locale.ts';
import type { ValueProblem } from '../values/value-problem.ts';

/**
 * What a transform does to a value, which decides where it may be used:
 * - `canonical`: gives the one form in which such values are stored and compared;
 * - `comparing`: gives a form good for comparing only, since it drops what people want to read;
 * - `converting`: gives another value (a number, a date, one name of two);
 * - `cosmetic`: gives the same value, better looking.
 */
export type TransformRole = 'canonical' | 'comparing' | 'converting' | 'cosmetic';

interface TransformBase {
  /** One sentence for the reference page. */
  readonly summary: string;
  readonly role: TransformRole;
  readonly example: readonly [given: string, result: string];
  /** What stands behind the colon in `{ truncate: 100 }`; without it the transform is written as a bare name. */
  readonly argument?: { readonly summary: string; readonly isValid: (argument: string) => boolean };
}

/** Works on one text; each item of a list is transformed by itself. */
export interface TextTransform extends TransformBase {
  readonly accepts: 'text';
  /** Texts of more characters are refused unread: nothing of the kind is that long, and reading them takes long. */
  readonly maxLength?: number;
  readonly apply: (
    value: string,
    locale: Locale,
    argument: string,
  ) => string | readonly string[] | undefined | ValueProblem;
  /** Lower-case spellings that a CRM is likely to hold, for a search; without it, the value itself. */
  readonly variants?: (canonical: string, given: string) => readonly string[];
  /** `tokens`: the value is found as words inside a longer one. */
  readonly search?: 'in' | 'tokens';
  /** Values that stand for many people and so identify nobody. */
  readonly isShared?: (canonical: string) => boolean;
}

/** Works on a whole list; a single text counts as a list of one. */
export interface ListTransform extends TransformBase {
  readonly accepts: 'list';
  readonly apply: (values: readonly string[], argument: string) => string | readonly string[] | undefined;
}

export type Transform = TextTransform | ListTransform;
