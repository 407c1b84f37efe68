import { readIsoTime, toInstant, toRealDay, type WrittenTime } from './times/iso-time.ts';
import { readMailTime } from './times/mail-time.ts';
import { isWeekday, monthNumber } from './times/month-names.ts';
import { withPlainSigns } from './numbers/number-text.ts';
import type { ValueProblem } from './value-problem.ts';

const notADate: ValueProblem = { problem: 'is not a date' };
const notATime: ValueProblem = { problem: 'is not a date and time' };
const twoDates: ValueProblem = { problem: 'can be read as two different dates' };

/** Parses a date to `YYYY-MM-DD`. The date is kept as written; epoch timestamps give the date in UTC. */
export function normalizeDate(text: string): string | ValueProblem {
  const trimmed = plain(text);
  return readEpoch(trimmed)?.slice(0, 10) ?? readWritten(trimmed)?.day ?? twoReadings(trimmed) ?? notADate;
}

/**
 * Parses a date and time to ISO 8601 in UTC with milliseconds. A time without a zone is UTC.
 *
 * @param timeZone IANA name of the zone in which a date without a time starts; UTC by default.
 */
export function normalizeDatetime(text: string, timeZone = 'UTC'): string | ValueProblem {
  const trimmed = plain(text);
  const epoch = readEpoch(trimmed);
  if (epoch !== undefined) return epoch;
  const written = readWritten(trimmed);
  if (written === undefined) return twoReadings(trimmed) ?? notATime;
  const { day, time } = written;
  return (time === undefined ? startOfDay(day, timeZone) : toInstant(day, time.ms, time.offset)) ?? notATime;
}

/**
 * One text for all spellings of the same moment, for comparing; a date without a time stays a date, since when it starts depends on
 * the time zone. A text that cannot be read is returned unchanged.
 */
export function timeKey(text: string): string {
  const trimmed = plain(text);
  const written = readEpoch(trimmed) === undefined ? readWritten(trimmed) : undefined;
  if (written !== undefined && written.time === undefined) return written.day;
  const instant = normalizeDatetime(trimmed);
  return typeof instant === 'string' ? instant : text;
}

/** True for a date without a time. */
export function isDayOnly(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(timeKey(text));
}

/** True for a date and time without a zone, which is read as UTC. */
export function hasNoZone(text: string): boolean {
  const trimmed = plain(text);
  return readEpoch(trimmed) === undefined && readWritten(trimmed)?.time?.isZoned === false;
}

/** Parses a four-digit year: `2014`, or the year of a date. */
export function normalizeYear(text: string): string | ValueProblem {
  const trimmed = plain(text).replace(/\.0+$/, '');
  const day = /^\d{4}$/.test(trimmed) ? trimmed : normalizeDate(trimmed);
  // A number of four digits may be anything; 9999 often means "none".
  return typeof day === 'string' && /^(?:1\d|20)\d\d|^2100/.test(day) ? day.slice(0, 4) : { problem: 'is not a year' };
}

/** Seconds, milliseconds or microseconds since 1970, distinguished by length, in ISO 8601; also as .NET prints them. */
function readEpoch(text: string): string | undefined {
  const [, dotNet] = /^\/Date\((\d{12,13})(?:[+-]\d{4})?\)\/$/.exec(text) ?? [];
  if (dotNet !== undefined) return new Date(Number(dotNet)).toISOString();
  if (/^\d{9,10}(\.\d+)?$/.test(text)) return new Date(Math.trunc(Number(text) * 1000)).toISOString();
  if (/^\d{16}$/.test(text)) return new Date(Number(text.slice(0, 13))).toISOString();
  if (!/^\d{12,13}$/.test(text)) return undefined;
  // Twelve digits may also be a date, an hour and a minute: 202603011000.
  const isDate = text.length === 12 && readIsoTime(`${text.slice(0, 8)}T${text.slice(8)}`) !== undefined;
  return isDate && /^(19|20)/.test(text) ? undefined : new Date(Number(text)).toISOString();
}

/** Digits, blanks and dashes in one form each. */
function plain(text: string): string {
  return withPlainSigns(text)
    .replace(/\p{Cf}/gu, '')
    .replace(/(?<=\d)[‐‑–—](?=\d)/g, '-')
    .trim();
}

