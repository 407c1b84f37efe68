import { describeProblem } from '../bridge/problem.ts';
import { createUnknownFields } from '../bridge/properties/unknown-fields.ts';
import { translateUpdate } from '../bridge/records/update-records.ts';
import type { RequestScope } from '../bridge/request-scope.ts';
import type { Draft } from '../bridge/writes/write-stripping.ts';
import type { Crm, NewProperty } from '../crm/crm.ts';
import type { Logger } from '../logger.ts';
import type { HeldBack } from '../mapping/run/held-back.ts';
import type { PropertyRules } from '../mapping/run/property-name.ts';
import { type FieldTrace, type RowTrace, traceTranslation } from '../mapping/run/trace-translation.ts';
import { type Translation, toCrmProperties } from '../mapping/run/translate-record.ts';
import type { EnginyRecord } from '../mapping/values/field-value.ts';
import { judgeDraft } from './judge-draft.ts';
import { pretendCreating } from './read-only-crm.ts';

/** What would be sent for one record. */
export interface WriteExplanation {
  readonly values: readonly ValueExplanation[];
  /** As Enginy would receive them. */
  readonly warnings: readonly string[];
  /** What would not be written and why, as the journal notes it; with a CRM also what it would reject. */
  readonly heldBack: readonly HeldBack[];
  /** Why nothing would be sent. */
  readonly problem?: string;
}

export interface ValueExplanation {
  readonly property: string;
  readonly value: string;
  /** Enginy's field; several joined by `+`; `(constant)` and `(default)` for values from the file. */
  readonly source: string;
  /** `option`: the text would be matched against the property's options, which only the CRM knows. */
  readonly when: 'always' | 'if empty' | 'option';
  /** The fields that were tried, with the result of each transform; absent for fields without a row. */
  readonly fields?: readonly FieldTrace[];
  /** True where the property would be created for this value. */
  readonly isCreated: boolean;
  /** The value that the matched record holds; absent without a match. */
  readonly now?: string | null;
}

export interface ExplainScope extends RequestScope {
  readonly rules: PropertyRules;
  readonly log: Logger;
  /** Absent: the CRM is not read, and what only its property definitions can decide stays open. */
  readonly crm?: Crm | undefined;
  /** Whether the identity index answers the rule at a position, in words. */
  readonly indexOf?: ((rule: number) => string) | undefined;
}

/**
 * Explains what a create or an update would send. Decided by the code that serves requests, against a CRM that only pretends to
 * create properties.
 */
export async function explainWrite(
  scope: ExplainScope,
  record: EnginyRecord,
  mode: 'create' | 'update',
): Promise<{ readonly write: WriteExplanation; readonly created: readonly NewProperty[] }> {
  const { crm, mapping, rules, log, context } = scope;
  const translation = mode === 'create' ? toCrmProperties(mapping, record, mode) : translateUpdate(mapping, record);
  const isOffline = crm === undefined;
  const pretended = pretendCreating(crm ?? { readProperties: async () => [] });
  const unknownFields = createUnknownFields({ crm: pretended.crm, rules, log });
  const resolvable = isOffline ? { ...translation, optionTexts: {} } : translation;
  const [resolution] = await unknownFields.resolve(mapping, [resolvable], context);
  const traces = new Map(traceTranslation(mapping, record, mode).map((trace) => [trace.property, trace]));
  const created = [...pretended.created.values()];
  if (resolution === undefined || 'problem' in resolution) {
    const problem = resolution === undefined ? {} : { problem: describeProblem(resolution.problem) };
    return {
      write: { values: [], warnings: resolution?.warnings ?? [], heldBack: resolution?.heldBack ?? [], ...problem },
      created,
    };
  }
  const { ifEmpty, ...draft } = resolution;
  const explain = (property: string, value: string, when: ValueExplanation['when']): ValueExplanation => ({
    property,
    value,
    source: draft.sources[property] ?? translation.sources[property] ?? '',
    when,
    ...fieldsOf(traces.get(property)),
    isCreated: pretended.created.has(property),
  });
  const values = [
    ...Object.entries(draft.properties).map(([property, value]) => explain(property, value, 'always')),
    ...Object.entries(ifEmpty).map(([property, value]) => explain(property, value, 'if empty')),
    ...(isOffline ? optionTextsOf(translation).map(([property, text]) => explain(property, text, 'option')) : []),
  ];
  const rejected = await rejectedBy(scope, {
    sources: draft.sources,
    properties: withoutNames({ ...ifEmpty, ...draft.properties }, pretended.created),
  });
  // What is sent unchanged is among the values, with a warning.
  const heldBack = draft.heldBack.filter(({ reason }) => reason !== 'as-it-came');
  return { write: { values, warnings: draft.warnings, heldBack: [...heldBack, ...rejected] }, created };
}

/** What the CRM would reject; nothing without a CRM, or where it does not show its definitions. */
async function rejectedBy(
  { crm, mapping, context }: ExplainScope,
  draft: Pick<Draft, 'properties' | 'sources'>,
): Promise<readonly HeldBack[]> {
  if (crm === undefined) return [];
  const definitions = await crm.readProperties(mapping.target.objectType, context);
  // The bridge creates the property for Enginy's ids itself.
  const { [mapping.identity?.crm ?? '']: _identity, ...properties } = draft.properties;
  return await judgeDraft({ ...draft, properties }, definitions, async () => await crm.listOwners(context));
}

function withoutNames(properties: Readonly<Record<string, string>>, names: ReadonlyMap<string, unknown>) {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.has(name)));
}

function fieldsOf(trace: RowTrace | undefined): { fields?: readonly FieldTrace[] } {
  return trace === undefined || trace.fields.length === 0 ? {} : { fields: trace.fields };
}

function optionTextsOf({ optionTexts }: Translation): [property: string, text: string][] {
  return Object.entries(optionTexts).map(([property, { text }]) => [property, text]);
}
