import type { ActivityAnswer } from '../../contract/activities.ts';
import type { CallContext, Crm, CrmRecord } from '../../crm/crm.ts';
import { NotFoundError } from '../../errors.ts';
import type { Mappings } from '../../mapping/load/file-kinds.ts';
import { activityProperties, fromActivityProperties, typeOfOpening } from '../../mapping/run/translate-activity.ts';
import type { ActivityMapping } from '../../mapping/schema/activity-mapping.ts';
import { normalizeDatetime } from '../../mapping/values/date-text.ts';
import { errorForOne } from '../problem.ts';
import { linkTypes } from '../records/linked-records.ts';
import { splitActivityBody } from './activity-body.ts';
import { activityMapping } from './log-activity.ts';

/**
 * Reads one activity. Its id does not tell which object keeps it, so all that keep activities are asked; should two of them know
 * the id, the one that the bridge logged is meant.
 * @throws NotFoundError when none of them has it, or another GatewayError when one could not be asked.
 */
export async function readActivity(
  deps: { readonly batchingCrm: Crm },
  mappings: Mappings,
  id: string,
  context: CallContext,
): Promise<ActivityAnswer> {
  const mapping = activityMapping(mappings);
  const reads = await Promise.all(
    Object.keys(mapping.objects).map(async (object) => ({
      object,
      read: await deps.batchingCrm.readByIds(object, [id], activityProperties(mapping, object), context),
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
  const [contactId, companyId] = await Promise.all(
    Object.values(linkTypes(mappings)).map(({ objectType }) =>
      firstLink(deps.batchingCrm, activity.object, objectType, id, context),
    ),
  );
  return { ...toAnswer(mapping, activity.object, activity.record), ...optional({ contactId, companyId }) };
}

async function firstLink(
  crm: Crm,
  from: string,
  to: string,
  id: string,
  context: CallContext,
): Promise<string | undefined> {
  const { found, failed } = await crm.readLinks(from, to, [id], context);
  const problem = failed.get(id);
  if (problem !== undefined) throw errorForOne(problem);
  return found.get(id)?.[0];
}

function toAnswer(mapping: ActivityMapping, object: string, { id, properties }: CrmRecord): ActivityAnswer {
  const fields = fromActivityProperties(mapping, object, properties);
  const { words, subject, body } = splitActivityBody(fields.get('body') ?? '');
  const told = typeOfOpening(mapping, object, words);
  const direction = told?.direction ?? fields.get('direction');
  const time = fields.get('occurredAt');
  const occurredAt = time === undefined ? undefined : normalizeDatetime(time);
  return {
    id,
    type: told?.type ?? object,
    ...optional({
      subject: fields.get('subject') ?? subject,
      body: body === '' ? undefined : body,
      direction: direction === 'INBOUND' || direction === 'OUTBOUND' ? direction : undefined,
      ownerId: fields.get('ownerId'),
      occurredAt: typeof occurredAt === 'string' ? occurredAt : time,
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
