import type { ActivityBody } from '../../contract/activities.ts';
import { trimmedId, textOf } from '../../contract/optional-fields.ts';
import { InvalidRequestError } from '../../errors.ts';
import type { HeldBack } from '../../mapping/run/held-back.ts';
import { findActivityType } from '../../mapping/run/translate-activity.ts';
import type { ActivityMapping, ActivityType, Direction } from '../../mapping/schema/activity-mapping.ts';
import { normalizeDatetime } from '../../mapping/values/date-text.ts';
import { fingerprint } from './fingerprint.ts';
import { mediaLines, sentTimeLine } from './media-lines.ts';

/** An activity as Enginy sent it, with its fields parsed. */
export interface SentActivity {
  readonly typeName: string;
  readonly type: ActivityType;
  readonly direction: Direction;
  readonly subject: string | undefined;
  readonly body: string | undefined;
  readonly ownerId: string | undefined;
  /** Equal for all spellings of the same time; the text as sent if it cannot be read. */
  readonly timeKey: string | undefined;
  readonly contactId: string | undefined;
  readonly companyId: string | undefined;
  readonly messageId: string | undefined;
  /** Lines about voice messages and attachments. */
  readonly media: readonly string[];
  readonly warnings: readonly string[];
  readonly heldBack: readonly HeldBack[];
  /** Lines that keep what could not be parsed. They are not part of the fingerprint, which contains the text itself. */
  readonly notes: readonly string[];
}

/** @throws InvalidRequestError for a type that the mapping does not have. */
export function readSentActivity(mapping: ActivityMapping, activity: ActivityBody): SentActivity {
  const found = findActivityType(mapping, activity.type);
  if (found === undefined) {
    throw new InvalidRequestError(`type must be one of ${Object.keys(mapping.types).join(', ')}`);
  }
  const sentTime = textOf(activity.occurredAt);
  const time = sentTime === undefined ? undefined : normalizeDatetime(sentTime);
  return {
    typeName: found.name,
    type: found.type,
    direction: directionOf(textOf(activity.direction)) ?? mapping.direction_if_missing,
    subject: textOf(activity.subject)?.replace(/\s+/g, ' ').trim(),
    body: textOf(activity.body),
    ownerId: trimmedId(activity.ownerId),
    timeKey: typeof time === 'string' ? time : sentTime,
    contactId: trimmedId(activity.contactId),
    companyId: trimmedId(activity.companyId),
    messageId: textOf(activity.metadata?.messageId),
    media: mediaLines(activity.metadata),
    notes: typeof time === 'object' ? [sentTimeLine('Time', sentTime ?? '')] : [],
    warnings:
      typeof time === 'object'
        ? [`occurredAt ${time.problem}: the activity was logged at the time it was sent, with the text in its body`]
        : [],
    heldBack: typeof time === 'object' ? [{ field: 'occurredAt', reason: 'unreadable', detail: time.problem }] : [],
  };
}

function directionOf(word: string | undefined): Direction | undefined {
  if (word === undefined) return undefined;
  return word.trim().toUpperCase() === 'INBOUND' ? 'INBOUND' : 'OUTBOUND';
}

/** What it is compared by: mail systems give one id with and without the angle brackets of its header (RFC 5322, section 3.6.4). */
export const bareMessageId = (messageId: string) => /^<([^<>]+)>$/.exec(messageId.trim())?.[1]?.trim() ?? messageId;

/** Version 0.1.0 compared ids of messages as they were sent. */
export const messageIdAsSent = (messageId: string) => messageId;

/**
 * Equal for two requests that mean the same activity; undefined when a resend cannot be distinguished from a second activity.
 * @param idOf one text for all spellings of a message's id.
 */
export function activityFingerprint(sent: SentActivity, idOf: (messageId: string) => string): string | undefined {
  const about = [sent.typeName, sent.direction, sent.contactId ?? ''];
  if (sent.messageId !== undefined) return fingerprint([...about, 'message', idOf(sent.messageId)]);
  if (sent.timeKey === undefined) return undefined;
  return fingerprint([
    ...about,
    'time',
    sent.companyId ?? '',
    sent.timeKey,
    sent.subject ?? '',
    sent.body ?? '',
    ...sent.media,
  ]);
}
