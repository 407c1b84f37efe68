import type { RememberedIds } from './record-id-cache.ts';

/**
 * When a key that no unique property holds is searched for:
 * - `always`;
 * - `unless matched lately`: not if a recent search found records (a large sync);
 * - `unless searched lately`: not if a recent search found records, or none (a create after a sync);
 * - `never`: only what the process remembers counts (a create too large to search for).
 */
export type SearchPolicy = 'always' | 'unless matched lately' | 'unless searched lately' | 'never';

/** True if what the process remembers of a key is taken as complete. */
export function isTrusted(policy: SearchPolicy, known: RememberedIds | undefined): boolean {
  switch (policy) {
    case 'always':
      return false;
    case 'unless matched lately':
      return known?.isSearched === true && known.ids.length > 0;
    case 'unless searched lately':
      return known?.isSearched === true;
    case 'never':
      return true;
  }
}
