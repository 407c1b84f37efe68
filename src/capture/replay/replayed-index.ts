import type { IdentityIndex, Proposal } from '../../bridge/identity-index.ts';
import type { Capture } from '../capture-schema.ts';

const unknown: Proposal = { ids: [], isComplete: false };

/** The identity index as it answered the captured request; undefined if it answered nothing. */
export function replayedIndex({ remembered }: Pick<Capture, 'remembered'>): IdentityIndex | undefined {
  const answers = new Map<string, string[]>();
  for (const { source, id, ...key } of remembered) {
    if (source !== 'index') continue;
    const ids = answers.get(nameOf(key.objectType, key)) ?? [];
    if (id !== undefined) ids.push(id);
    answers.set(nameOf(key.objectType, key), ids);
  }
  if (answers.size === 0) return undefined;
  return {
    propose: async ({ mapping, keys }) =>
      keys.map((key) => {
        const ids = answers.get(nameOf(mapping.target.objectType, key));
        return ids === undefined ? unknown : { ids, isComplete: true };
      }),
    put: () => {},
    drop: () => {},
  };
}

function nameOf(objectType: string, { name, value }: { readonly name: string; readonly value: string }): string {
  return `${objectType}\u0001${name}\u0001${value}`;
}
