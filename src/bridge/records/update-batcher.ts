import type { KnownRecord } from '../../contract/records.ts';
import type { CallContext } from '../../crm/crm.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import type { IdentityProperties } from '../properties/identity-property.ts';
import { type Batcher, createBatcher } from '../batcher.ts';
import type { WriteResult } from '../write-result.ts';
import { updateRecords, type WriteDeps } from './update-records.ts';

/** Updates records; single records that arrive together, as Enginy's engagement fields do, share batch calls. */
export interface UpdateBatcher {
  /** @returns one result per record, in order. */
  update(mapping: Mapping, records: readonly KnownRecord[], context: CallContext): Promise<readonly WriteResult[]>;
}

export function createUpdateBatcher(deps: WriteDeps & { readonly identity: IdentityProperties }): UpdateBatcher {
  // Requests under different mapping versions must not mix. A replaced mapping takes its batcher with it.
  const batchers = new WeakMap<Mapping, Batcher<KnownRecord, WriteResult>>();
  return {
    async update(mapping, records, context) {
      const batcher =
        batchers.get(mapping) ??
        createBatcher((batch, shared) => updateRecords({ ...deps, mapping, context: shared }, batch));
      batchers.set(mapping, batcher);
      return await batcher.add(records, context);
    },
  };
}
