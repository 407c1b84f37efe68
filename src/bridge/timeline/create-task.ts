import { idOf, textOf } from '../../contract/optional-fields.ts';
import type { TaskAnswer, TaskBody } from '../../contract/tasks.ts';
import type { CallContext } from '../../crm/crm.ts';
import type { Mappings } from '../../mapping/load/file-kinds.ts';
import { fromTaskProperties } from '../../mapping/run/translate-task.ts';
import type { TaskMapping } from '../../mapping/schema/task-mapping.ts';
import type { ManagedProperty } from '../properties/managed-property.ts';
import { type LinkedRecords, linksTo, readLinked } from '../records/linked-records.ts';
import { type CreateOnceDeps, createOnce } from './create-once.ts';
import { fingerprint } from './fingerprint.ts';
import { readTask, taskMapping } from './read-tasks.ts';
import { draftTask, type TaskDraftDeps, wordKeepers } from './task-draft.ts';

export interface TaskDeps extends CreateOnceDeps, TaskDraftDeps {
  /** The wall clock, in milliseconds since 1970. */
  readonly clock: () => number;
}

export interface CreatedTask {
  readonly answer: TaskAnswer;
  readonly isRepeat: boolean;
}

const dayMs = 86_400_000;

/**
 * Creates a task on its contact and company. One that says for whom and until when is created once, however often it is sent.
 * @throws InvalidRequestError when the contact or company does not exist; nothing is created then.
 */
export async function createTask(
  deps: TaskDeps,
  mappings: Mappings,
  body: TaskBody,
  context: CallContext,
): Promise<CreatedTask> {
  const mapping = taskMapping(mappings);
  const now = deps.clock();
  const defaults = {
    dueDate: new Date(now + mapping.due_after_days * dayMs).toISOString(),
    completed: 'false',
  } as const;
  const asked = { contactId: idOf(body.contactId), companyId: idOf(body.companyId) };
  const linked = await readLinked({ crm: deps.batchingCrm, mappings, context }, asked, []);
  const draft = await draftTask(deps, mapping, body, defaults, context);
  const created = await createOnce(
    deps,
    {
      objectType: mapping.target.objectType,
      keeper: keeperOf(mapping),
      fingerprint: fingerprintOf(body),
      draft,
      managedProperties: wordKeepers(mapping),
      links: linksTo(mappings, linked),
    },
    context,
  );
  const { id, isRepeat, properties, warnings } = created;
  if (isRepeat) return { answer: (await readTask(deps, mappings, id, context)).answer, isRepeat };
  const answer = answerOf(mapping, { id, properties, linked, body, now });
  return { answer: warnings.length === 0 ? answer : { ...answer, warnings: [...warnings] }, isRepeat };
}

/** What was written is what is told; a read would cost three calls and tell the same. */
function answerOf(
  mapping: TaskMapping,
  made: {
    readonly id: string;
    readonly properties: Readonly<Record<string, string>>;
    readonly linked: LinkedRecords;
    readonly body: TaskBody;
    readonly now: number;
  },
): TaskAnswer {
  const { id, linked, body, now } = made;
  const { contact, company } = linked;
  const {
    description: _written,
    completed,
    ...written
  } = Object.fromEntries(fromTaskProperties(mapping, made.properties));
  const description = textOf(body.description);
  const type = written.type === undefined ? undefined : textOf(body.type)?.trim();
  const isCompleted = completed === 'true';
  return {
    id,
    ...written,
    subject: written.subject ?? '',
    ...(description === undefined ? {} : { description }),
    ...(type === undefined ? {} : { type }),
    ...(contact === undefined ? {} : { contactId: contact.id }),
    ...(company === undefined ? {} : { companyId: company.id }),
    completed: isCompleted,
    completedAt: isCompleted ? new Date(now).toISOString() : null,
  };
}

/** Undefined when nothing tells a second sending from a second task. */
function fingerprintOf(body: TaskBody): string | undefined {
  const { id } = body;
  if (typeof id === 'string' && id !== '') return fingerprint(['id', id, body.subject]);
  const [dueDate, contactId, companyId] = [textOf(body.dueDate), idOf(body.contactId), idOf(body.companyId)];
  if (dueDate === undefined || (contactId === undefined && companyId === undefined)) return undefined;
  const rest = [body.description, body.type, body.ownerId].map((value) => textOf(value) ?? '');
  return fingerprint(['task', body.subject, dueDate, contactId ?? '', companyId ?? '', ...rest]);
}

function keeperOf(mapping: TaskMapping): ManagedProperty {
  return {
    objectType: mapping.target.objectType,
    name: mapping.key,
    label: 'Enginy task key',
    description: 'Fingerprint of the task in Enginy, kept by enginy-bridge so that a resend finds it. Do not edit.',
    isUnique: true,
    group: mapping.group,
    fallbackNote: 'resent tasks are only detected until the next restart',
    whenDenied: 'unavailable',
  };
}
