import { hash } from 'node:crypto';
import { compileMapping } from '../mapping/run/compile-mapping.ts';
import { candidateKeys, propertiesOfRules } from '../mapping/run/match-keys.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';
import { codeMark } from './code-mark.ts';

/** A key that a record holds. */
export interface HeldKey {
  readonly fingerprint: string;
  /** Canonical. */
  readonly value: string;
}

/** The match rules of a mapping as the index sees them. */
export interface IndexedRules {
  readonly objectType: string;
  /** One per rule, in their order: what decides which keys a record holds. An edited rule has another one. */
  readonly fingerprints: readonly string[];
  /** What logs and pages call them, in the same order. */
  readonly names: readonly string[];
  /** The properties that hold the keys. */
  readonly properties: readonly string[];
  /** The keys of all rules that a record holds. */
  keysOf(properties: Readonly<Record<string, string | null>>): readonly HeldKey[];
}

const known = new WeakMap<Mapping, IndexedRules>();

/** @returns the same object for the same mapping. */
export function indexedRules(mapping: Mapping): IndexedRules {
  const before = known.get(mapping);
  if (before !== undefined) return before;
  const fingerprints = mapping.match.rules.map((_rule, position) => fingerprintOf(mapping, position));
  const rules: IndexedRules = {
    objectType: mapping.target.objectType,
    fingerprints,
    names: compileMapping(mapping).rules.map(({ name }) => name),
    properties: propertiesOfRules(mapping),
    keysOf: (properties) =>
      fingerprints.flatMap((fingerprint, rule) =>
        candidateKeys(mapping, rule, properties).map((value) => ({ fingerprint, value })),
      ),
  };
  known.set(mapping, rules);
  return rules;
}

/** Only what the keys of a candidate depend on: the name of the field in Enginy may change without another listing. */
function fingerprintOf({ match, identity, locale }: Mapping, position: number): string {
  const rule = match.rules[position];
  const pairs =
    rule === undefined || rule === 'identity'
      ? [[identity?.crm, [], []]]
      : (rule.all ?? [rule]).map(({ crm, also, transform }) => [crm, also, transform]);
  return hash('sha256', JSON.stringify([codeMark(), pairs, locale]), 'base64url').slice(0, 16);
}
