import { unaccounted } from '../../crm/crm-problem.ts';
import { trimmedId } from '../../contract/optional-fields.ts';
import type { TaskAnswer, TaskPatch } from '../../contract/tasks.ts';
import type { CrmProblem, UpdateInput, WriteOutcome } from '../../crm/crm.ts';
import { toTaskProperties } from '../../mapping/run/translate-task.ts';
import { settleAll } from '../concurrency/settle-all.ts';
import { nothingDecided, type WriteDecision } from '../decisions.ts';
import { describeProblem, errorForAll, errorForOne } from '../problem.ts';
import { recoverManaged } from '../properties/managed-property.ts';
import { linkTypes, readLinked } from '../records/linked-records.ts';
import { decisionOf } from '../writes/write-result.ts';
import { writeEach } from '../writes/write-each.ts';
import { type Draft, writeStripping } from '../writes/write-stripping.ts';
import { storableDraft } from './storable-draft.ts';
import { linksInBatches, type ReadTask, readTask, readTasks } from './read-tasks.ts';
import { draftTask, originalTypeProperties } from './task-draft.ts';
import { type TimelineScope, taskMapping } from './timeline-scope.ts';

export interface ChangedTask {
  readonly answer: TaskAnswer;
  readonly decision: WriteDecision;
  /** Why it was not changed, in a request for many tasks. */
  readonly problem?: CrmProblem;
}

/**
 * PATCH of one task: writes the fields that Enginy sent; absent, null and empty fields stay unchanged. A new contact or company
 * replaces the previous one.
 * @throws NotFoundError for an unknown task, InvalidRequestError for an unknown contact or company.
 */
export async function changeTask(scope: TimelineScope, id: string, patch: TaskPatch): Promise<ChangedTask> {
  const before = await readTask(scope, id);
  const ids = { contactId: trimmedId(patch.contactId), companyId: trimmedId(patch.companyId) };
  const linked = await readLinked(scope, ids, []);
  const isSame = patch.completed === before.answer.completed;
  const draft = await draftTask(scope, isSame ? { ...patch, completed: undefined } : patch);
  const written = await writeDraft(scope, id, draft);
  scope.completedTasks.forget([id]);
  const { warnings } = written;

  const types = linkTypes(scope.mappings);
  await settleAll([
    relink(scope, {
      id,
      to: types.contact.objectType,
      target: linked.contact?.id,
      linkedIds: before.contactIds,
    }),
    relink(scope, {
      id,
      to: types.company.objectType,
      target: linked.company?.id,
      linkedIds: before.companyIds,
    }),
  ]);

  const { answer } = await readTask(scope, id);
  const timed = withWarnings(withCompletionTime(answer, scope), warnings);
  const decision = decisionOf(Object.keys(written.properties).length === 0 ? 'unchanged' : 'updated', written);
  return { answer: timed, decision };
}

/**
 * PATCH of many tasks: completes or reopens them. Unknown ids are omitted. A task that could not be changed is returned unchanged,
 * with the reason in its warnings.
 */
export async function completeTasks(
  scope: TimelineScope,
  ids: readonly string[],
  completed: boolean,
): Promise<ChangedTask[]> {
  const mapping = taskMapping(scope);
  const links = linksInBatches(mapping);
  const before = await readTasks(scope, ids, links);
  const { properties } = toTaskProperties(
    mapping,
    (field) => (field === 'completed' ? String(completed) : undefined),
    'update',
  );
  const names = Object.keys(properties);
  const inputs = [...before]
    .filter(([, { answer }]) => answer.completed !== completed)
    .map(([id]): UpdateInput => ({ id, properties }));
  const problems = await sendUpdates(scope, inputs);
  const failure =
    problems.size > 0 && problems.size === inputs.length ? errorForAll([...problems.values()]) : undefined;
  if (failure !== undefined) throw failure;

  const changed = new Set(inputs.map(({ id }) => id).filter((id) => !problems.has(id)));
  scope.completedTasks.forget([...changed]);
  const after = await readTasks(scope, [...changed], links);
  return [...before].flatMap(([id, task]): ChangedTask[] => {
    const problem = problems.get(id);
    if (problem !== undefined) return problem.kind === 'not-found' ? [] : [withProblem(task, problem)];
    // A task that was deleted after the change is omitted, like any task that does not exist.
    const current = changed.has(id) ? after.get(id) : task;
    if (current === undefined) return [];
    const decision: WriteDecision = changed.has(id)
      ? { ...nothingDecided, outcome: 'updated', written: names }
      : unchanged;
    return [{ answer: withCompletionTime(current.answer, scope), decision }];
  });
}

