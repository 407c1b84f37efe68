/** A point in time as a text states it. */
export interface WrittenTime {
  /** `YYYY-MM-DD`, as written: not converted to another time zone. */
  readonly day: string;
  /** Absent for a date without a time. */
  readonly time?: {
    /** Since midnight of that day. */
    readonly ms: number;
    /** Minutes east of UTC; UTC if the text names no zone. */
    readonly offset: number;
    /** False if the text names no zone. */
    readonly isZoned: boolean;
  };
}

const clock = String.raw`(\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?)?`;
const zone = String.raw`(?:(?:\s?(Z|UTC|GMT|UT)|\s?((?:UTC|GMT)[+\-−]\d|(?:UTC|GMT)?[+\-−]\d{2}(?::?\d{2}(?::?\d{2})?)?)(?:\s[A-Z]{2,5})?)(?:\[[\w/+-]{1,40}\])?)?`;
const calendarDay = /^(\d{4})-?(\d{2})-?(\d{2})$/;
const ordinalDay = /^(\d{4})-?(\d{3})$/;
const weekDay = /^(\d{4})-?W(\d{2})-?([1-7])$/i;
const dayAndTime = new RegExp(
  String.raw`^(\d{4}-\d{2}-\d{2}|\d{8}|\d{4}-\d{3}|\d{4}-W\d{2}-[1-7]|\d{4}W\d{2}[1-7])(?:T|\s|\s?T\s?)${clock}${zone}$`,
  'i',
);
/** MySQL prints a time as one number: 20260301100000. */
const digitsOnly = /^(\d{8})(\d{6})$/;

/**
 * Reads ISO 8601 as databases and programs print it: calendar, ordinal and week dates, basic and extended, a blank for the `T`,
 * offsets of hours only or without a colon, fractions of any length after a point or comma, and a zone's name in brackets.
 * Undefined for any other text, and for days and times that do not exist.
 */
export function readIsoTime(text: string): WrittenTime | undefined {
  const together = digitsOnly.exec(text);
  const match = dayAndTime.exec(together === null ? text : `${together[1]}T${together[2]}`);
  if (match === null) {
    // Eight digits are a date; seven are too few for one and may be any number.
    const day = /^\d{7}$/.test(text) ? undefined : readIsoDay(text);
    return day === undefined ? undefined : { day };
  }
  const [, dayText = '', hours = '', minutes = '00', seconds = '00', fraction = '', utc, offsetText] = match;
  const day = readIsoDay(dayText);
  const ms = toMs(hours, minutes, seconds) + Number(fraction.slice(0, 3).padEnd(3, '0'));
  const offset = readOffset(offsetText);
  if (day === undefined || Number.isNaN(ms) || ms > dayMs || offset === undefined) return undefined;
  return { day, time: { ms, offset, isZoned: utc !== undefined || offsetText !== undefined } };
}

/** The moment in ISO 8601, in UTC with milliseconds; undefined outside of the years 0 to 9999. */
export function toInstant(day: string, ms: number, offset: number): string | undefined {
  const instant = new Date(Date.parse(`${day}T00:00:00.000Z`) + ms - offset * minuteMs);
  const text = Number.isNaN(instant.getTime()) ? '' : instant.toISOString();
  return /^\d{4}-/.test(text) ? text : undefined;
}

/** `YYYY-MM-DD`; undefined for a day that the calendar does not have. */
export function toRealDay(year: string, month: string, day: string): string | undefined {
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const parsed = new Date(`${text}T00:00:00.000Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text) ? text : undefined;
}

/** Milliseconds since midnight; NaN for a time that no clock shows. `24:00` is the end of the day, and `23:59:60` a leap second. */
export function toMs(hours: string, minutes: string, seconds: string): number {
  const [hour, minute, second] = [Number(hours), Number(minutes), Number(seconds)];
  const isReal =
    (hour < 24 || (hour === 24 && minute + second === 0)) &&
    minute < 60 &&
    (second < 60 || (second === 60 && minute === 59));
  return isReal ? ((hour * 60 + minute) * 60 + second) * 1000 : Number.NaN;
}

/** Minutes east of UTC of `+01`, `+0100`, `+01:00`, `UTC+01:00`; 0 for no text, undefined for no such offset. */
export function readOffset(text: string | undefined): number | undefined {
  if (text === undefined) return 0;
  const match = /^(?:UTC|GMT)?([+\-−])(\d{1,2}):?(\d{2})?(?::?(\d{2}))?$/i.exec(text);
  if (match === null) return undefined;
  const [, sign, hours, minutes = '00', seconds = '00'] = match;
  // Offsets have whole minutes today; databases print seconds for local mean times of long ago.
  if (Number(minutes) > 59 || Number(hours) > 18 || Number(seconds) !== 0) return undefined;
  const total = Number(hours) * 60 + Number(minutes);
  return sign === '+' ? total : -total;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

function readIsoDay(text: string): string | undefined {
  const calendar = calendarDay.exec(text);
  if (calendar !== null) return toRealDay(calendar[1] ?? '', calendar[2] ?? '', calendar[3] ?? '');
  const ordinal = ordinalDay.exec(text);
  if (ordinal !== null) {
    const [, year = '', number = ''] = ordinal;
    const day = dayAfter(`${year}-01-01`, Number(number) - 1);
    return day?.startsWith(`${year}-`) ? day : undefined;
  }
  const week = weekDay.exec(text);
  return week === null ? undefined : dayOfWeek(week[1] ?? '', Number(week[2]), Number(week[3]));
}

/** Week 1 is the week with January 4th, and weeks start on Monday. */
function dayOfWeek(year: string, week: number, day: number): string | undefined {
  const fourth = new Date(`${year}-01-04T00:00:00.000Z`);
  const monday = 1 - (fourth.getUTCDay() || 7);
  const lastWeek = new Date(`${year}-12-28T00:00:00.000Z`);
  const weeks = 1 + Math.floor((lastWeek.getTime() - fourth.getTime() - monday * dayMs) / (7 * dayMs));
  if (week < 1 || week > weeks) return undefined;
  return dayAfter(`${year}-01-04`, monday + (week - 1) * 7 + day - 1);
}

function dayAfter(day: string, days: number): string | undefined {
  return toInstant(day, days * dayMs, 0)?.slice(0, 10);
}
