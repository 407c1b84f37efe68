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
  const answered = [...new Set(rules)].filter((rule) => byIndex?.rules.includes(rule));
  const { sweptAgoMs } = byIndex ?? {};
  if (answered.length === 0) return {};
  return { byIndex: answered, ...(sweptAgoMs !== undefined && { sweptAgoMs: Math.round(sweptAgoMs / 100) * 100 }) };
}
