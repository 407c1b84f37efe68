import type { WriteDecision } from '../decisions.ts';

/** The rules that the identity index answered for a record, in their order, and the age of its last sweep, if known. */
export interface IndexedLookup {
  readonly rules: readonly string[];
  readonly sweptAgoMs?: number;
}

/** What the journal keeps of it. @param rules those that decided. */
export function noteIndex(
  byIndex: IndexedLookup | undefined,
  rules: readonly string[],
): Pick<WriteDecision, 'byIndex' | 'sweptAgoMs'> {
  if (byIndex === undefined || byIndex.rules.length === 0) return {};
  const answered = [...new Set(rules)].filter((rule) => byIndex.rules.includes(rule));
  if (answered.length === 0) return {};
  const { sweptAgoMs } = byIndex;
  return { byIndex: answered, ...(sweptAgoMs !== undefined && { sweptAgoMs: Math.round(sweptAgoMs / 100) * 100 }) };
}
