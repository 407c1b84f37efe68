import type { ContentReader, PropertyFacts } from '../../crm/crm-protocol.ts';
import type { ValueRedactor } from './value-redactor.ts';

/** What the redaction of one capture works with. */
export interface Redaction {
  readonly values: ValueRedactor;
  readonly portal: PortalFacts;
  readonly content: ContentReader;
}

export interface PortalFacts {
  property(objectType: string, name: string): PropertyFacts | undefined;
  /** Properties in which Enginy's ids are stored. */
  readonly identityProperties: ReadonlySet<string>;
}
