import type { ActivityAnswer, ActivityBody } from '../../contract/activities.ts';
import { textOf } from '../../contract/optional-fields.ts';
import type { ObjectType, Owner } from '../../crm/crm.ts';
import { isDeeperThan } from '../../json.ts';
import type { HeldBack } from '../../mapping/run/held-back.ts';
import { toActivityProperties } from '../../mapping/run/translate-activity.ts';
import type { ActivityMapping } from '../../mapping/schema/activity-mapping.ts';
import { toStorableText } from '../../mapping/values/plain-text.ts';
import { settleAll } from '../concurrency/settle-all.ts';
import type { WriteDecision } from '../decisions.ts';
import { cutText } from '../properties/convert-value.ts';
import type { ManagedProperty } from '../properties/managed-property.ts';
import type { Draft } from '../writes/write-stripping.ts';
import { type LinkedRecords, linkedIds, linksTo, readLinked } from '../records/linked-records.ts';
import { composeActivityBody, maxSubjectLength } from './activity-body.ts';
import { createOnce } from './create-once.ts';
import { maxBodyLength, toInertText } from './markup/html-body.ts';
import { markEngagement } from './mark-engagement.ts';
import { participantsOf } from './participants.ts';
import { notResent, readFirst, type StoredFields } from './resent-activity.ts';
import {
  activityFingerprint,
  bareMessageId,
  messageIdAsSent,
  readSentActivity,
  type SentActivity,
} from './sent-activity.ts';
import { readSentTime } from './sent-time.ts';
import { unknownOwner } from './task-draft.ts';
import { activityMapping, type TimelineScope } from './timeline-scope.ts';

export interface LoggedActivity {
  readonly answer: ActivityAnswer;
  /** True when an earlier request logged it. */
  readonly isRepeat: boolean;
  readonly decision: WriteDecision;
}

/**
 * Logs one activity on the timeline of its contact and company. An activity that is sent twice is logged once: with the same
 * `metadata.messageId` or, without one, the same time and body, each for the same type, direction and contact.
 * @throws InvalidRequestError for a type that the mapping does not have, and for a contact or company that does not exist.
 */
