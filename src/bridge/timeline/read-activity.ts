import type { ActivityAnswer } from '../../contract/activities.ts';
import type { CrmRecord, ObjectType } from '../../crm/crm.ts';
import { NotFoundError } from '../../errors.ts';
import { activityProperties, fromActivityProperties, typeOfOpening } from '../../mapping/run/translate-activity.ts';
import type { ActivityMapping } from '../../mapping/schema/activity-mapping.ts';
import { settleAll } from '../concurrency/settle-all.ts';
import { lookupIn } from '../lookups/lookup-outcome.ts';
import { errorForOne } from '../problem.ts';
import { linkTypes } from '../records/linked-records.ts';
import { splitActivityBody } from './activity-body.ts';
import { toInertText } from './markup/html-body.ts';
import { readStoredTime } from './stored-time.ts';
import { activityMapping, type ReadScope } from './timeline-scope.ts';

/**
 * Reads one activity. Its id does not say which kind of CRM object it is, so all kinds that hold activities are read; if two of them
 * have the id, the one that the bridge logged is returned.
 * @throws NotFoundError when no kind has it, or another GatewayError when a read failed.
 */
export async function readActivity(scope: ReadScope, id: string): Promise<ActivityAnswer> {
  const mapping = activityMapping(scope);
  const objects = id.trim() === '' ? [] : Object.keys(mapping.objects);
  const reads = await Promise.all(
    objects.map(async (object) => ({
      object,
      read: await scope.batchingCrm.readByIds(object, [id], activityProperties(mapping, object), scope.context),
    })),
  );
  const found = reads.flatMap(({ object, read }) => {
    const record = read.found.get(id);
    return record === undefined ? [] : [{ object, record }];
  });
  const activity = found.find(({ record }) => Boolean(record.properties[mapping.key])) ?? found[0];
  if (activity === undefined) {
    const [problem] = reads.flatMap(({ read }) => [...read.failed.values()]);
    throw problem === undefined
      ? new NotFoundError(`No activity exists with ID: ${id}`, 'Activity not found')
      : errorForOne(problem);
  }
  const [contactId, companyId] = await settleAll(
    Object.values(linkTypes(scope.mappings)).map(({ objectType }) =>
      firstLink(scope, { from: activity.object, to: objectType, id }),
    ),
  );
  return { ...toAnswer(mapping, activity.object, activity.record), ...optional({ contactId, companyId }) };
}

/**
 * Reads what the CRM holds of an activity of this kind, without its contact and company. Undefined if it does not have the id.
 * @throws GatewayError when the read failed.
 */
export async function readStoredActivity(
  scope: ReadScope,
  object: ObjectType,
  id: string,
): Promise<ActivityAnswer | undefined> {
  const mapping = activityMapping(scope);
  const read = await scope.batchingCrm.readByIds(object, [id], activityProperties(mapping, object), scope.context);
  const lookup = lookupIn(read, id);
  if (lookup === 'missing') return undefined;
  if ('problem' in lookup) throw errorForOne(lookup.problem);
  return toAnswer(mapping, object, lookup.record);
}

async function firstLink(
  { batchingCrm, context }: ReadScope,
  { from, to, id }: { readonly from: ObjectType; readonly to: ObjectType; readonly id: string },
): Promise<string | undefined> {
  const { found, failed } = await batchingCrm.readLinks(from, to, [id], context);
  const problem = failed.get(id);
  if (problem !== undefined) throw errorForOne(problem);
  return found.get(id)?.[0];
}

function toAnswer(mapping: ActivityMapping, object: string, { id, properties }: CrmRecord): ActivityAnswer {
  const fields = fromActivityProperties(mapping, object, properties);
  const { words, subject, body } = splitActivityBody(fields.get('body') ?? '');
  const opening = typeOfOpening(mapping, object, words);
  const direction = opening?.direction ?? fields.get('direction');
  const storedSubject = fields.get('subject');
  const occurred = readStoredTime('occurredAt', fields.get('occurredAt'));
  return {
    id,
    type: opening?.type ?? object,
    ...optional({
      subject: storedSubject === undefined ? subject : toInertText(storedSubject),
      body: body === '' ? undefined : body,
      direction: direction === 'INBOUND' || direction === 'OUTBOUND' ? direction : undefined,
      ownerId: fields.get('ownerId'),
      occurredAt: occurred.time,
      warnings: occurred.warnings.length === 0 ? undefined : [...occurred.warnings],
    }),
  };
}

/** The members that have a value. */
function optional<Members extends object>(
  members: Members,
): { [Name in keyof Members]?: Exclude<Members[Name], undefined> } {
  // Filtering leaves exactly the members that are not undefined, which the compiler cannot see.
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}
