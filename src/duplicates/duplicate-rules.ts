import { compileMapping } from '../mapping/run/compile-mapping.ts';
import { candidateKeys, identifyingRules } from '../mapping/run/match-keys.ts';
import type { CrmProperties } from '../crm/crm.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';

/** A match rule by which records are compared with each other. */
export interface DuplicateRule {
  /** As logs and messages name it: `email`, `firstName+lastName+company`. */
  readonly name: string;
  readonly properties: readonly string[];
  /** Canonical values of a record; none that is shared by many, such as the domain of a platform. */
  valuesOf(properties: CrmProperties): readonly string[];
}

/** Names of all match rules that can compare records, and of those whose values belong to one person or company only. */
export function ruleNames(mapping: Mapping): {
  readonly all: readonly string[];
  readonly identifying: readonly string[];
} {
  const { rules } = compileMapping(mapping);
  const identifying = new Set(identifyingRules(mapping));
  return {
    all: [...new Set(rules.map(({ name }) => name).filter((name) => name !== 'identity'))],
    identifying: [...new Set(rules.flatMap(({ name }, index) => (identifying.has(index) ? [name] : [])))],
  };
}

/** The rules of these names. Of two that read the same properties in the same way, such as both kinds of phone, the first one only. */
export function duplicateRules(mapping: Mapping, names: readonly string[]): readonly DuplicateRule[] {
  const byKind = new Map<string, DuplicateRule>();
  compileMapping(mapping).rules.forEach(({ name, pairs }, index) => {
    const rule = mapping.match.rules[index];
    if (!names.includes(name) || rule === undefined || rule === 'identity') return;
    const properties = [...new Set(pairs.flatMap((pair) => pair.properties))];
    const kind = JSON.stringify([[...properties].sort(), rule.transform, rule.all?.map(({ transform }) => transform)]);
    if (byKind.has(kind)) return;
    byKind.set(kind, { name, properties, valuesOf: (held) => candidateKeys(mapping, index, held) });
  });
  return [...byKind.values()];
}

/** The properties that hold a record's name, as the mapping writes them: first and last name, or the company's name. */
export function nameProperties({ object, write }: Mapping): readonly string[] {
  const fields = object === 'contacts' ? ['firstName', 'lastName'] : ['name'];
  return fields.flatMap((field) => {
    const row = write.fields.find(({ enginy, first_of }) =>
      [enginy, ...(first_of ?? [])].some((source) => (typeof source === 'object' ? source.enginy : source) === field),
    );
    return row === undefined ? [] : [row.crm];
  });
}
