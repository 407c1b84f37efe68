import { describeProblem } from '../bridge/problem.ts';
import { createUnknownFields } from '../bridge/properties/unknown-fields.ts';
import type { CallContext, Crm, NewProperty } from '../crm/crm.ts';
import type { Logger } from '../logger.ts';
import type { PropertyRules } from '../mapping/run/property-name.ts';
import { type FieldTrace, type RowTrace, traceTranslation } from '../mapping/run/trace-translation.ts';
import { type Translation, toCrmProperties } from '../mapping/run/translate-record.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';
import type { EnginyRecord } from '../mapping/values/field-value.ts';
import { pretendMaking } from './read-only-crm.ts';

/** Everything that would be sent for one record. */
export interface WriteExplanation {
  readonly values: readonly ValueExplanation[];
  /** As Enginy would get them. */
  readonly warnings: readonly string[];
  /** Why nothing would be sent now. */
  readonly problem?: string;
}

export interface ValueExplanation {
  readonly property: string;
  readonly value: string;
  /** Enginy's field; several joined by `+`; `(constant)` and `(default)` for values out of the file. */
  readonly source: string;
  /** `option`: the text is compared with the options of the property, which only the CRM knows. */
  readonly when: 'always' | 'if empty' | 'option';
  /** The fields that were tried, with what each transform made of them; absent for what the mapping has no row for. */
  readonly fields?: readonly FieldTrace[];
  /** True for a property that is made for it. */
  readonly isMade: boolean;
  /** What the matched record holds; absent when none is known. */
  readonly now?: string | null;
}

export interface WriteDeps {
  readonly rules: PropertyRules;
  readonly log: Logger;
  /** Absent: no CRM is asked, and what only its definitions can decide stays open. */
  readonly crm: Pick<Crm, 'readProperties'> | undefined;
}

/** What a create or an update would send; decided by the code that serves requests, with properties made in its mind alone. */
export async function explainWrite(
  deps: WriteDeps,
  mapping: Mapping,
  record: EnginyRecord,
  mode: 'create' | 'update',
  context: CallContext,
): Promise<{ readonly write: WriteExplanation; readonly made: readonly NewProperty[] }> {
  const translation = withoutIdentity(mapping, toCrmProperties(mapping, record, mode), mode);
  const isOffline = deps.crm === undefined;
  const pretended = pretendMaking(deps.crm ?? { readProperties: async () => [] });
  const unknownFields = createUnknownFields({ crm: pretended.crm, rules: deps.rules, log: deps.log });
  const settled = isOffline ? { ...translation, looseOptions: {} } : translation;
  const [resolution] = await unknownFields.resolve(mapping, [settled], context);
  const traces = new Map(traceTranslation(mapping, record, mode).map((trace) => [trace.property, trace]));
  const made = [...pretended.made.values()];
  if (resolution === undefined || 'problem' in resolution) {
    const problem = resolution === undefined ? {} : { problem: describeProblem(resolution.problem) };
    return { write: { values: [], warnings: resolution?.warnings ?? [], ...problem }, made };
  }
  const { ifEmpty, ...draft } = resolution;
  const explain = (property: string, value: string, when: ValueExplanation['when']): ValueExplanation => ({
    property,
    value,
    source: draft.sources[property] ?? translation.sources[property] ?? '',
    when,
    ...fieldsOf(traces.get(property)),
    isMade: pretended.made.has(property),
  });
  const values = [
    ...Object.entries(draft.properties).map(([property, value]) => explain(property, value, 'always')),
    ...Object.entries(ifEmpty).map(([property, value]) => explain(property, value, 'if empty')),
    ...(isOffline ? looseTexts(translation).map(([property, text]) => explain(property, text, 'option')) : []),
  ];
  return { write: { values, warnings: draft.warnings }, made };
}

function fieldsOf(trace: RowTrace | undefined): { fields?: readonly FieldTrace[] } {
  return trace === undefined || trace.fields.length === 0 ? {} : { fields: trace.fields };
}

function looseTexts({ looseOptions }: Translation): [property: string, text: string][] {
  return Object.entries(looseOptions).map(([property, { text }]) => [property, text]);
}

/** A PUT goes by the CRM's id: Enginy's own is given to a record by a create alone. */
function withoutIdentity(mapping: Mapping, translation: Translation, mode: 'create' | 'update'): Translation {
  const property = mapping.identity?.crm;
  if (mode === 'create' || property === undefined) return translation;
  const ifEmpty = Object.fromEntries(Object.entries(translation.ifEmpty).filter(([name]) => name !== property));
  return { ...translation, ifEmpty };
}
