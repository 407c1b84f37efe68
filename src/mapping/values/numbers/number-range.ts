import words from '../../data/employee-words.json' with { type: 'json' };
import { isValueProblem, type ValueProblem } from '../value-problem.ts';
import { readNumber } from './number-text.ts';

/** Parses the lower end of a range: `51-200` → `51`, `10,001+` → `10001`, `250` → `250`. */
export function lowerBound(text: string): string | ValueProblem {
  const match = /^\D{0,12}?(\d[\d.,']*)\s*(?:[-–—+]|to\b|or more\b|employees\b|$)/i.exec(text.trim());
  return match?.[1] === undefined ? { problem: 'is not a number' } : readNumber(match[1], 'group');
}

const oneNumber = String.raw`(\d[\d.,'’ ]*?)`;
const range = new RegExp(`^${oneNumber}\\s*${anyOf(words.to)}\\s*${oneNumber}$`, 'iu');
const orMore = new RegExp(`^${oneNumber}\\s*${anyOf(words.orMore)}$`, 'iu');
const people = new RegExp(`\\s*${anyOf(words.people)}$`, 'iu');
const onePerson = new RegExp(`^${anyOf(words.onePerson)}$`, 'iu');

/**
 * Parses a number of employees, exact or a range, to one spelling: `51–200 employees` → `51-200`, `10,001+` → `10001+`,
 * `Self-employed` → `1`.
 */
export function normalizeEmployeeRange(text: string): string | ValueProblem {
  const trimmed = text.trim();
  if (onePerson.test(trimmed)) return '1';
  const bare = trimmed.replace(people, '');
  const low = orMore.exec(bare)?.[1];
  if (low !== undefined) return joinRange([low], '+');
  const [, from, to] = range.exec(bare) ?? [];
  return from !== undefined && to !== undefined ? joinRange([from, to], '') : joinRange([bare], '');
}

function anyOf(list: string): string {
  return `(?:${list.replace(/[+.]/g, '\\$&')})`;
}

function joinRange(texts: readonly string[], suffix: string): string | ValueProblem {
  const numbers = texts.map((text) => readNumber(text, 'group'));
  const [low, high] = numbers;
  if (numbers.some((number) => isValueProblem(number) || /[.-]/.test(number))) return notARange;
  if (high !== undefined && Number(low) >= Number(high)) return notARange;
  return `${numbers.join('-')}${suffix}`;
}

const notARange: ValueProblem = { problem: 'is not a number of employees or a range of them' };
