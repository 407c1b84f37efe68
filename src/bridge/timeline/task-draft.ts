import { trimmedId, textOf } from '../../contract/optional-fields.ts';
import type { TaskBody, TaskPatch } from '../../contract/tasks.ts';
import type { HeldBack } from '../../mapping/run/held-back.ts';
import { keptWordProperties, toTaskProperties } from '../../mapping/run/translate-task.ts';
import type { TaskMapping } from '../../mapping/schema/task-mapping.ts';
import { readField, toFieldValue, toText } from '../../mapping/values/field-value.ts';
import { omitProperty } from '../writes/omit-property.ts';
import type { ManagedProperty } from '../properties/managed-property.ts';
import type { Draft } from '../writes/write-stripping.ts';
import { composeTaskBody } from './activity-body.ts';
import { sentTimeLine } from './media-lines.ts';
import { readSentTime } from './sent-time.ts';
import { type TimelineScope, taskMapping } from './timeline-scope.ts';

/** An `ownerId` that the CRM does not know. */
export const unknownOwner: HeldBack = { field: 'ownerId', reason: 'unknown-owner' };

/** Values of a new task that Enginy does not send. */
export interface TaskDefaults {
  readonly dueDate: string;
  readonly completed: 'false';
}

/**
 * Turns a task from Enginy into a draft. An invalid due date and an unknown owner cost only that field, with a warning.
 *
 * @param defaults for a new task; absent for an update.
 */
export async function draftTask(
  scope: TimelineScope,
  body: TaskBody | TaskPatch,
  defaults?: TaskDefaults,
): Promise<Draft> {
  const mapping = taskMapping(scope);
  const warnings: string[] = [];
  const heldBack: HeldBack[] = [];
  const due = await readSentTime(scope, 'dueDate', textOf(body.dueDate));
  if (due?.warning !== undefined) warnings.push(due.warning);
  // A change of the due date alone leaves the description as it is.
  const hasDescription = defaults !== undefined || textOf(body.description) !== undefined;
  const lines: string[] = [];
  if (due?.problem !== undefined) {
    warnings.push(`dueDate was skipped: it ${due.problem}${hasDescription ? '; the text is in the description' : ''}`);
    heldBack.push({ field: 'dueDate', reason: 'unreadable', detail: due.problem });
    if (hasDescription) lines.push(sentTimeLine('Due date', textOf(body.dueDate) ?? ''));
  }

  let ownerId = trimmedId(body.ownerId);
  if (ownerId !== undefined && (await scope.owners.find(ownerId, scope.context)) === 'unknown') {
    warnings.push(`ownerId was skipped: the CRM has no active owner ${ownerId}`);
    heldBack.push(unknownOwner);
    ownerId = undefined;
  }

  const known: Readonly<Record<string, string | undefined>> = {
    subject: textOf(body.subject)?.replace(/\s+/g, ' ').trim(),
    description: mapText(textOf(body.description) ?? (lines.length > 0 ? '' : undefined), (text) =>
      composeTaskBody(text, lines, (warning) => warnings.push(`description ${warning}`)),
    ),
    type: textOf(body.type)?.trim(),
    dueDate: due?.time ?? defaults?.dueDate,
    ownerId,
    completed: typeof body.completed === 'boolean' ? String(body.completed) : defaults?.completed,
  };
  const read = (field: string) =>
    Object.hasOwn(known, field) ? known[field] : mapText(toFieldValue(readField(body, field)), toText);
  const translation = toTaskProperties(mapping, read, defaults === undefined ? 'update' : 'create');
  const properties = await withoutUnavailable(scope, translation.properties);
  return {
    properties,
    sources: translation.sources,
    warnings: [...warnings, ...translation.warnings],
    heldBack: [...heldBack, ...translation.heldBack],
  };
}

/** The properties that store Enginy's own word for a task's type. */
export function originalTypeProperties(mapping: TaskMapping): ManagedProperty[] {
  return keptWordProperties(mapping).map((name) => ({
    objectType: mapping.target.objectType,
    name,
    label: 'Enginy task type',
    description: "Enginy's own word for the type of this task, kept by enginy-bridge.",
    isUnique: false,
    group: mapping.group,
    fallbackNote: 'task types that the CRM does not know are returned as the nearest known type',
    whenDenied: 'unavailable',
  }));
}

/** Drops Enginy's own words where the portal does not let the bridge create a property for them. */
async function withoutUnavailable(
  scope: TimelineScope,
  properties: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  let left = properties;
  for (const property of originalTypeProperties(taskMapping(scope))) {
    if (!Object.hasOwn(properties, property.name)) continue;
    const state = await scope.managedProperties.ensure(property, scope.context);
    if (state === 'unavailable') left = omitProperty(left, property.name);
  }
  return left;
}

function mapText<Value>(value: Value | undefined, change: (value: Value) => string): string | undefined {
  return value === undefined ? undefined : change(value);
}
