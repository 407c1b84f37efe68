import { foldText } from '../fold-text.ts';

/** Languages whose month names are read, from the data of the runtime. */
const languages = 'en de fr es it pt nl sv da nb fi pl cs sk sl hr hu ro tr id ca'.split(' ');

let known: ReadonlyMap<string, number | undefined> | undefined;

/** The number of a month by its whole name or usual abbreviation; undefined for any other word, and for one with two meanings. */
export function monthNumber(name: string): string | undefined {
  known ??= readNames();
  return known.get(keyOf(name))?.toString();
}

/** True if the word is the English name of that day's weekday. */
export function isWeekday(name: string, day: string): boolean {
  const long = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' }).format(new Date(day)).toLowerCase();
  return name.length >= 3 && long.startsWith(name.toLowerCase());
}

function readNames(): ReadonlyMap<string, number | undefined> {
  const names = new Map<string, number | undefined>([['sept', 9]]);
  const add = (name: string, month: number) => {
    const key = keyOf(name);
    if (key.length >= 3) names.set(key, names.has(key) && names.get(key) !== month ? undefined : month);
  };
  for (const language of languages) {
    for (const style of ['long', 'short'] as const) {
      // With a day, some languages use another case: "1 marca".
      for (const options of [{ month: style }, { month: style, day: 'numeric' }] as const) {
        const format = new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' });
        for (let month = 1; month <= 12; month += 1) {
          const parts = format.formatToParts(Date.UTC(2026, month - 1, 1));
          add(parts.find(({ type }) => type === 'month')?.value ?? '', month);
        }
      }
    }
  }
  return names;
}

function keyOf(name: string): string {
  return (foldText(name) ?? '').replace(/\.$/, '');
}