async function writeDraft(scope: TimelineScope, id: string, given: Draft): Promise<Draft> {
  const draft = storableDraft(given);
  if (Object.keys(draft.properties).length === 0) return draft;
  const recover = recoverManaged(scope.managedProperties, originalTypeProperties(taskMapping(scope)), scope.context);
  const [written] = await writeStripping([draft], { isStripping: true, recover }, async ([open = draft]) => {
    const problem = (await sendUpdates(scope, [{ id, properties: open.properties }])).get(id);
    return [problem === undefined ? { record: { id, properties: {} } } : { problem }];
  });
  const outcome: WriteOutcome | 'nothing left' = written?.outcome ?? unaccounted('ambiguous');
  if (outcome !== 'nothing left' && 'problem' in outcome) throw errorForOne(outcome.problem);
  return written?.draft ?? draft;
}

/** @returns the problems by id; inputs without one were written. */
async function sendUpdates(
  scope: TimelineScope,
  inputs: readonly UpdateInput[],
): Promise<ReadonlyMap<string, CrmProblem>> {
  const { objectType } = taskMapping(scope).target;
  const outcomes = await writeEach(inputs, () => scope.batchingCrm.update(objectType, inputs, scope.context));
  return new Map(
    inputs.flatMap(({ id }, index): [string, CrmProblem][] => {
      const outcome = outcomes[index] ?? unaccounted('ambiguous');
      return 'problem' in outcome ? [[id, outcome.problem]] : [];
    }),
  );
}

/** Where a task's links to one kind of record are to lead. */
interface Relink {
  readonly id: string;
  readonly to: string;
  /** Undefined: the links stay as they are. */
  readonly target: string | undefined;
  readonly linkedIds: readonly string[];
}

/** Links the new record first: if the rest fails, the task is on one timeline too many rather than on none. */
async function relink(scope: TimelineScope, { id, to, target, linkedIds }: Relink): Promise<void> {
  if (target === undefined) return;
  const { batchingCrm, context } = scope;
  const from = taskMapping(scope).target.objectType;
  if (!linkedIds.includes(target)) {
    const [outcome] = await batchingCrm.link(from, to, [{ fromId: id, toId: target }], context);
    if (outcome !== 'linked') throw errorForOne((outcome ?? unaccounted('unavailable')).problem);
  }
  const pairs = linkedIds.filter((linkedId) => linkedId !== target).map((toId) => ({ fromId: id, toId }));
  if (pairs.length === 0) return;
  for (const outcome of await batchingCrm.unlink(from, to, pairs, context)) {
    if (outcome !== 'unlinked') throw errorForOne(outcome.problem);
  }
}

/** The CRM may take a moment to record when a task was completed. */
function withCompletionTime(answer: TaskAnswer, { clock }: Pick<TimelineScope, 'clock'>): TaskAnswer {
  if (!answer.completed || answer.completedAt !== null) return answer;
  return { ...answer, completedAt: new Date(clock()).toISOString() };
}

const unchanged: WriteDecision = { ...nothingDecided, outcome: 'unchanged' };

function withProblem({ answer }: ReadTask, problem: CrmProblem): ChangedTask {
  const warned = withWarnings(answer, [`completed was not changed: ${describeProblem(problem)}`]);
  return { answer: warned, problem, decision: nothingDecided };
}

/** Beside those of reading the task. */
function withWarnings(answer: TaskAnswer, warnings: readonly string[]): TaskAnswer {
  return warnings.length === 0 ? answer : { ...answer, warnings: [...(answer.warnings ?? []), ...warnings] };
}
