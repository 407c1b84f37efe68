import type { ValueProblem } from './value-problem.ts';

const notADate: ValueProblem = { problem: 'is not a date' };
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const isoDatetime = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,9})?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/** Parses a date to `YYYY-MM-DD`. The date is kept as written; epoch timestamps give the date in UTC. */
export function normalizeDate(text: string): string | ValueProblem {
  const trimmed = text.trim();
  const instant = readEpoch(trimmed);
  if (instant !== undefined) return instant.toISOString().slice(0, 10);
  const day = isoDatetime.exec(trimmed)?.[1] ?? readDay(trimmed);
  return day !== undefined && isRealDay(day) ? day : notADate;
}

/** Parses a date and time to ISO 8601 in UTC with milliseconds. A time without a zone is UTC; a date is midnight UTC. */
export function normalizeDatetime(text: string): string | ValueProblem {
  const trimmed = text.trim();
  const instant = readEpoch(trimmed);
  if (instant !== undefined) return instant.toISOString();
  const match = isoDatetime.exec(trimmed);
  if (match === null) {
    const day = readDay(trimmed);
    return day !== undefined && isRealDay(day) ? `${day}T00:00:00.000Z` : { problem: 'is not a date and time' };
  }
  const [, day = '', time, seconds = ':00', fraction = '', zone = 'Z'] = match;
  const parsed = new Date(`${day}T${time}${seconds}${fraction.slice(0, 4)}${withColon(zone.toUpperCase())}`);
  if (Number.isNaN(parsed.getTime()) || !isRealDay(day)) return { problem: 'is not a date and time' };
  return parsed.toISOString();
}

/** Parses a four-digit year: `2014`, or the year of a date. */
export function normalizeYear(text: string): string | ValueProblem {
  const trimmed = text.trim().replace(/\.0+$/, '');
  if (/^[12]\d{3}$/.test(trimmed)) return trimmed;
  const day = normalizeDate(trimmed);
  return typeof day === 'string' && /^[12]/.test(day) ? day.slice(0, 4) : { problem: 'is not a year' };
}

/** Milliseconds or seconds since 1970, distinguished by length. */
function readEpoch(text: string): Date | undefined {
  if (/^\d{12,13}$/.test(text)) return new Date(Number(text));
  return /^\d{9,10}$/.test(text) ? new Date(Number(text) * 1000) : undefined;
}

/** Dates in unambiguous formats; `03/04/2026` is not one of them. */
function readDay(text: string): string | undefined {
  const yearFirst = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/.exec(text);
  if (yearFirst !== null) return toDay(yearFirst[1], yearFirst[3], yearFirst[4]);
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
  if (dotted !== null) return toDay(dotted[3], dotted[2], dotted[1]);
  const named = /^(\d{1,2})\.? ([a-z]{3,9})\.?,? (\d{4})$/i.exec(text);
  if (named !== null) return toDay(named[3], monthNumber(named[2]), named[1]);
  const american = /^([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$/i.exec(text);
  return american === null ? undefined : toDay(american[3], monthNumber(american[1]), american[2]);
}

function monthNumber(name: string | undefined): string {
  return String(months.indexOf((name ?? '').slice(0, 3).toLowerCase()) + 1);
}

function toDay(year = '', month = '', day = ''): string {
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

function isRealDay(day: string): boolean {
  const parsed = new Date(`${day}T00:00:00.000Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(day);
}

function withColon(zone: string): string {
  return /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
}
