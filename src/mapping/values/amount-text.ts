import { readNumber } from './number-text.ts';
import type { ValueProblem } from './value-problem.ts';

const multipliers: Readonly<Record<string, number>> = {
  k: 3,
  thousand: 3,
  m: 6,
  mm: 6,
  mio: 6,
  mn: 6,
  mil: 6,
  million: 6,
  millions: 6,
  b: 9,
  bn: 9,
  billion: 9,
  billions: 9,
  t: 12,
  trillion: 12,
};

/** Parses an amount of money: `$5M` → `5000000`, `€1.2 billion` → `1200000000`. Ranges are rejected. */
export function normalizeAmount(text: string): string | ValueProblem {
  const match =
    /^(?:[a-z]{2,3}\s+|~|about\s+)?[\p{Sc}]?\s*([-+]?[\d][\d.,\s'’]*)\s*([a-z]*)\.?\s*(?:[\p{Sc}]|usd|eur|gbp|chf|us\$)?\s*\+?$/iu.exec(
      text.trim(),
    );
  const digits = match?.[1] === undefined ? undefined : readNumber(match[1]);
  if (digits === undefined) return { problem: 'is not an amount of money' };
  const word = match?.[2]?.toLowerCase() ?? '';
  if (word === '' || /^(usd|eur|gbp|chf)$/.test(word)) return digits;
  const zeros = Object.hasOwn(multipliers, word) ? multipliers[word] : undefined;
  return zeros === undefined ? { problem: 'is not an amount of money' } : shiftPoint(digits, zeros);
}

function shiftPoint(digits: string, places: number): string {
  const [whole = '0', fraction = ''] = digits.split('.');
  const moved = `${whole}${fraction.slice(0, places).padEnd(places, '0')}`;
  return readNumber(fraction.length > places ? `${moved}.${fraction.slice(places)}` : moved) ?? digits;
}
