import { readOffset, toMs, toRealDay, type WrittenTime } from './iso-time.ts';
import { isWeekday, monthNumber } from './month-names.ts';

const clock = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?`;
/** RFC 2822: `Sun, 1 Mar 2026 10:00:00 +0100 (CET)`. */
const mailTime = new RegExp(
  String.raw`^(?:([a-z]{3,9}),?\s+)?(\d{1,2})[ -]([a-z]{3,9})[ -](\d{4}|\d{2}),?\s+${clock}(?:\s+(\S+))?(?:\s+\([^()]*\))?$`,
  'i',
);
/** JavaScript's `Date.toString()`, C's `ctime` and `date`: `Sun Mar 01 2026 10:00:00 GMT+0100 (CET)`, `Sun Mar  1 10:00:00 UTC 2026`. */
const programTime = new RegExp(
  String.raw`^([a-z]{3})\s+([a-z]{3})\s+(\d{1,2})\s+(?:(\d{4})\s+)?${clock}(?:\s+([A-Z]{1,4}(?=\s+\d{4})))?(?:\s+(\d{4}))?(?:\s+(\S+))?(?:\s+\([^()]*\))?$`,
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
  const [, weekday, month, day, yearBefore, hours, minutes, seconds, zoneBefore, yearAfter, zoneAfter] = program;
  if ((yearBefore === undefined) === (yearAfter === undefined)) return undefined;
  if (zoneBefore !== undefined && zoneAfter !== undefined) return undefined;
  const zone = zoneBefore ?? zoneAfter;
  return toWrittenTime({ weekday, day, month, year: yearBefore ?? yearAfter, hours, minutes, seconds, zone });
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
  const day = toRealDay(fullYear(year), monthNumber(month) ?? '', dayNumber);
  const offset = zone === undefined ? 0 : (zones.get(zone.toUpperCase()) ?? readOffset(zone));
  const ms = toMs(hours, minutes, seconds);
  if (day === undefined || offset === undefined || Number.isNaN(ms)) return undefined;
  if (weekday !== undefined && !isWeekday(weekday, day)) return undefined;
  return { day, time: { ms, offset, isZoned: zone !== undefined } };
}

/** Years of two digits, as RFC 2822 reads them. */
function fullYear(year: string): string {
  return year.length > 2 ? year : `${Number(year) < 50 ? '20' : '19'}${year}`;
}
