import type { KnownRecord } from '../../contract/records.ts';
import type { CallContext } from '../../crm/crm.ts';
import type { Mapping } from '../../mapping/schema/mapping-file.ts';
import { createGatherer, type Gatherer } from '../gather.ts';
import type { WriteResult } from '../write-result.ts';
import { updateRecords, type WriteDeps } from './update-records.ts';

/** Takes updates; those of single records that arrive together, as Enginy's engagement fields do, share batch calls. */
export interface UpdateDesk {
  /** @returns one result per record, in order. */
  update(mapping: Mapping, records: readonly KnownRecord[], context: CallContext): Promise<readonly WriteResult[]>;
}

/** Long enough for requests that were sent together, too short to be felt. */
const windowMs = 5;
/** About as long as an answer of HubSpot takes. */
const patienceMs = 300;
/** As many as one batch call of HubSpot takes. */
const most = 100;

export function createUpdateDesk(deps: WriteDeps): UpdateDesk {
  // Requests of different mapping versions must not mix; a mapping that is out of force takes its gatherer along.
  const gatherers = new WeakMap<Mapping, Gatherer<KnownRecord, WriteResult>>();
  return {
    async update(mapping, records, context) {
      let gatherer = gatherers.get(mapping);
      if (gatherer === undefined) {
        gatherer = createGatherer({
          windowMs,
          patienceMs,
          most,
          run: (gathered, shared) => updateRecords(deps, mapping, gathered, shared),
        });
        gatherers.set(mapping, gatherer);
      }
      return await gatherer.add(records, context);
    },
  };
}
