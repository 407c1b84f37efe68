import type { ActivityAnswer, ActivityBody } from '../../contract/activities.ts';
import type { CallContext } from '../../crm/crm.ts';
import { NotSupportedError } from '../../errors.ts';
import { isDeeperThan } from '../../json.ts';
import type { Mappings } from '../../mapping/load/file-kinds.ts';
import { toActivityProperties } from '../../mapping/run/translate-activity.ts';
import type { ActivityMapping } from '../../mapping/schema/activity-mapping.ts';
import type { ManagedProperty } from '../properties/managed-property.ts';
import { linksTo, readLinked } from '../records/linked-records.ts';
import { composeActivityBody, splitActivityBody } from './activity-body.ts';
import { type CreateOnceDeps, createOnce } from './create-once.ts';
import type { OwnerDirectory } from './owner-directory.ts';
import { participantsOf } from './participants.ts';
import { activityFingerprint, readSentActivity } from './sent-activity.ts';

export interface ActivityDeps extends CreateOnceDeps {
  readonly owners: OwnerDirectory;
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
  const sent = readSentActivity(mapping, activity);
  const names = mapping.people === undefined ? [] : Object.values(mapping.people);
  const [linked, owner] = await Promise.all([
    readLinked({ crm: deps.batchingCrm, mappings, context }, sent, names),
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
      fingerprint: activityFingerprint(sent),
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

/** The unique property that keeps an activity's fingerprint. */
function keeperOf(mapping: ActivityMapping, objectType: string): ManagedProperty {
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
