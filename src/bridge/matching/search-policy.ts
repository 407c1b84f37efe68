import type { CallContext } from '../../crm/crm.ts';
import { deadlineIn } from '../../crm/deadline.ts';
import type { Logger } from '../../logger.ts';
import type { MatchClause } from '../../mapping/run/compile-match-rule.ts';
import type { MatchKey } from '../../mapping/run/match-keys.ts';
import type { RequestScope } from '../request-scope.ts';
import type { Candidates } from './candidate-search.ts';
import type { RememberedIds } from './record-id-cache.ts';

/**
 * When a key that no unique property holds is searched for:
 * - `always`;
 * - `unless awaited`: not if it was searched for after an answer that came too early for it (a large sync that is sent again);
 * - `unless searched lately`: not if a recent search found records, or none (a create after a sync);
 * - `never`: only what the process remembers counts (a create too large to search for).
 */
export type SearchPolicy = 'always' | 'unless awaited' | 'unless searched lately' | 'never';

/** True if what the process remembers of a key is taken as complete. */
export function isTrusted(policy: SearchPolicy, known: RememberedIds | undefined): boolean {
  switch (policy) {
    case 'always':
      return false;
    case 'unless awaited':
      return known?.isAwaited === true;
    case 'unless searched lately':
      return known?.isSearched === true;
    case 'never':
      return true;
  }
}

/** How many searches beyond the usual ones a request may still make. */
export interface SearchBudget {
  left: number;
}

/** Gives each request its allowance of searches beyond the usual ones. */
export interface SearchAllowance {
  /** Runs work of a request with what it may spend. */
  spend<Result>(context: CallContext, work: (budget: SearchBudget) => Promise<Result>): Promise<Result>;
}

/** After this time, requests that are still under way may spend a full allowance again, in milliseconds. */
const refillMs = 5 * 60_000;

/**
 * Requests of a few records have an allowance each. Bulk requests that overlap share one: a hundred requests of a hundred records make no
 * more searches than one request of all. It is full again when none is under way, and every five minutes.
 */
export function createSearchAllowance(perRequest: number, now = () => performance.now()): SearchAllowance {
  let underWay = 0;
  let shared = { left: perRequest };
  let filledAt = now();
  return {
    async spend({ urgency }, work) {
      if (urgency === 'urgent') return await work({ left: perRequest });
      if (underWay === 0 || now() - filledAt >= refillMs) {
        shared = { left: perRequest };
        filledAt = now();
      }
      underWay += 1;
      try {
        return await work(shared);
      } finally {
        underWay -= 1;
      }
    },
  };
}

/**
 * What one search holds: clauses, and words in all (HubSpot's search guide: five groups, eighteen filters), and about as many characters of
 * spellings.
 */
const perSearch = { clauses: 5, words: 18, characters: 2_500 };

/** About as many URLs in all their usual spellings as one search holds. */
const urlsPerSearch = 8;

/**
 * About how many searches the keys need in their usual spellings, at most: one search holds eight LinkedIn URLs, but some hundred domains.
 * Keys of one rule share searches.
 */
export function countSearches(keys: readonly MatchKey[]): number {
  const rules = [...Map.groupBy(keys, ({ rule }) => rule).values()];
  return rules.reduce((sum, ofRule) => {
    const { words, characters } = sizeOf(ofRule.flatMap(({ clauses }) => clauses));
    const asUrls = Math.ceil(ofRule.length / urlsPerSearch);
    return sum + (words > 0 ? asUrls : Math.min(asUrls, Math.ceil(characters / perSearch.characters)));
  }, 0);
}

/**
 * Searches for unusual spellings, as far as the budget goes, in the order of the keys. Half of the request's time is left for what follows: a
 * record that was matched is to be written. Keys that are left are counted in the log, and have no entry in the result. Where the CRM itself
 * did not respond in time, the search has failed.
 */
export async function searchByWords(
  scope: RequestScope & { readonly budget: SearchBudget; readonly log: Logger },
  keys: readonly MatchKey[],
  search: (chosen: readonly MatchKey[], context: CallContext) => Promise<ReadonlyMap<string, Candidates>>,
): Promise<ReadonlyMap<string, Candidates>> {
  const { budget, log, mapping, context } = scope;
  const chosen = spendOn(budget, keys);
  const deadline = deadlineIn(context.deadline.remainingMs() / 2);
  const found = chosen.length === 0 ? new Map<string, Candidates>() : await search(chosen, { ...context, deadline });
  const searched = new Map([...found].filter(([, result]) => !hasRunOutOfTime(result)));
  if (searched.size < keys.length) {
    const facts = { requestId: context.requestId, object: mapping.object, rule: keys[0]?.name };
    log.info({ ...facts, keys: keys.length - searched.size }, 'values not searched for in unusual spellings');
  }
  return searched;
}

function hasRunOutOfTime(result: Candidates): boolean {
  return 'problem' in result && result.problem.kind === 'late' && result.problem.because === undefined;
}

/** Chooses the keys that a request may still search for by words, in their order, and charges their searches to the budget. */
function spendOn(budget: SearchBudget, keys: readonly MatchKey[]): readonly MatchKey[] {
  const chosen: MatchKey[] = [];
  let free = { clauses: 0, words: 0, characters: 0 };
  for (const key of keys) {
    const size = sizeOf(key.wordClauses);
    if (measures.some((measure) => size[measure] > free[measure])) {
      const searches = measures.reduce((most, each) => Math.max(most, Math.ceil(size[each] / perSearch[each])), 1);
      if (searches > budget.left) break;
      budget.left -= searches;
      free = perSearch;
    }
    free = {
      clauses: free.clauses - size.clauses,
      words: free.words - size.words,
      characters: free.characters - size.characters,
    };
    chosen.push(key);
  }
  return chosen;
}

const measures = ['clauses', 'words', 'characters'] as const;

function sizeOf(clauses: readonly MatchClause[]): Readonly<Record<(typeof measures)[number], number>> {
  const words = clauses.flatMap((clause) => ('tokens' in clause ? clause.tokens : []));
  const spellings = clauses.flatMap((clause) => ('in' in clause ? clause.in : []));
  // Including its quotes and comma.
  const characters = spellings.reduce((sum, spelling) => sum + spelling.length + 3, 0);
  return { clauses: clauses.length, words: words.length, characters };
}
