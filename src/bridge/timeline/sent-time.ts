import { hasNoZone, isDayOnly, normalizeDatetime } from '../../mapping/values/date-text.ts';
import type { TimelineScope } from './timeline-scope.ts';

/** A time as it was understood, or what is wrong with it. */
export interface SentTime {
  /** ISO 8601, UTC. */
  readonly time?: string;
  readonly warning?: string;
  readonly problem?: string;
}

/**
 * Reads a time of a task or activity. A date without a time is that day in the time zone of the portal, as its users see it.
 * @param field for the warning.
 */
export async function readSentTime(
  { portalTimeZone, context }: Pick<TimelineScope, 'portalTimeZone' | 'context'>,
  field: string,
  sent: string | undefined,
): Promise<SentTime | undefined> {
  if (sent === undefined) return undefined;
  const timeZone = isDayOnly(sent) ? await portalTimeZone.read(context) : 'UTC';
  const time = normalizeDatetime(sent, timeZone);
  if (typeof time === 'object') return { problem: time.problem };
  if (hasNoZone(sent)) return { time, warning: `${field} has no time zone: it was read as UTC` };
  if (timeZone !== undefined) return { time };
  return { time, warning: `${field} has no time and the CRM does not show its time zone: it was read as midnight UTC` };
}
