import { readOffset, toMs, toRealDay, type WrittenTime } from './iso-time.ts';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const clock = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?`;
/** RFC 2822: `Sun, 1 Mar 2026 10:00:00 +0100 (CET)`. */
const mailTime = new RegExp(
  String.raw`^(?:([a-z]{3,9}),?\s+)?(\d{1,2})[ -]([a-z]{3,9})[ -](\d{4}),?\s+${clock}(?:\s+(\S+))?(?:\s+\([^()]*\))?$`,
  'i',
);
/** JavaScript's `Date.toString()` and C's `ctime`: `Sun Mar 01 2026 10:00:00 GMT+0100 (CET)`, `Sun Mar  1 10:00:00 2026`. */
const programTime = new RegExp(
  String.raw`^([a-z]{3})\s+([a-z]{3})\s+(\d{1,2})\s+(?:(\d{4})\s+)?${clock}(?:\s+(\d{4}))?(?:\s+(\S+))?(?:\s+\([^()]*\))?$`,
  'i',
);

/** Zone names of RFC 2822, in minutes east of UTC. Other names have several meanings. */
const zones: ReadonlyMap<string, number> = new Map([
  ['Z', 0],
  ['UT', 0],
  ['UTC', 0],
  ['GMT', 0],
  ['EST', -300],
  ['EDT', -240],
  ['CST', -360],
  ['CDT', -300],
  ['MST', -420],
  ['MDT', -360],
  ['PST', -480],
  ['PDT', -420],
]);

/** Reads a time as mail headers and programs print it. Undefined for any other text, and where the weekday contradicts the date. */
export function readMailTime(text: string): WrittenTime | undefined {
  const mail = mailTime.exec(text);
  if (mail !== null) {
    const [, weekday, day, month, year, hours, minutes, seconds, zone] = mail;
    return toWrittenTime({ weekday, day, month, year, hours, minutes, seconds, zone });
  }
  const program = programTime.exec(text);
  if (program === null) return undefined;
  const [, weekday, month, day, yearBefore, hours, minutes, seconds, yearAfter, zone] = program;
  if ((yearBefore === undefined) === (yearAfter === undefined)) return undefined;
  return toWrittenTime({ weekday, day, month, year: yearBefore ?? yearAfter, hours, minutes, seconds, zone });
}

/** The number of a month by its English name or the first three letters of it; undefined for any other word. */
export function monthNumber(name: string): string | undefined {
  const at = months.indexOf(name.slice(0, 3).toLowerCase());
  return at < 0 ? undefined : String(at + 1);
}

type Part = string | undefined;

function toWrittenTime(parts: {
  readonly weekday: Part;
  readonly day: Part;
  readonly month: Part;
  readonly year: Part;
  readonly hours: Part;
  readonly minutes: Part;
  readonly seconds: Part;
  readonly zone: Part;
}): WrittenTime | undefined {
  const { weekday, day: dayNumber = '', month = '', year = '', hours = '', minutes = '', seconds = '00', zone } = parts;
  const day = toRealDay(year, monthNumber(month) ?? '', dayNumber);
  const offset = zone === undefined ? 0 : (zones.get(zone.toUpperCase()) ?? readOffset(zone));
  const ms = toMs(hours, minutes, seconds);
  if (day === undefined || offset === undefined || Number.isNaN(ms)) return undefined;
  if (weekday !== undefined && weekdays[new Date(day).getUTCDay()] !== weekday.slice(0, 3).toLowerCase())
    return undefined;
  return { day, time: { ms, offset } };
}
