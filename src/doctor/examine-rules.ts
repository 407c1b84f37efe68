import type { SeenRequirement } from '../crm/requirement-store.ts';
import { judgeRequirement } from '../live-check/judge-requirement.ts';
import type { Mappings } from '../mapping/load/file-kinds.ts';
import type { Examined } from './examination.ts';

/** A line for each property that the running bridge saw the account require. The account cannot be asked for them. */
export function examineRules(seen: readonly SeenRequirement[], mappings: Mappings): readonly Examined[] {
  return seen.map((one): Examined => {
    const { text, remedy, isMet } = judgeRequirement(one, mappings);
    const id = `required:${one.objectType}/${one.name}`;
    if (isMet) return { id, mark: '✓', text: `${text}; the mapping file gives it a value` };
    return { id, mark: '!', text, remedy };
  });
}
