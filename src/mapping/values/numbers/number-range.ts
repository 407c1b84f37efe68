import words from '../../data/employee-words.json' with { type: 'json' };
import { isValueProblem, type ValueProblem } from '../value-problem.ts';
import { readNumber } from './number-text.ts';

/**
 * Parses the lower end of a range: `51-200` → `51`, `10,001+` → `10001`, `more than 50` → `50`, `250` → `250`. A text that names only
 * an upper end (`< 10`) is a problem.
 */
export function lowerBound(text: string): string | ValueProblem {
  const trimmed = text.trim();
  if (onePerson.test(trimmed)) return '1';
  const exact = normalizeEmployeeRange(
    trimmed
      .replace(moreThan, '')
      .replace(/(?<=\d)\s*[-–—]$/, '+')
      .replace(/\s*\([^()]*\)$/, ''),
  );
  return isValueProblem(exact) ? { problem: 'is not a number or a range of numbers' } : exact.replace(/[-+].*$/, '');
}

const oneNumber = String.raw`(\d(?:[\d.,'’ ]*[\d.,'’])?(?: ?k)?)`;
const range = new RegExp(`^(?:${anyOf(words.from)}\\s+)?${oneNumber}\\s*${anyOf(words.to)}\\s*${oneNumber}$`, 'iu');
const between = new RegExp(`^${anyOf(words.between)}\\s+${oneNumber}\\s+${anyOf(words.and)}\\s+${oneNumber}$`, 'iu');
const moreThan = new RegExp(`^${anyOf(words.moreThan)}\\s*(?=\\d)`, 'iu');
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
  const [, from, to] = range.exec(bare) ?? between.exec(bare) ?? [];
  // "1-5k" may start at one or at a thousand.
  if (from !== undefined && to !== undefined && /k$/i.test(to) && !/k$/i.test(from)) return notARange;
  return from !== undefined && to !== undefined ? joinRange([from, to], '') : joinRange([bare], '');
}

function anyOf(list: string): string {
  return `(?:${list.replace(/[+.]/g, '\\$&')})`;
}

function joinRange(texts: readonly string[], suffix: string): string | ValueProblem {
  const numbers = texts.map(readCount);
  const [low, high] = numbers;
  if (numbers.some((number) => isValueProblem(number) || /[.-]/.test(number))) return notARange;
  if (high !== undefined && Number(low) >= Number(high)) return notARange;
  return `${numbers.join('-')}${suffix}`;
}

/** `10k` is ten thousand. */
function readCount(text: string): string | ValueProblem {
  const [, thousands] = /^(\d{1,3})\s?k$/i.exec(text) ?? [];
  return readNumber(thousands === undefined ? text : `${thousands}000`, 'group');
}

const notARange: ValueProblem = { problem: 'is not a number of employees or a range of them' };
