import { hasNoZone, isDayOnly, normalizeDate, normalizeDatetime, normalizeYear } from '../values/date-text.ts';
import type { Transform } from './transform.ts';

/** Transforms that read dates and times. */
export const dateTransforms = {
  iso_date: {
    summary: 'A date as YYYY-MM-DD.',
    role: 'converting',
    example: ['31 Jan 2026', '2026-01-31'],
    accepts: 'text',
    maxLength: 100,
    isSingle: true,
    apply: normalizeDate,
  },
  iso_datetime: {
    summary:
      'A date and time in ISO 8601, in UTC. A date without a time is midnight UTC, and a time without a zone is UTC, with a warning.',
    role: 'converting',
    example: ['2026-01-31T10:00:00+01:00', '2026-01-31T09:00:00.000Z'],
    accepts: 'text',
    maxLength: 100,
    isSingle: true,
    apply: (text) => {
      const value = normalizeDatetime(text);
      if (typeof value === 'string' && hasNoZone(text))
        return { value, warning: 'has no time zone; the time in UTC was written' };
      if (typeof value !== 'string' || !isDayOnly(text)) return value;
      return { value, warning: 'has no time; midnight UTC was written' };
    },
  },
  year: {
    summary: 'A four-digit year; also accepts a date.',
    role: 'converting',
    example: ['2014-05-01', '2014'],
    accepts: 'text',
    maxLength: 100,
    isSingle: true,
    apply: normalizeYear,
  },
} as const satisfies Readonly<Record<string, Transform>>;
