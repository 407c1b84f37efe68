import type { IdentityIndex } from '../../bridge/identity-index.ts';
import type { RememberedId } from './raw-capture.ts';

/**
 * The same index; what it proposes is noted. An answer without a record is noted, too: a replay must not search for that key. Proposals
 * that are no answer are hints, as remembered ids are.
 */
export function watchIndex(index: IdentityIndex, note: (entry: RememberedId) => void): IdentityIndex {
  return {
    async propose(request, context) {
      const proposals = await index.propose(request, context);
      const { objectType } = request.mapping.target;
      request.keys.forEach(({ name, value }, position) => {
        const proposal = proposals[position] ?? { ids: [], isComplete: false };
        const { ids, isComplete, mayLackWrites = false } = proposal;
        const key = { objectType, name, value, ...(isComplete && { source: 'index' as const }) };
        for (const id of ids) note({ ...key, id });
        if (isComplete && ids.length === 0 && !mayLackWrites) note(key);
      });
      return proposals;
    },
    put: (mapping, record) => index.put(mapping, record),
    drop: (mapping, key, id) => index.drop(mapping, key, id),
  };
}
