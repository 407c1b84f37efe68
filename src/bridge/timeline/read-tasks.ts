import type { TaskAnswer } from '../../contract/tasks.ts';
import type { CallContext, Crm, CrmProblem, CrmRecord } from '../../crm/crm.ts';
import { NotFoundError, NotSupportedError } from '../../errors.ts';
import type { Mappings } from '../../mapping/load/file-kinds.ts';
import { completionTime, fromTaskProperties, taskProperties } from '../../mapping/run/translate-task.ts';
import type { TaskMapping } from '../../mapping/schema/task-mapping.ts';
import { normalizeDatetime } from '../../mapping/values/date-text.ts';
import { errorForAll, errorForOne } from '../problem.ts';
import { linkTypes } from '../records/linked-records.ts';
import { fromHtmlBody } from './html-body.ts';

/** A task as the CRM has it, with the records that it is linked to. */
export interface ReadTask {
  readonly answer: TaskAnswer;
  readonly contactIds: readonly string[];
  readonly companyIds: readonly string[];
}

/**
 * Reads tasks by id, and what they are linked to, by the hundred.
 * @returns tasks by id in the order of the ids; ids that no task has are left out.
 * @throws GatewayError when one of them could not be looked up: it must not look like one that does not exist.
 */
export async function readTasks(
  deps: { readonly batchingCrm: Crm },
  mappings: Mappings,
  ids: readonly string[],
  context: CallContext,
): Promise<Map<string, ReadTask>> {
  const mapping = taskMapping(mappings);
  const distinct = [...new Set(ids)];
  if (distinct.length === 0) return new Map();
  const { objectType } = mapping.target;
  const types = linkTypes(mappings);
  const [tasks, contacts, companies] = await Promise.all([
    deps.batchingCrm.readByIds(objectType, distinct, taskProperties(mapping), context),
    deps.batchingCrm.readLinks(objectType, types.contact.objectType, distinct, context),
    deps.batchingCrm.readLinks(objectType, types.company.objectType, distinct, context),
  ]);
  throwIfAnyFailed([tasks.failed, contacts.failed, companies.failed]);
  return new Map(
    distinct.flatMap((id): [string, ReadTask][] => {
      const record = tasks.found.get(id);
      if (record === undefined) return [];
      const contactIds = contacts.found.get(id) ?? [];
      const companyIds = companies.found.get(id) ?? [];
      return [[id, { answer: toAnswer(mapping, record, contactIds[0], companyIds[0]), contactIds, companyIds }]];
    }),
  );
}

/** @throws NotFoundError in the contract's words when there is no such task. */
export async function readTask(
  deps: { readonly batchingCrm: Crm },
  mappings: Mappings,
  id: string,
  context: CallContext,
): Promise<ReadTask> {
  const task = (await readTasks(deps, mappings, [id], context)).get(id);
  if (task === undefined) throw new NotFoundError(`No task exists with ID: ${id}`, 'Task not found');
  return task;
}

/** @throws NotSupportedError when there is no mapping file for tasks. */
export function taskMapping(mappings: Mappings): TaskMapping {
  if (mappings.tasks === undefined) throw new NotSupportedError('There is no mapping file for tasks');
  return mappings.tasks;
}

function throwIfAnyFailed(maps: readonly ReadonlyMap<string, CrmProblem>[]): void {
  const problems = maps.flatMap((failed) => [...failed.values()]);
  const [first] = problems;
  if (first !== undefined) throw errorForAll(problems) ?? errorForOne(first);
}

function toAnswer(
  mapping: TaskMapping,
  { id, properties }: CrmRecord,
  contactId: string | undefined,
  companyId: string | undefined,
): TaskAnswer {
  const {
    subject = '',
    description,
    dueDate,
    completed,
    ...rest
  } = Object.fromEntries(fromTaskProperties(mapping, properties));
  const isCompleted = completed === 'true';
  return {
    id,
    subject,
    ...(description === undefined ? {} : { description: fromHtmlBody(description) }),
    ...rest,
    ...(dueDate === undefined ? {} : { dueDate: isoOf(dueDate) }),
    ...(contactId === undefined ? {} : { contactId }),
    ...(companyId === undefined ? {} : { companyId }),
    completed: isCompleted,
    completedAt: isCompleted ? isoOrNull(completionTime(mapping, properties)) : null,
  };
}

function isoOrNull(time: string | undefined): string | null {
  return time === undefined ? null : isoOf(time);
}

/** ISO 8601; what the CRM writes in another form is given back as it is. */
function isoOf(time: string): string {
  const iso = normalizeDatetime(time);
  return typeof iso === 'string' ? iso : time;
}
