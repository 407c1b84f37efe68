/** Why a value cannot be used, worded to follow a field's name: `is not an email address`. Never contains the value. */
export interface ValueProblem {
  readonly problem: string;
}

/** True for a {@link ValueProblem}; false for texts, lists and undefined. */
export function isValueProblem(value: unknown): value is ValueProblem {
  return typeof value === 'object' && value !== null && 'problem' in value;
}
