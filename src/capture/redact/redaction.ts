import type { BodyText, ContentReader, PropertyFacts } from '../../crm/crm-protocol.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { createQuotations } from './quotations.ts';
import type { ValueRedactor } from './value-redactor.ts';

/** What the redaction of one capture works with. */
export interface Redaction {
  readonly values: ValueRedactor;
  readonly portal: Portal;
  readonly content: ContentReader;
  /** For texts that can be judged only when every value of the capture is known. */
  readonly defer: (how: 'sentence' | 'id', text: string, put: Put) => void;
}

export type Put = BodyText['put'];

export interface Portal {
  property(objectType: string, name: string): PropertyFacts | undefined;
  /** Properties in which Enginy's ids are stored. */
  readonly identityProperties: ReadonlySet<string>;
}

/** @returns the redaction, and `finish`, which replaces the deferred texts. */
export function startRedaction(
  pseudonyms: Pseudonyms,
  parts: Omit<Redaction, 'defer'>,
): { readonly redaction: Redaction; finish(): void } {
  const pending: { how: 'sentence' | 'id'; text: string; put: Put }[] = [];
  return {
    redaction: { ...parts, defer: (how, text, put) => pending.push({ how, text, put }) },
    finish() {
      if (pending.length === 0) return;
      const quotations = createQuotations(pseudonyms, parts.values.replaced());
      for (const { how, text, put } of pending) put(quotations[how](text));
      pending.length = 0;
    },
  };
}
