import type { TaskAnswer } from '../../contract/tasks.ts';
import type { CrmProblem, CrmRecord } from '../../crm/crm.ts';
import { NotFoundError } from '../../errors.ts';
import { completionTime, fromTaskProperties, taskPropertyNames } from '../../mapping/run/translate-task.ts';
import type { TaskMapping } from '../../mapping/schema/task-mapping.ts';
import { mapInSlices } from '../../in-slices.ts';
import { errorForReads } from '../problem.ts';
import { linkTypes } from '../records/linked-records.ts';
import { descriptionOf } from './activity-body.ts';
import { toInertText } from './markup/html-body.ts';
import { readStoredTime } from './stored-time.ts';
import { type ReadScope, taskMapping } from './timeline-scope.ts';

/** A task as the CRM has it, with the records that it is linked to. */
export interface ReadTask {
  readonly answer: TaskAnswer;
  readonly contactIds: readonly string[];
  readonly companyIds: readonly string[];
}

/**
 * Reads tasks by id, in batches.
 * @param links `omit` saves two calls of the associations limit: the tasks then name no contact and no company.
 * @returns tasks by id, in the order of the ids; unknown ids are omitted.
 * @throws GatewayError when a lookup failed: such a task must not look like one that does not exist.
 */
export async function readTasks(
  scope: ReadScope,
  ids: readonly string[],
  links: 'read' | 'omit' = 'read',
): Promise<Map<string, ReadTask>> {
  const { batchingCrm, context } = scope;
  const mapping = taskMapping(scope);
  const distinct = [...new Set(ids)];
  if (distinct.length === 0) return new Map();
  const { objectType } = mapping.target;
  const types = linkTypes(scope.mappings);
  const linked = links === 'read' ? distinct : [];
  const [tasks, contacts, companies] = await Promise.all([
    batchingCrm.readByIds(objectType, distinct, taskPropertyNames(mapping), context),
    batchingCrm.readLinks(objectType, types.contact.objectType, linked, context),
    batchingCrm.readLinks(objectType, types.company.objectType, linked, context),
  ]);
  throwIfAnyFailed([tasks.failed, contacts.failed, companies.failed]);
  // Cleaning one long description takes a tenth of a second.
  const read = await mapInSlices(distinct, (id): [string, ReadTask][] => {
    const record = tasks.found.get(id);
    if (record === undefined) return [];
    const contactIds = contacts.found.get(id) ?? [];
    const companyIds = companies.found.get(id) ?? [];
    const answer = toAnswer(mapping, record, { contactId: contactIds[0], companyId: companyIds[0] });
    return [[id, { answer, contactIds, companyIds }]];
  });
  return new Map(read.flat());
}

/**
 * Answers POST /tasks/batch: one call of the CRM per 100 tasks, none for those that were completed and read a while ago. Contact and
 * company are returned only if the mapping asks for them.
 * @returns the tasks that exist, in the order of the ids.
 * @throws GatewayError when a lookup failed.
 */
export async function readTaskBatch(scope: ReadScope, ids: readonly string[]): Promise<readonly TaskAnswer[]> {
  const { completedTasks } = scope;
  const mapping = taskMapping(scope);
  const distinct = [...new Set(ids)];
  const known = new Map(distinct.map((id) => [id, completedTasks.get(mapping.hash, id)]));
  const open = distinct.filter((id) => known.get(id) === undefined);
  const read = await readTasks(scope, open, linksInBatches(mapping));
  for (const { answer } of read.values()) completedTasks.remember(mapping.hash, answer);
  return distinct.flatMap((id) => known.get(id) ?? read.get(id)?.answer ?? []);
}

/** Whether answers about many tasks name their contacts and companies. */
export function linksInBatches(mapping: TaskMapping): 'read' | 'omit' {
  return mapping.links_in_batches ? 'read' : 'omit';
}

/** @throws NotFoundError in the contract's words when there is no such task. */
export async function readTask(scope: ReadScope, id: string, links: 'read' | 'omit' = 'read'): Promise<ReadTask> {
  const isBlank = id.trim() === '';
  const task = isBlank ? undefined : (await readTasks(scope, [id], links)).get(id);
  if (task === undefined) throw new NotFoundError(`No task exists with ID: ${id}`, 'Task not found');
  return task;
}

function throwIfAnyFailed(maps: readonly ReadonlyMap<string, CrmProblem>[]): void {
  const error = errorForReads(maps.flatMap((failed) => [...failed.values()]));
  if (error !== undefined) throw error;
}

function toAnswer(
  mapping: TaskMapping,
  { id, properties }: CrmRecord,
  { contactId, companyId }: { readonly contactId: string | undefined; readonly companyId: string | undefined },
): TaskAnswer {
  const {
    subject = '',
    description,
    dueDate,
    completed,
    ...rest
  } = Object.fromEntries(fromTaskProperties(mapping, properties));
  const isCompleted = completed === 'true';
  const due = readStoredTime('dueDate', dueDate);
  const done = readStoredTime('completedAt', isCompleted ? completionTime(mapping, properties) : undefined);
  const warnings = [...due.warnings, ...done.warnings];
  return {
    id,
    subject: toInertText(subject),
    ...(description === undefined ? {} : descriptionOf(description)),
    ...Object.fromEntries(Object.entries(rest).map(([field, value]) => [field, toInertText(value)])),
    ...(due.time === undefined ? {} : { dueDate: due.time }),
    ...(contactId === undefined ? {} : { contactId }),
    ...(companyId === undefined ? {} : { companyId }),
    completed: isCompleted,
    completedAt: done.time ?? null,
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}
