import type { CallContext } from '../crm/crm.ts';
import type { Mapping } from '../mapping/mapping-file.ts';
import type { Translation } from '../mapping/translate.ts';
import type { Draft } from './write-stripping.ts';

/** A draft with the fields that no row of the mapping names. */
export type DraftWithUnknown = Draft & Pick<Translation, 'unknown'>;

/** Decides what becomes of fields without a row in the mapping. */
export interface UnknownFields {
  /** @returns the drafts in order, completed by what could be stored; the rest is named in their warnings. */
  resolve(mapping: Mapping, drafts: readonly DraftWithUnknown[], context: CallContext): Promise<Draft[]>;
}

/** Stores none of them and names each in the record's warnings. */
export function reportUnknownFields(): UnknownFields {
  return {
    resolve: async (mapping, drafts) =>
      drafts.map(({ unknown, ...draft }) => {
        if (mapping.write.unknown_fields.policy === 'ignore') return draft;
        const reported = unknown.map(({ field }) => `${field} was left out: the mapping has no row for it`);
        return { ...draft, warnings: [...draft.warnings, ...reported] };
      }),
  };
}
