import type { PropertyDefinition } from '../crm/crm.ts';
import type { Finding, Path } from '../mapping/schema/finding.ts';

/** One property that a mapping file names, its purpose, and the check of its definition in the CRM. */
export interface MappedRow {
  readonly section: 'identity' | 'match' | 'write' | 'on_create' | 'always' | 'on_activity' | 'return' | 'kept text';
  /** Where the file names the property. */
  readonly path: Path;
  /** Enginy's side: field names, or the constant. */
  readonly field: string;
  readonly property: string;
  /** The bridge creates the property when it is missing. */
  readonly isCreated: boolean;
  /** @returns what prevents this use of the property. */
  judge(definition: PropertyDefinition): readonly Finding[];
}
