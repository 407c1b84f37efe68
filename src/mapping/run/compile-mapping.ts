import type { Mapping } from '../schema/record-mapping.ts';
import { compileEvidence, type EvidenceReader } from './compile-evidence.ts';
import { compileFieldRow, type FieldReader } from './compile-field-row.ts';
import { compileMatchRule, type MatchRuleReader } from './compile-match-rule.ts';
import { compileReturnRows, type ReturnReader } from './compile-return-row.ts';

/** A compiled mapping: rows, transforms and value maps are resolved once. */
export interface CompiledMapping {
  readonly fields: readonly FieldReader[];
  readonly rules: readonly MatchRuleReader[];
  /** For each rule, what its `unless_differs` compares. */
  readonly evidence: readonly (readonly EvidenceReader[])[];
  readonly returns: readonly ReturnReader[];
  /** Fields that have a row or are ignored; all others are unknown. */
  readonly knownFields: ReadonlySet<string>;
}

const compiled = new WeakMap<Mapping, CompiledMapping>();

/** Compiles on first use. Mappings are frozen, so the result is cached for their lifetime. */
export function compileMapping(mapping: Mapping): CompiledMapping {
  const known = compiled.get(mapping);
  if (known !== undefined) return known;
  const fields = mapping.write.fields.map((row) => compileFieldRow(mapping, row));
  const result: CompiledMapping = {
    fields,
    rules: mapping.match.rules.map((rule) => compileMatchRule(mapping, rule)),
    evidence: mapping.match.rules.map((rule) =>
      rule === 'identity' ? [] : rule.unless_differs.map((name) => compileEvidence(mapping, name)),
    ),
    returns: compileReturnRows(mapping),
    knownFields: new Set([...fields.flatMap((row) => row.sources), ...mapping.write.ignore]),
  };
  compiled.set(mapping, result);
  return result;
}
