import { compileMapping } from '../../mapping/run/compile-mapping.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { type EnginyRecord, isStructure, readField, toFieldValue, toText } from '../../mapping/values/field-value.ts';
import type { Draft } from './write-stripping.ts';

/**
 * Completes a new record that lacks all of the properties of which the CRM requires at least one: the text that was sent for them is
 * written to the last one unchanged, although it is not clearly a name or an address. A record must not be lost because one value is
 * unclear.
 * @param needed properties of which one is required; the one that accepts any text comes last.
 */
export function withNeededValue(
  draft: Draft,
  needed: readonly string[],
  { mapping, record }: { readonly mapping: Mapping; readonly record: EnginyRecord },
): Draft {
  const property = needed.at(-1);
  if (property === undefined || needed.some((name) => (draft.properties[name] ?? '') !== '')) return draft;
  // The CRM refused it.
  if (draft.heldBack.some((held) => held.property === property && held.reason !== 'unreadable')) return draft;
  const sent = sentFor(mapping, record, needed);
  if (sent === undefined) return draft;
  const { field, text } = sent;
  const isTakenBack = (warning: string) =>
    warning.startsWith(`${field} `) && warning.includes(` was not written to ${property}`);
  return {
    ...draft,
    properties: { ...draft.properties, [property]: text },
    sources: { ...draft.sources, [property]: field },
    warnings: [
      ...draft.warnings.filter((warning) => !isTakenBack(warning)),
      `${field} → ${property} was written unchanged: a new record needs one of ${needed.join(', ')}`,
    ],
    heldBack: [
      ...draft.heldBack.filter((held) => held.property !== property),
      { field, property, reason: 'as-it-came' },
    ],
  };
}

/** What was sent for the properties, the last one first; nothing for words that mean "no value". */
function sentFor(mapping: Mapping, record: EnginyRecord, needed: readonly string[]) {
  for (const name of needed.toReversed()) {
    for (const { row, sources, isPlaceholder } of compileMapping(mapping).fields) {
      if (row.crm !== name) continue;
      for (const field of sources) {
        const sent = readField(record, field);
        const value = isStructure(sent) ? undefined : toFieldValue(sent);
        const text = value === undefined ? '' : toText(value).replace(/\s+/g, ' ').trim();
        if (text !== '' && !isPlaceholder(text)) return { field, text };
      }
    }
  }
  return undefined;
}
