/** Why a value cannot be used, in words that follow a field's name: `is not an e-mail address`. Never the value itself. */
export interface Problem {
  readonly problem: string;
}

/** True for a {@link Problem}; false for any text, list or gap. */
export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'problem' in value;
}
