import type { PropertyDefinition } from '../crm/crm.ts';
import type { Finding, Path } from '../mapping/schema/finding.ts';

/** One property that a mapping file names, what for, and how its definition in the CRM is judged. */
export interface MappedRow {
  readonly section: 'identity' | 'match' | 'write' | 'on_create' | 'return' | 'kept text';
  /** Where the property's name stands. */
  readonly path: Path;
  /** Enginy's side: field names, or the constant. */
  readonly field: string;
  readonly property: string;
  /** The bridge makes the property when it is missing. */
  readonly isMade: boolean;
  /** What is wrong about using the property so; no finding when all is well. */
  judge(definition: PropertyDefinition): readonly Finding[];
}
