/** Why a value cannot be used, worded to follow a field's name: `is not an email address`. Never contains the value. */
export interface ValueProblem {
  readonly problem: string;
}

/** True for a {@link ValueProblem}; false for texts, lists and undefined. */
export function isValueProblem(value: unknown): value is ValueProblem {
  return typeof value === 'object' && value !== null && 'problem' in value;
}

/** A value that does not say all that the text says. */
export interface PartialValue {
  readonly value: string;
  /** Worded to follow a field's name: `has several values; only the first was written`. Never contains the value. */
  readonly warning: string;
}

/** True for a {@link PartialValue}. */
export function isPartialValue(value: unknown): value is PartialValue {
  return typeof value === 'object' && value !== null && 'warning' in value;
}
