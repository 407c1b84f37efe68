import type { CrmProblem } from '../crm/crm.ts';

/**
 * The problem of a value or record that an answer does not mention. The port forbids such a gap, so it is a fault of ours; it must
 * look neither like success nor like "not found".
 * @param kind `unavailable` for a call that is safe to repeat (a read, a link); `ambiguous` for a write that may have happened.
 */
export function unaccounted(kind: 'unavailable' | 'ambiguous'): { readonly problem: CrmProblem } {
  return { problem: { kind, message: 'the bridge lost track of this record; see its log' } };
}
