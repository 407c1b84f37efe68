import { normalizeDatetime } from '../../mapping/values/date-text.ts';

/** A time as the CRM stores it, in ISO 8601; undefined where there is none. */
interface StoredTime {
  readonly time: string | undefined;
  readonly warnings: readonly string[];
}

/** A text that is not a time is not passed on as one: it is omitted, with a warning. */
export function readStoredTime(field: string, stored: string | undefined): StoredTime {
  if (stored === undefined) return { time: undefined, warnings: [] };
  const time = normalizeDatetime(stored);
  if (typeof time === 'string') return { time, warnings: [] };
  return { time: undefined, warnings: [`${field} was omitted: the CRM's value is not a date`] };
}
