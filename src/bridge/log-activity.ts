import type { ActivityAnswer, ActivityBody } from '../contract/activities.ts';
import { idOf, textOf } from '../contract/optional-fields.ts';
import type { CallContext, CrmRecord, Owner } from '../crm/crm.ts';
import { InvalidRequestError, NotSupportedError } from '../errors.ts';
import type { ActivityMapping, ActivityType, Direction } from '../mapping/activity-mapping.ts';
import { normalizeDatetime } from '../mapping/date-text.ts';
import type { Mappings } from '../mapping/file-kinds.ts';
import { firstName, lastName } from '../mapping/full-name.ts';
import { findActivityType, toActivityProperties } from '../mapping/translate-activity.ts';
import { composeActivityBody, splitActivityBody } from './activity-body.ts';
import { type CreateOnceDeps, createOnce } from './create-once.ts';
import { fingerprint } from './fingerprint.ts';
import { linksTo, readLinked } from './linked-records.ts';
import { isDeeperThan } from './nesting.ts';
import type { OwnProperty } from './own-property.ts';
import type { OwnerBook } from './owners.ts';

export interface ActivityDeps extends CreateOnceDeps {
  readonly owners: OwnerBook;
  /** The wall clock, in milliseconds since 1970. */
  readonly clock: () => number;
}

/** What became of one activity; the rest of the answer is what was recorded of it. */
export interface LoggedActivity {
  readonly answer: ActivityAnswer;
  readonly isRepeat: boolean;
}

/**
 * Logs one activity on the timeline of its contact and company. The same activity sent twice is logged once: same
 * `metadata.messageId`, or without one, same time and body, each of the same type and direction for the same contact.
 * @throws InvalidRequestError for a type that the mapping does not know, and for a contact or company that does not exist.
 */
export async function logActivity(
  deps: ActivityDeps,
  mappings: Mappings,
  activity: ActivityBody,
  context: CallContext,
): Promise<LoggedActivity> {
  const mapping = activityMapping(mappings);
  const sent = readActivity(mapping, activity);
  const names = mapping.people === undefined ? [] : Object.values(mapping.people);
  const [linked, owner] = await Promise.all([
    readLinked({ crm: deps.crm, mappings }, sent, names, context),
    sent.ownerId === undefined ? undefined : deps.owners.find(sent.ownerId, context),
  ]);
  const warnings = [...sent.warnings];
  if (owner === 'unknown') warnings.push(`ownerId was left out: the CRM has no active owner ${sent.ownerId}`);
  if (linked.contact === undefined && linked.company === undefined)
    warnings.push('neither contactId nor companyId was sent: the activity is on no timeline');

  const occurredAt = sent.occurredAt ?? new Date(deps.clock()).toISOString();
  const ownerId = owner === 'unknown' ? undefined : sent.ownerId;
  const body = composeActivityBody(sent);
  const translation = toActivityProperties(mapping, sent.type.object, {
    type: sent.typeName,
    direction: sent.direction,
    subject: sent.subject,
    body,
    occurredAt,
    ownerId,
    participants: participantsOf(
      mapping,
      sent.direction,
      linked.contact,
      typeof owner === 'object' ? owner : undefined,
    ),
    metadata: activity.metadata ?? undefined,
  });
  const created = await createOnce(
    deps,
    {
      objectType: sent.type.object,
      keeper: keeperOf(mapping, sent.type.object),
      fingerprint: fingerprintOf(sent),
      draft: { ...translation, warnings: [...warnings, ...translation.warnings] },
      links: linksTo(mappings, linked),
    },
    context,
  );
  const isOwnerKept = Object.keys(created.properties).some((name) => translation.sources[name] === 'ownerId');
  const answer: ActivityAnswer = {
    id: created.id,
    type: sent.typeName,
    ...(sent.subject === undefined ? {} : { subject: sent.subject }),
    // As it was recorded: cleaned, and cut where it was too long.
    ...(sent.body === undefined || body === undefined ? {} : { body: splitActivityBody(body).body }),
    direction: sent.direction,
    ...(ownerId !== undefined && isOwnerKept ? { ownerId } : {}),
    occurredAt,
    ...(linked.contact === undefined ? {} : { contactId: linked.contact.id }),
    ...(linked.company === undefined ? {} : { companyId: linked.company.id }),
    ...echoed(activity.metadata),
    ...(created.warnings.length === 0 ? {} : { warnings: [...created.warnings] }),
  };
  return { answer, isRepeat: created.isRepeat };
}

