import words from '../data/boolean-words.json' with { type: 'json' };
import type { ValueProblem } from './value-problem.ts';

const yes: ReadonlySet<string> = new Set(words.true.split(' '));
const no: ReadonlySet<string> = new Set(words.false.split(' '));

/** `true` or `false`, also from yes, no, on, off, 1 and 0, and from yes and no in common languages. */
export function normalizeBoolean(text: string): string | ValueProblem {
  const word = text.trim().toLowerCase();
  if (yes.has(word)) return 'true';
  return no.has(word) ? 'false' : { problem: 'is neither true nor false' };
}
