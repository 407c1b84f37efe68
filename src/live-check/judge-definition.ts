import type { PropertyDefinition } from '../crm/crm.ts';
import type { Finding, Path } from '../mapping/schema/finding.ts';
import { describeType } from './value-fit.ts';

/** What is written must be writable. */
export function judgeWritable(definition: PropertyDefinition, path: Path): Finding[] {
  if (!definition.isReadOnly) return [];
  const reason = definition.isCalculated ? 'is computed by the CRM' : 'is kept by the CRM itself';
  return [{ path, kind: 'read-only-property', message: `"${definition.name}" ${reason} and cannot be written` }];
}

/** What is to keep any text must be a text. */
export function judgeText(definition: PropertyDefinition, path: Path): Finding[] {
  if (definition.type === 'text' || definition.type === 'other') return [];
  const message = `"${definition.name}" takes ${describeType(definition)}, but any text must fit in here`;
  return [{ path, kind: 'type-mismatch', message }];
}

/** What tells a repeated create must be unique. */
export function judgeUnique({ name, isUnique }: PropertyDefinition, path: Path): Finding[] {
  if (isUnique) return [];
  const message = `"${name}" exists and is not unique, which cannot be changed later: name another property here, which the bridge then makes`;
  return [{ path, kind: 'not-unique', message }];
}
