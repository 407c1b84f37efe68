import { idOf, textOf } from '../../contract/optional-fields.ts';
import type { TaskBody, TaskPatch } from '../../contract/tasks.ts';
import type { CallContext } from '../../crm/crm.ts';
import { keptWordProperties, toTaskProperties } from '../../mapping/run/translate-task.ts';
import type { TaskMapping } from '../../mapping/schema/task-mapping.ts';
import { normalizeDatetime } from '../../mapping/values/date-text.ts';
import { readField, toFieldValue, toText } from '../../mapping/values/field-value.ts';
import { omitProperty } from '../omit-property.ts';
import type { ManagedProperty, ManagedProperties } from '../properties/managed-property.ts';
import type { Draft } from '../write-stripping.ts';
import { toHtmlBody } from './html-body.ts';
import type { OwnerDirectory } from './owner-directory.ts';

export interface TaskDraftDeps {
  readonly owners: OwnerDirectory;
  readonly managedProperties: ManagedProperties;
}

/** What a field of a task says when Enginy does not: for new tasks. */
export interface TaskDefaults {
  readonly dueDate: string;
  readonly completed: 'false';
}

/**
 * A task as Enginy sent it, as properties on their way to the CRM. A due date that is none and an owner whom the CRM does not
 * have cost that field, with a warning.
 */
export async function draftTask(
  deps: TaskDraftDeps,
  mapping: TaskMapping,
  body: TaskBody | TaskPatch,
  defaults: TaskDefaults | undefined,
  context: CallContext,
): Promise<Draft> {
  const warnings: string[] = [];
  const sentDue = textOf(body.dueDate);
  const due = sentDue === undefined ? undefined : normalizeDatetime(sentDue);
  if (typeof due === 'object') warnings.push(`dueDate was left out: it ${due.problem}`);

  let ownerId = idOf(body.ownerId);
  if (ownerId !== undefined && (await deps.owners.find(ownerId, context)) === 'unknown') {
    warnings.push(`ownerId was left out: the CRM has no active owner ${ownerId}`);
    ownerId = undefined;
  }

  const known: Readonly<Record<string, string | undefined>> = {
    subject: textOf(body.subject)?.replace(/\s+/g, ' ').trim(),
    description: mapText(textOf(body.description), toHtmlBody),
    type: textOf(body.type)?.trim(),
    dueDate: typeof due === 'string' ? due : defaults?.dueDate,
    ownerId,
    completed: typeof body.completed === 'boolean' ? String(body.completed) : defaults?.completed,
  };
  const read = (field: string) =>
    Object.hasOwn(known, field) ? known[field] : mapText(toFieldValue(readField(body, field)), toText);
  const translation = toTaskProperties(mapping, read, defaults === undefined ? 'update' : 'create');
  const properties = await withoutForbidden(deps, mapping, translation.properties, context);
  return { properties, sources: translation.sources, warnings: [...warnings, ...translation.warnings] };
}

/** The properties that keep Enginy's own words. */
export function wordKeepers(mapping: TaskMapping): ManagedProperty[] {
  return keptWordProperties(mapping).map((name) => ({
    objectType: mapping.target.objectType,
    name,
    label: 'Enginy task type',
    description: "Enginy's own word for the type of this task, kept by enginy-bridge.",
    isUnique: false,
    group: mapping.group,
    fallbackNote: 'types that the CRM does not know come back as the nearest one that it knows',
    whenDenied: 'unavailable',
  }));
}

/** Leaves Enginy's own words out where the portal does not let the bridge make a property for them. */
async function withoutForbidden(
  deps: TaskDraftDeps,
  mapping: TaskMapping,
  properties: Readonly<Record<string, string>>,
  context: CallContext,
): Promise<Readonly<Record<string, string>>> {
  let left = properties;
  for (const keeper of wordKeepers(mapping)) {
    if (!Object.hasOwn(properties, keeper.name)) continue;
    if ((await deps.managedProperties.ensure(keeper, context)) === 'unavailable')
      left = omitProperty(left, keeper.name);
  }
  return left;
}

function mapText<Value>(value: Value | undefined, change: (value: Value) => string): string | undefined {
  return value === undefined ? undefined : change(value);
}
