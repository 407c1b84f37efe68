import { UsageError } from '../command-io.ts';

/** The forms that {@link parseTimeInput} accepts, for help texts and messages. */
export const timeForms = '"tuesday 14:00", "yesterday", "14:00", "30m", "2 hours ago", 2026-11-20, "2026-11-20 14:00"';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: minuteMs,
  h: 60 * minuteMs,
  d: dayMs,
  w: 7 * dayMs,
};

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

const timeAgo = /^(\d{1,6}) ?(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?|w|weeks?)(?: ago)?$/;
const clockTime = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;
const isoDay = /^\d{4}-\d{2}-\d{2}$/;
const isoInstant = /^(\d{4}-\d{2}-\d{2})[t ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(z|[+-]\d{2}:?\d{2})?$/;

/**
 * The moment that a person names with `--since` or `--until`, in milliseconds since 1970. Names of days and clock times mean the
 * last such moment before now. Times without an offset are UTC, like all times that the commands print.
 * @param name the option, for the message.
 * @throws UsageError that lists the accepted forms.
 */
export function parseTimeInput(text: string, { name, now = Date.now() }: { name: string; now?: number }): number {
  const words = plainWords(text.slice(0, 100));
  const moment = text.length > 100 ? undefined : (instantOf(words) ?? agoOf(words, now) ?? dayAndClockOf(words, now));
  if (moment === undefined) throw new UsageError(`${name} is not a time: expected for example ${timeForms}`);
  return moment;
}

/**
 * The moments that a person names with `--since` and `--until`. After a `since`, a clock time or the name of a day means the first
 * such moment after it: at 14:30, "14:00" to "15:00" is today.
 * @throws UsageError as {@link parseTimeInput}, and where `until` is not after `since`.
 */
export function parseTimeRange(
  { since, until }: { readonly since?: string | undefined; readonly until?: string | undefined },
  now: number = Date.now(),
): { readonly since?: number; readonly until?: number } {
  const from = since === undefined ? undefined : parseTimeInput(since, { name: '--since', now });
  if (until === undefined) return from === undefined ? {} : { since: from };
  const to = parseTimeInput(until, { name: '--until', now });
  if (from === undefined) return { until: to };
  const period = periodOf(plainWords(until));
  const end = to > from || period === undefined ? to : parseTimeInput(until, { name: '--until', now: from + period });
  if (end <= from) throw new UsageError(`--until (${isoTime(end)}) must be after --since (${isoTime(from)})`);
  return { since: from, until: end };
}

/** After which a clock time or the name of a weekday comes again. */
function periodOf(words: string): number | undefined {
  if (clockTime.test(words)) return dayMs;
  return weekdays.some((day) => words.length >= 3 && day.startsWith(words.split(' ')[0] ?? '')) ? 7 * dayMs : undefined;
}

function isoTime(moment: number): string {
  return new Date(moment).toISOString();
}

/** In lower case, without the words and signs that change nothing: "last Tuesday, 2 pm" → "tuesday 14:00". */
function plainWords(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[,\s]+/g, ' ')
    .replace(/^(?:since|last|on) /, '')
    .replace(/^an? /, '1 ')
    .replace(/\bnoon$/, '12:00')
    .replace(/\bmidnight$/, '00:00')
    .replace(/\b\d{1,2}(?::\d{2})? ?[ap]m$/, onTwentyFourHours);
}

/** "2:30 pm" → "14:30". */
function onTwentyFourHours(text: string): string {
  const [hours = 0, minutes = '00'] = [Number.parseInt(text, 10), /:(\d{2})/.exec(text)?.[1]];
  return hours < 1 || hours > 12 ? 'x' : `${(hours % 12) + (text.endsWith('pm') ? 12 : 0)}:${minutes}`;
}

function instantOf(words: string): number | undefined {
  if (isoDay.test(words)) return sameDay(words, Date.parse(`${words}T00:00:00Z`));
  const [, day = '', clock = '', offset = 'z'] = isoInstant.exec(words) ?? [];
  if (day === '' || sameDay(day, Date.parse(`${day}T00:00:00Z`)) === undefined) return undefined;
  const moment = Date.parse(`${day}T${clock}${offset.toUpperCase().replace(/(\d{2})(\d{2})$/, '$1:$2')}`);
  return Number.isNaN(moment) ? undefined : moment;
}

/** Date.parse accepts 30 February and moves it to March. */
function sameDay(day: string, moment: number): number | undefined {
  return !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(day) ? moment : undefined;
}

function agoOf(words: string, now: number): number | undefined {
  if (words === 'now') return now;
  const [, count = '', unit = ''] = timeAgo.exec(words) ?? [];
  const size = unitMs[unit.charAt(0)];
  return size === undefined ? undefined : now - Number(count) * size;
}

function dayAndClockOf(words: string, now: number): number | undefined {
  const [first = '', second, ...rest] = words.replace(' at ', ' ').split(' ');
  if (rest.length > 0) return undefined;
  const startOfToday = Math.floor(now / dayMs) * dayMs;
  if (second === undefined && clockTime.test(first)) return lastBefore(now, startOfToday, clockMs(first));
  const daysAgo = daysAgoOf(first, new Date(now).getUTCDay());
  const clock = second === undefined ? 0 : clockMs(second);
  if (daysAgo === undefined || clock === undefined) return undefined;
  const moment = startOfToday - daysAgo * dayMs + clock;
  // "wednesday 18:00" on a Wednesday morning is last week's.
  return moment > now && weekdays.some((day) => day.startsWith(first)) ? moment - 7 * dayMs : moment;
}

function daysAgoOf(word: string, today: number): number | undefined {
  if (word === 'today') return 0;
  if (word === 'yesterday') return 1;
  const weekday = word.length < 3 ? -1 : weekdays.findIndex((day) => day.startsWith(word));
  return weekday < 0 ? undefined : (today - weekday + 7) % 7;
}

/** Milliseconds after midnight. */
function clockMs(text: string): number | undefined {
  const [, hours = '', minutes = '', seconds = '0'] = clockTime.exec(text) ?? [];
  if (hours === '' || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  return Number(hours) * 60 * minuteMs + Number(minutes) * minuteMs + Number(seconds) * 1_000;
}

function lastBefore(now: number, startOfToday: number, clock: number | undefined): number | undefined {
  if (clock === undefined) return undefined;
  const moment = startOfToday + clock;
  return moment > now ? moment - dayMs : moment;
}