function readWritten(text: string): WrittenTime | undefined {
  const iso = readIsoTime(text);
  if (iso !== undefined) return iso;
  const day = readDay(text);
  if (day !== undefined) return { day };
  // XML's dates have a zone: 2026-03-01Z.
  const [, zoned = '', zone = ''] = /^(\d{4}-\d{2}-\d{2})(Z|[+-]\d{2}:\d{2})$/.exec(text) ?? [];
  if (zoned !== '') return readIsoTime(`${zoned}T00:00${zone}`);
  // 2026/03/01 10:00:00, 1.3.2026, 9:00 Uhr, and March 1, 2026 9:00 PM
  const [, date = '', hours = '', rest = '', half] =
    /^(.{6,40}?),?\s+(\d{1,2})(:\d{2}(?::\d{2}[^ ]*)?)\s?(?:([ap])\.?m\.?|uhr|h|hrs)?$/i.exec(text) ?? [];
  const dayBefore = readIsoTime(date)?.time === undefined ? (readIsoTime(date)?.day ?? readDay(date)) : undefined;
  const hour = dayBefore === undefined ? undefined : hourOfDay(hours, half);
  return (hour === undefined ? undefined : readIsoTime(`${dayBefore}T${hour}${rest}`)) ?? readMailTime(text);
}

/** Two digits of 24 hours; `half` is `a` or `p` on a clock of twelve. */
function hourOfDay(hours: string, half: string | undefined): string | undefined {
  const hour = Number(hours);
  if (half === undefined) return hours.padStart(2, '0');
  if (hour < 1 || hour > 12) return undefined;
  return String((hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0)).padStart(2, '0');
}

const word = String.raw`[\p{L}\p{M}]{3,12}`;
const dayFirst = new RegExp(
  String.raw`^(\d{1,2})(?:\.|st|nd|rd|th|er|º|ª)?[ -](?:de |of )?(${word})\.?,?[ -](?:de |of )?(\d{4})$`,
  'iu',
);
const monthFirst = new RegExp(String.raw`^(${word})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$`, 'iu');
const withWeekday = new RegExp(String.raw`^(${word})\.?,? (.*)$`, 'iu');

/** Dates with one reading; `03/04/2026` is not one of them, `13/04/2026` is. */
function readDay(text: string): string | undefined {
  const yearFirst = /^(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日)$/.exec(text);
  if (yearFirst !== null) return toDay(yearFirst[1], yearFirst[3] ?? yearFirst[5], yearFirst[4] ?? yearFirst[6]);
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
  if (dotted !== null) return toDay(dotted[3], dotted[2], dotted[1]);
  const yearLast = /^(\d{1,2})([-/])(\d{1,2})\2(\d{4})$/.exec(text);
  if (yearLast !== null) {
    const days = readingsOf(yearLast);
    return days.size === 1 ? [...days][0] : undefined;
  }
  const named = dayFirst.exec(text);
  if (named !== null) return toDay(named[3], monthNumber(named[2] ?? ''), named[1]);
  const american = monthFirst.exec(text);
  if (american !== null) return toDay(american[3], monthNumber(american[1] ?? ''), american[2]);
  const [, weekday = '', rest = ''] = withWeekday.exec(text) ?? [];
  const day = rest === '' || (withWeekday.test(rest) === false && !/^\d/.test(rest)) ? undefined : readDay(rest);
  return day !== undefined && isWeekday(weekday, day) ? day : undefined;
}

/** The days that `03/04/2026` may be. */
function readingsOf([, one, , other, year]: RegExpExecArray): ReadonlySet<string> {
  return new Set([toDay(year, one, other), toDay(year, other, one)].filter((day) => day !== undefined));
}

/** A date with two readings, with or without a time. */
function twoReadings(text: string): ValueProblem | undefined {
  const written = /^(\d{1,2})([-/])(\d{1,2})\2(\d{4})(?!\d)/.exec(text);
  return written !== null && readingsOf(written).size > 1 ? twoDates : undefined;
}

function toDay(year = '', month = '', day = ''): string | undefined {
  return toRealDay(year, month, day);
}

/** The first moment of a day in a time zone: midnight, or the moment to which the clocks were put forward. */
function startOfDay(day: string, timeZone: string): string | undefined {
  const midnight = Date.parse(`${day}T00:00:00.000Z`);
  // The offset at the result may differ from the one at midnight UTC, so it is looked up again there.
  let start = midnight - offsetAt(midnight, timeZone);
  start = midnight - offsetAt(start, timeZone);
  if (start + offsetAt(start, timeZone) < midnight) start += midnight - start - offsetAt(start, timeZone);
  return toInstant('1970-01-01', start, 0);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds east of UTC. */
function offsetAt(instant: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
    formats.set(timeZone, format);
  }
  const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const match = /([+-])(\d{2}):(\d{2})/.exec(name);
  if (match === null) return 0;
  const ms = (Number(match[2]) * 60 + Number(match[3])) * 60_000;
  return match[1] === '+' ? ms : -ms;
}
