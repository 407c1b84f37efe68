import type { CallContext, UpdateInput } from '../../crm/crm.ts';
import { emptyTranslation } from '../../mapping/run/translate-record.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { type Batcher, createBatcher } from '../concurrency/batcher.ts';
import { applyChanges, type WriteDeps } from '../records/update-records.ts';
import type { WriteResult } from '../writes/write-result.ts';

/** Sets properties of a contact or company; activities that are logged at the same time share batch updates. */
export interface EngagementMarker {
  mark(mapping: Mapping, mark: UpdateInput, context: CallContext): Promise<WriteResult | undefined>;
}

export function createEngagementMarker(deps: WriteDeps): EngagementMarker {
  // As in update-records.ts: a replaced mapping takes its batcher with it.
  const batchers = new WeakMap<Mapping, Batcher<UpdateInput, WriteResult>>();
  return {
    async mark(mapping, mark, context) {
      const batcher =
        batchers.get(mapping) ??
        createBatcher((marks, shared) =>
          applyChanges(
            { ...deps, mapping, context: shared },
            marks.map(({ id, properties }) => ({
              id,
              record: {},
              translation: { ...emptyTranslation(), properties: { ...properties } },
            })),
          ),
        );
      batchers.set(mapping, batcher);
      const [result] = await batcher.add([mark], context);
      return result;
    },
  };
}
