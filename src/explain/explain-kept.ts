import { describeReplaced, type IdentifyingUpdate, keepPrimary } from '../bridge/records/keep-primary.ts';
import type { CrmRecord } from '../crm/crm.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';
import type { ValueExplanation, WriteExplanation } from './explain-write.ts';

/** Drops what an update would not write over an identifying value of the matched record, and names what it would replace. */
export function explainKept(mapping: Mapping, current: CrmRecord, write: WriteExplanation): WriteExplanation {
  if (write.problem !== undefined) return write;
  const textsOf = (wanted: ValueExplanation['when']) =>
    Object.fromEntries(
      write.values.flatMap(({ property, value, when }) => (when === wanted ? [[property, value] as const] : [])),
    );
  const sources = Object.fromEntries(write.values.map(({ property, source }) => [property, source]));
  const { warnings, heldBack } = write;
  const update: IdentifyingUpdate = {
    id: current.id,
    changes: [],
    current,
    draft: { properties: textsOf('always'), sources, warnings, heldBack },
    ifEmpty: textsOf('if empty'),
    replaced: [],
  };
  keepPrimary(mapping, update);
  const { draft, ifEmpty } = update;
  return {
    values: write.values.filter(
      ({ property, when }) => when === 'option' || property in (when === 'always' ? draft.properties : ifEmpty),
    ),
    warnings: [...draft.warnings, ...describeReplaced(update)],
    heldBack: draft.heldBack,
  };
}
