import type { ValueProblem } from './value-problem.ts';

/** `true` or `false`, also from yes, no, y, n, on, off, 1 and 0. */
export function normalizeBoolean(text: string): string | ValueProblem {
  const word = text.trim().toLowerCase();
  if (/^(true|yes|y|on|1)$/.test(word)) return 'true';
  return /^(false|no|n|off|0)$/.test(word) ? 'false' : { problem: 'is neither true nor false' };
}
