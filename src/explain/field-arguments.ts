import type { EnginyRecord } from '../mapping/values/field-value.ts';

const fieldArgument = /^([A-Za-z_][\w.-]*)=([\s\S]*)$/;
/** Enginy's fields that are objects: `metadata.messageId=…` is an entry of one. */
const entryOf = /^(customFields|metadata)\.(.+)$/;

/** True for `email=ada@example.com`. */
export function isField(argument: string): boolean {
  return fieldArgument.test(argument);
}

/**
 * One record from `field=value` arguments; `customFields.segment=A` is an entry of `customFields`, `phone=` an empty field.
 * @param object of tasks, `completed=true` is a truth value, which their contract requires.
 */
export function recordOf(fields: readonly string[], object: string): EnginyRecord {
  const record: Record<string, unknown> = {};
  const objects: Record<string, Record<string, string>> = {};
  for (const argument of fields) {
    const [, name = '', value = ''] = fieldArgument.exec(argument) ?? [];
    const [, parent, entry] = entryOf.exec(name) ?? [];
    if (parent !== undefined && entry !== undefined) objects[parent] = { ...objects[parent], [entry]: value };
    else if (name !== '') record[name] = object === 'tasks' && name === 'completed' ? truthOf(value) : value;
  }
  return { ...record, ...objects };
}

/** Any other text stays, so that the contract's own error names it. */
function truthOf(text: string): boolean | string {
  return text === 'true' || (text === 'false' ? false : text);
}
