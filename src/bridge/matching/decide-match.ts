import type { CrmRecord } from '../../crm/crm.ts';
import { findDifference, type MatchKey } from '../../mapping/run/match-keys.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import type { EnginyRecord } from '../../mapping/values/field-value.ts';
import type { NotedCandidate } from '../decisions.ts';

/** A candidate that a rule found and that is another person or company, by the rule's `unless_differs`. */
export interface SetAside extends NotedCandidate {
  /** What the candidate holds there: personal data, for `explain` only. */
  readonly held: readonly string[];
}

export type MatchDecision =
  | { readonly record: CrmRecord; readonly rule: string }
  /** Several records match, and the mapping does not say which one to choose. */
  | { readonly rule: string; readonly matchingIds: readonly string[] }
  | undefined;

/** Decides between the records that hold a key of a record of Enginy. Undefined if none is left that matches. */
export function decideMatch(
  mapping: Mapping,
  key: MatchKey,
  { record, holders }: { readonly record: EnginyRecord; readonly holders: readonly CrmRecord[] },
): { readonly decision: MatchDecision; readonly setAside: readonly SetAside[] } {
  const setAside: SetAside[] = [];
  const left: CrmRecord[] = [];
  for (const holder of holders) {
    const difference = findDifference(mapping, key.rule, { record, candidate: holder.properties });
    if (difference === undefined) left.push(holder);
    else {
      const { name, held } = difference;
      setAside.push({ id: holder.id, rule: key.name, differs: name, held });
    }
  }
  return { decision: choose(mapping, key, left), setAside };
}

function choose(mapping: Mapping, key: MatchKey, holders: readonly CrmRecord[]): MatchDecision {
  const [only, second] = holders;
  if (only === undefined) return undefined;
  if (second === undefined) return { record: only, rule: key.name };
  if (mapping.match.if_several === 'error') {
    return { rule: key.name, matchingIds: holders.map(({ id }) => id).sort() };
  }
  const byAge = [...holders].sort((a, b) => compareAge(a, b));
  const chosen = mapping.match.if_several === 'oldest' ? byAge[0] : byAge.at(-1);
  return { record: chosen ?? only, rule: key.name };
}

/** By creation date; where the CRM gives none, by id, which grows with time in the CRMs we know. */
function compareAge(a: CrmRecord, b: CrmRecord): number {
  const dates = (a.createdAt ?? '').localeCompare(b.createdAt ?? '');
  return dates !== 0 ? dates : a.id.localeCompare(b.id, 'en', { numeric: true });
}

/** What may be kept of candidates: what they hold is personal data. */
export function noteSetAside(setAside: readonly SetAside[]): { readonly setAside?: readonly NotedCandidate[] } {
  if (setAside.length === 0) return {};
  return { setAside: setAside.map(({ id, rule, differs }) => ({ id, rule, differs })) };
}

/**
 * One sentence per candidate that was set aside, with ids and names only: `421001 has the same name but another domain: not a match`.
 */
export function describeSetAside({ id, rule, differs }: SetAside): string {
  return `${id} has the same ${rule} but another ${differs}: not a match`;
}

/** The same with the value that differs, for a person who asked: `421001 has the same name but domain delta.example: not a match`. */
export function explainSetAside({ id, rule, differs, held }: SetAside): string {
  return `${id} has the same ${rule} but ${differs} ${held.join(', ')}: not a match`;
}
