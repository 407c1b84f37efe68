import { readNumber } from './number-text.ts';
import type { ValueProblem } from './value-problem.ts';

/** Parses the lower end of a range: `51-200` → `51`, `10,001+` → `10001`, `250` → `250`. */
export function lowerBound(text: string): string | ValueProblem {
  const match = /^\D{0,12}?(\d[\d.,']*)\s*(?:[-–—+]|to\b|or more\b|employees\b|$)/i.exec(text.trim());
  return (match?.[1] === undefined ? undefined : readNumber(match[1])) ?? { problem: 'is not a number' };
}
