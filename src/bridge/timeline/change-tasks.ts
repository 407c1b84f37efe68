import { idOf } from '../../contract/optional-fields.ts';
import type { TaskAnswer, TaskPatch } from '../../contract/tasks.ts';
import type { CallContext, CrmProblem, UpdateInput, WriteOutcome } from '../../crm/crm.ts';
import type { Mappings } from '../../mapping/load/file-kinds.ts';
import { toTaskProperties } from '../../mapping/run/translate-task.ts';
import type { TaskMapping } from '../../mapping/schema/task-mapping.ts';
import { describeProblem, errorForAll, errorForOne, problemFromError } from '../problem.ts';
import { recoverManaged } from '../properties/managed-property.ts';
import { linkTypes, readLinked } from '../records/linked-records.ts';
import { unaccounted } from '../unaccounted.ts';
import { type Draft, writeStripping } from '../write-stripping.ts';
import type { TaskDeps } from './create-task.ts';
import { type ReadTask, readTask, readTasks, taskMapping } from './read-tasks.ts';
import { draftTask, wordKeepers } from './task-draft.ts';

/**
 * PATCH of one task: what was sent is written, what was left out, null or empty stays as it is. Another contact or company
 * takes the place of the one before.
 * @throws NotFoundError for an unknown task, InvalidRequestError for an unknown contact or company.
 */
export async function changeTask(
  deps: TaskDeps,
  mappings: Mappings,
  id: string,
  patch: TaskPatch,
  context: CallContext,
): Promise<TaskAnswer> {
  const mapping = taskMapping(mappings);
  const before = await readTask(deps, mappings, id, context);
  const asked = { contactId: idOf(patch.contactId), companyId: idOf(patch.companyId) };
  const linked = await readLinked({ crm: deps.batchingCrm, mappings, context }, asked, []);
  const isSame = patch.completed === before.answer.completed;
  const draft = await draftTask(deps, mapping, isSame ? { ...patch, completed: undefined } : patch, undefined, context);
  const warnings = await writeDraft(deps, mapping, id, draft, context);

  const types = linkTypes(mappings);
  const moves = [
    { to: types.contact.objectType, target: linked.contact?.id, linkedIds: before.contactIds },
    { to: types.company.objectType, target: linked.company?.id, linkedIds: before.companyIds },
  ];
  await Promise.all(moves.map((move) => relink(deps, { from: mapping.target.objectType, id, ...move }, context)));

  const { answer } = await readTask(deps, mappings, id, context);
  const timed = withCompletion(answer, deps);
  return warnings.length === 0 ? timed : { ...timed, warnings: [...warnings] };
}

/**
 * PATCH of many tasks: completes or reopens them. Unknown ids are left out. A task that could not be changed is told as it is,
 * with the reason among its warnings.
 */
export async function completeTasks(
  deps: TaskDeps,
  mappings: Mappings,
  ids: readonly string[],
  completed: boolean,
  context: CallContext,
): Promise<TaskAnswer[]> {
  const mapping = taskMapping(mappings);
  const before = await readTasks(deps, mappings, ids, context);
  const { properties } = toTaskProperties(
    mapping,
    (field) => (field === 'completed' ? String(completed) : undefined),
    'update',
  );
  const inputs = [...before]
    .filter(([, { answer }]) => answer.completed !== completed)
    .map(([id]): UpdateInput => ({ id, properties }));
  const problems = await sendUpdates(deps, mapping.target.objectType, inputs, context);
  const failure =
    problems.size > 0 && problems.size === inputs.length ? errorForAll([...problems.values()]) : undefined;
  if (failure !== undefined) throw failure;

  const changed = inputs.map(({ id }) => id).filter((id) => !problems.has(id));
  const after = await readTasks(deps, mappings, changed, context);
  return [...before].flatMap(([id, task]) => {
    const problem = problems.get(id);
    if (problem !== undefined) return problem.kind === 'not-found' ? [] : [withProblem(task, problem)];
    // Changed and gone since: it is left out like any task that does not exist.
    const current = changed.includes(id) ? after.get(id) : task;
    return current === undefined ? [] : [withCompletion(current.answer, deps)];
  });
}

async function writeDraft(
  deps: TaskDeps,
  mapping: TaskMapping,
  id: string,
  draft: Draft,
  context: CallContext,
): Promise<readonly string[]> {
  if (Object.keys(draft.properties).length === 0) return draft.warnings;
  const recover = recoverManaged(deps.managedProperties, wordKeepers(mapping), context);
  const [written] = await writeStripping([draft], { isStripping: true, recover }, async ([open = draft]) => {
    const problems = await sendUpdates(deps, mapping.target.objectType, [{ id, properties: open.properties }], context);
    const problem = problems.get(id);
    return [problem === undefined ? { record: { id, properties: {} } } : { problem }];
  });
  const outcome: WriteOutcome | 'nothing left' = written?.outcome ?? unaccounted('ambiguous');
  if (outcome !== 'nothing left' && 'problem' in outcome) throw errorForOne(outcome.problem);
  return written?.draft.warnings ?? [];
}

/** @returns the problems by id; what is not among them was written. */
async function sendUpdates(
  deps: TaskDeps,
  objectType: string,
  inputs: readonly UpdateInput[],
  context: CallContext,
): Promise<ReadonlyMap<string, CrmProblem>> {
  if (inputs.length === 0) return new Map();
  try {
    const outcomes = await deps.batchingCrm.update(objectType, inputs, context);
    return new Map(
      inputs.flatMap(({ id }, index): [string, CrmProblem][] => {
        const outcome = outcomes[index] ?? unaccounted('ambiguous');
        return 'problem' in outcome ? [[id, outcome.problem]] : [];
      }),
    );
  } catch (error) {
    const problem = problemFromError(error);
    return new Map(inputs.map(({ id }) => [id, problem]));
  }
}

/** Links the new one first: should the rest fail, the task is on one timeline too many rather than on none. */
async function relink(
  deps: TaskDeps,
  move: { from: string; to: string; id: string; target: string | undefined; linkedIds: readonly string[] },
  context: CallContext,
): Promise<void> {
  const { from, to, id, target, linkedIds } = move;
  if (target === undefined) return;
  if (!linkedIds.includes(target)) {
    const [outcome] = await deps.batchingCrm.link(from, to, [{ fromId: id, toId: target }], context);
    if (outcome !== 'linked') throw errorForOne((outcome ?? unaccounted('unavailable')).problem);
  }
  const pairs = linkedIds.filter((linkedId) => linkedId !== target).map((toId) => ({ fromId: id, toId }));
  if (pairs.length === 0) return;
  for (const outcome of await deps.batchingCrm.unlink(from, to, pairs, context)) {
    if (outcome !== 'unlinked') throw errorForOne(outcome.problem);
  }
}

/** The CRM may take a moment to write down when a task was completed. */
function withCompletion(answer: TaskAnswer, deps: TaskDeps): TaskAnswer {
  if (!answer.completed || answer.completedAt !== null) return answer;
  return { ...answer, completedAt: new Date(deps.clock()).toISOString() };
}

function withProblem({ answer }: ReadTask, problem: CrmProblem): TaskAnswer {
  return { ...answer, warnings: [`completed was not changed: ${describeProblem(problem)}`] };
}