/** Metadata is told as it came, where it can be told. */
function echoed(metadata: ActivityBody['metadata']): Pick<ActivityAnswer, 'metadata'> {
  return metadata === undefined || metadata === null || isDeeperThan(100, metadata) ? {} : { metadata };
}

/** @throws NotSupportedError when there is no mapping file for activities. */
export function activityMapping(mappings: Mappings): ActivityMapping {
  if (mappings.activities === undefined) throw new NotSupportedError('There is no mapping file for activities');
  return mappings.activities;
}

/** An activity as Enginy sent it, its fields read. */
export interface SentActivity {
  readonly typeName: string;
  readonly type: ActivityType;
  readonly direction: Direction;
  readonly subject: string | undefined;
  readonly body: string | undefined;
  readonly ownerId: string | undefined;
  readonly occurredAt: string | undefined;
  readonly contactId: string | undefined;
  readonly companyId: string | undefined;
  readonly messageId: string | undefined;
  readonly warnings: readonly string[];
}

function readActivity(mapping: ActivityMapping, activity: ActivityBody): SentActivity {
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
    ownerId: idOf(activity.ownerId),
    occurredAt: typeof time === 'string' ? time : undefined,
    contactId: idOf(activity.contactId),
    companyId: idOf(activity.companyId),
    messageId: textOf(activity.metadata?.messageId),
    warnings:
      typeof time === 'object' ? [`occurredAt ${time.problem}: the activity was logged at the time it was sent`] : [],
  };
}

function directionOf(word: string | undefined): Direction | undefined {
  if (word === undefined) return undefined;
  return word.trim().toUpperCase() === 'INBOUND' ? 'INBOUND' : 'OUTBOUND';
}

/** Undefined when nothing tells a second sending from a second activity. */
function fingerprintOf(sent: SentActivity): string | undefined {
  const about = [sent.typeName, sent.direction, sent.contactId ?? ''];
  if (sent.messageId !== undefined) return fingerprint([...about, 'message', sent.messageId]);
  if (sent.occurredAt === undefined) return undefined;
  return fingerprint([...about, 'time', sent.companyId ?? '', sent.occurredAt, sent.subject ?? '', sent.body ?? '']);
}

/** The unique property that keeps an activity's fingerprint. */
function keeperOf(mapping: ActivityMapping, objectType: string): OwnProperty {
  return {
    objectType,
    name: mapping.key,
    label: 'Enginy activity key',
    description: 'Fingerprint of the activity in Enginy, kept by enginy-bridge so that a resend finds it. Do not edit.',
    isUnique: true,
    group: mapping.group,
    withoutIt: 'activities that are sent twice are recognised from memory only',
    whenDenied: 'memory',
  };
}

/** Who wrote to whom, as HubSpot's e-mails take it (its guide to the emails object): JSON with `from` and `to`. */
function participantsOf(
  mapping: ActivityMapping,
  direction: Direction,
  contact: CrmRecord | undefined,
  owner: Owner | undefined,
): string | undefined {
  const { people } = mapping;
  const lead =
    people === undefined || contact === undefined
      ? undefined
      : person(
          contact.properties[people.email],
          contact.properties[people.first_name],
          contact.properties[people.last_name],
        );
  const sender = owner === undefined ? undefined : person(owner.email, firstName(owner.name), lastName(owner.name));
  const [from, to] = direction === 'OUTBOUND' ? [sender, lead] : [lead, sender];
  if (from === undefined && to === undefined) return undefined;
  return JSON.stringify({ ...(from === undefined ? {} : { from }), to: to === undefined ? [] : [to], cc: [], bcc: [] });
}

function person(email?: string | null, first?: string | null, last?: string | null) {
  if (!email) return undefined;
  return { email, ...(first ? { firstName: first } : {}), ...(last ? { lastName: last } : {}) };
}
