import { trimmedId, textOf } from '../../contract/optional-fields.ts';
import type { TaskAnswer, TaskBody } from '../../contract/tasks.ts';
import { fromTaskProperties } from '../../mapping/run/translate-task.ts';
import type { TaskMapping } from '../../mapping/schema/task-mapping.ts';
import { timeKey } from '../../mapping/values/date-text.ts';
import type { WriteDecision } from '../decisions.ts';
import type { ManagedProperty } from '../properties/managed-property.ts';
import { type LinkedRecords, linkedIds, linksTo, readLinked } from '../records/linked-records.ts';
import { createOnce } from './create-once.ts';
import { fingerprint } from './fingerprint.ts';
import { descriptionOf } from './activity-body.ts';
import { toInertText } from './markup/html-body.ts';
import { readTask } from './read-tasks.ts';
import { draftTask, originalTypeProperties } from './task-draft.ts';
import { type TimelineScope, taskMapping } from './timeline-scope.ts';

export interface CreatedTask {
  readonly answer: TaskAnswer;
  /** True when an earlier request created it. */
  readonly isRepeat: boolean;
  readonly decision: WriteDecision;
}

const dayMs = 86_400_000;

/**
 * Creates a task on its contact and company. A task with a due date and a contact or company is created once, however often Enginy
 * sends it.
 * @throws InvalidRequestError when the contact or company does not exist; nothing is created then.
 */
export async function createTask(scope: TimelineScope, body: TaskBody): Promise<CreatedTask> {
  const { mappings } = scope;
  const mapping = taskMapping(scope);
  const now = scope.clock();
  const defaults = {
    dueDate: new Date(now + mapping.due_after_days * dayMs).toISOString(),
    completed: 'false',
  } as const;
  const ids = { contactId: trimmedId(body.contactId), companyId: trimmedId(body.companyId) };
  const linked = await readLinked(scope, ids, []);
  const draft = await draftTask(scope, body, defaults);
  const { id, isRepeat, properties, warnings, decision } = await createOnce(scope, {
    objectType: mapping.target.objectType,
    keyProperty: keyPropertyOf(mapping),
    fingerprint: fingerprintOf(body, timeKey),
    earlierFingerprint: fingerprintOf(body, asSent),
    draft,
    managedProperties: originalTypeProperties(mapping),
    links: linksTo(mappings, linked),
  });
  if (isRepeat) {
    // The first request linked what this one names: reading the links would cost two calls of the associations limit.
    const { answer } = await readTask(scope, id, 'omit');
    return { answer: { ...answer, ...linkedIds(linked) }, isRepeat, decision };
  }
  const answer = answerOf(mapping, { id, properties, linked, body, now });
  return { answer: warnings.length === 0 ? answer : { ...answer, warnings: [...warnings] }, isRepeat, decision };
}

/** Answers with what was written; reading it back would take three calls for the same result. */
function answerOf(
  mapping: TaskMapping,
  created: {
    readonly id: string;
    readonly properties: Readonly<Record<string, string>>;
    readonly linked: LinkedRecords;
    readonly body: TaskBody;
    readonly now: number;
  },
): TaskAnswer {
  const { id, linked, body, now } = created;
  const { description, completed, ...written } = Object.fromEntries(fromTaskProperties(mapping, created.properties));
  const type = written.type === undefined ? undefined : textOf(body.type)?.trim();
  const isCompleted = completed === 'true';
  return {
    id,
    ...written,
    subject: toInertText(written.subject ?? ''),
    ...(description === undefined ? {} : descriptionOf(description)),
    ...(type === undefined ? {} : { type: toInertText(type) }),
    ...linkedIds(linked),
    completed: isCompleted,
    completedAt: isCompleted ? new Date(now).toISOString() : null,
  };
}

/** Version 0.1.0 compared due dates as they were sent. */
const asSent = (dueDate: string) => dueDate;

/**
 * Undefined when a resend cannot be distinguished from a second task.
 * @param keyOf one text for all spellings of a due date.
 */
function fingerprintOf(body: TaskBody, keyOf: (dueDate: string) => string): string | undefined {
  const { id } = body;
  if (typeof id === 'string' && id !== '') return fingerprint(['id', id, body.subject]);
  const [dueDate, contactId, companyId] = [textOf(body.dueDate), trimmedId(body.contactId), trimmedId(body.companyId)];
  if (dueDate === undefined || (contactId === undefined && companyId === undefined)) return undefined;
  const rest = [body.description, body.type, body.ownerId].map((value) => textOf(value) ?? '');
  return fingerprint(['task', body.subject, keyOf(dueDate), contactId ?? '', companyId ?? '', ...rest]);
}

/** The unique property that stores a task's fingerprint. */
function keyPropertyOf(mapping: TaskMapping): ManagedProperty {
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
