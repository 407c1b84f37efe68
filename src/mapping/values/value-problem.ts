/** Why a value cannot be used, in words that follow a field's name: `is not an e-mail address`. Never the value itself. */
export interface ValueProblem {
  readonly problem: string;
}

/** True for a {@link ValueProblem}; false for any text, list or gap. */
export function isValueProblem(value: unknown): value is ValueProblem {
  return typeof value === 'object' && value !== null && 'problem' in value;
}
