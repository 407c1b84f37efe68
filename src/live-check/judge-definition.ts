import type { PropertyDefinition } from '../crm/crm.ts';
import type { Finding, Path } from '../mapping/schema/finding.ts';
import { describeType } from './judge-value.ts';

/** A property that is written must be writable. */
export function judgeWritable(definition: PropertyDefinition, path: Path): Finding[] {
  if (!definition.isReadOnly) return [];
  const reason = definition.isCalculated ? 'is computed by the CRM' : 'is managed by the CRM';
  return [{ path, kind: 'read-only-property', message: `"${definition.name}" ${reason} and cannot be written` }];
}

/** A property that stores any text must be a text property. */
export function judgeText(definition: PropertyDefinition, path: Path): Finding[] {
  if (definition.type === 'text' || definition.type === 'other') return [];
  const message = `"${definition.name}" expects ${describeType(definition)}, but it must accept any text`;
  return [{ path, kind: 'type-mismatch', message }];
}

/** A property that detects repeated creates must be unique. */
export function judgeUnique({ name, isUnique }: PropertyDefinition, path: Path): Finding[] {
  if (isUnique) return [];
  const message = `"${name}" exists and is not unique, which cannot be changed later: name another property here, and the bridge creates it`;
  return [{ path, kind: 'not-unique', message }];
}