export async function logActivity(scope: TimelineScope, activity: ActivityBody): Promise<LoggedActivity> {
  const mapping = activityMapping(scope);
  const sent = readSentActivity(mapping, activity);
  const names = mapping.people === undefined ? [] : Object.values(mapping.people);
  const [linked, owner, time] = await settleAll([
    readLinked(scope, sent, names),
    sent.ownerId === undefined ? undefined : scope.owners.find(sent.ownerId, scope.context),
    readSentTime(scope, 'occurredAt', textOf(activity.occurredAt)),
  ]);

  const occurredAt = time?.time ?? new Date(scope.clock()).toISOString();
  const ownerId = owner === 'unknown' ? undefined : sent.ownerId;
  const subject = storedSubject(sent);
  const ownWarnings = [...(time?.warning === undefined ? [] : [time.warning]), ...subject.warnings];
  const lines = { ...sent, subject: subject.value, media: [...sent.media, ...sent.notes] };
  const { html, body } = await composeActivityBody(lines, (warning) => ownWarnings.push(`body ${warning}`));
  const known = { contact: linked.contact, owner: typeof owner === 'object' ? owner : undefined };
  const translation = toActivityProperties(mapping, sent.type.object, {
    type: sent.typeName,
    direction: sent.direction,
    subject: sent.subject,
    body: html,
    occurredAt,
    ownerId,
    participants: participantsOf(mapping, sent.direction, known),
    metadata: activity.metadata ?? undefined,
  });
  const created = await createOnce(scope, {
    objectType: sent.type.object,
    keyProperty: keyPropertyOf(mapping, sent.type.object),
    fingerprint: activityFingerprint(sent, bareMessageId),
    earlierFingerprint: activityFingerprint(sent, messageIdAsSent),
    draft: {
      ...translation,
      warnings: [...warningsFor(sent, linked, owner), ...ownWarnings, ...translation.warnings],
      heldBack: [...heldBackFor(sent, owner), ...subject.heldBack, ...translation.heldBack],
    },
    links: linksTo(scope.mappings, linked),
  });
  const isOwnerStored = Object.keys(created.properties).some((name) => translation.sources[name] === 'ownerId');
  const ownerFields = ownerId !== undefined && isOwnerStored ? { ownerId } : {};
  const { direction } = sent;
  const asSent = { ...textsOf(subject.value, body), direction, ...ownerFields, occurredAt };
  const [stored, marks] = await settleAll([
    created.isRepeat ? readFirst(scope, { object: sent.type.object, id: created.id }, asSent) : notResent(asSent),
    markEngagement(scope, mapping, { linked, direction }),
  ]);
  const warnings = [...created.warnings, ...stored.warnings, ...marks];
  const answer: ActivityAnswer = {
    id: created.id,
    type: sent.typeName,
    ...stored.fields,
    ...linkedIds(linked),
    ...metadataOf(activity),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
  const heldBack = [...created.decision.heldBack, ...stored.heldBack];
  return { answer, isRepeat: created.isRepeat, decision: { ...created.decision, heldBack } };
}

/** The texts as they are returned. */
function textsOf(subject: string | undefined, body: string | undefined): Pick<StoredFields, 'subject' | 'body'> {
  return {
    ...(subject === undefined ? {} : { subject: toInertText(subject) }),
    ...(body === undefined ? {} : { body: toStorableText(body).value }),
  };
}

/** The subject as it is stored: in the opening of the body for types that have one, otherwise in a property, which storableDraft cuts. */
function storedSubject({ subject, type }: SentActivity): Pick<Draft, 'warnings' | 'heldBack'> & { value?: string } {
  const whole = { warnings: [], heldBack: [] };
  if (subject === undefined) return whole;
  const isInBody = type.opening !== undefined;
  const { value, note, reason } = cutText(subject, isInBody ? maxSubjectLength : maxBodyLength);
  if (!isInBody || reason !== 'cut') return { ...whole, value };
  return { value, warnings: [`subject was only partly stored: ${note}`], heldBack: [{ field: 'subject', reason }] };
}

function heldBackFor(sent: SentActivity, owner: Owner | 'unknown' | 'unlisted' | undefined): readonly HeldBack[] {
  return [...sent.heldBack, ...(owner === 'unknown' ? [unknownOwner] : [])];
}

function warningsFor(
  sent: SentActivity,
  { contact, company }: LinkedRecords,
  owner: Owner | 'unknown' | 'unlisted' | undefined,
): string[] {
  const isLinked = contact !== undefined || company !== undefined;
  return [
    ...sent.warnings,
    ...(owner === 'unknown' ? [`ownerId was skipped: the CRM has no active owner ${sent.ownerId}`] : []),
    ...(isLinked ? [] : ['neither contactId nor companyId was sent: the activity is on no timeline']),
  ];
}

/** Metadata is returned unchanged, unless it is nested too deeply to be serialized. */
function metadataOf({ metadata }: ActivityBody): Pick<ActivityAnswer, 'metadata'> {
  return metadata === undefined || metadata === null || isDeeperThan(100, metadata) ? {} : { metadata };
}

/** The unique property that stores an activity's fingerprint. */
function keyPropertyOf(mapping: ActivityMapping, objectType: ObjectType): ManagedProperty {
  return {
    objectType,
    name: mapping.key,
    label: 'Enginy activity key',
    description: 'Fingerprint of the activity in Enginy, kept by enginy-bridge so that a resend finds it. Do not edit.',
    isUnique: true,
    group: mapping.group,
    fallbackNote: 'resent activities are only detected until the next restart',
    whenDenied: 'unavailable',
  };
}
