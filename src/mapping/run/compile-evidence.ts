import type { FieldRow, Mapping, MatchPair, RecordMappingFile } from '../schema/record-mapping.ts';
import type { EnginyRecord } from '../values/field-value.ts';
import { foldText } from '../values/fold-text.ts';
import { compileFieldRow, readSources } from './compile-field-row.ts';
import { compilePair } from './compile-match-rule.ts';

type Properties = Readonly<Record<string, string | null>>;

/** Compares a record of Enginy with a candidate; undefined if one of them has no usable value, or they do not compare. */
type Compare = (record: EnginyRecord, candidate: Properties) => 'agrees' | DifferentValues | undefined;

export interface DifferentValues {
  /** What the candidate holds instead. */
  readonly held: readonly string[];
}

interface Comparison {
  /** CRM properties that may hold the value. */
  readonly properties: readonly string[];
  /** True for values that belong to one person or company only. */
  readonly identifies: boolean;
  readonly compare: Compare;
}

/** What one entry of `unless_differs` compares. */
export interface EvidenceReader extends Comparison {
  /** As the file names it: a field of Enginy, or `identity`. */
  readonly name: string;
}

/** Compiles one name of `unless_differs`. Names without a rule or row do not get here: lint-match.ts rejects the file. */
export function compileEvidence(mapping: Mapping, name: string): EvidenceReader {
  const pairs = pairsOf(mapping, name).map((pair) => comparePair(mapping, name, pair));
  const comparisons = pairs.length > 0 ? pairs : rowsOf(mapping, name).map((row) => compareRow(mapping, row));
  return {
    name,
    properties: [...new Set(comparisons.flatMap(({ properties }) => properties))],
    identifies: comparisons.some(({ identifies }) => identifies),
    compare: (record, candidate) => {
      const results = comparisons.map(({ compare }) => compare(record, candidate));
      return results.find((result) => result === 'agrees') ?? results.find((result) => result !== undefined);
    },
  };
}

/** The pairs of match rules that read a field; `identity` stands for the pair of the identity section. */
export function pairsOf({ identity, match }: Pick<RecordMappingFile, 'identity' | 'match'>, name: string): MatchPair[] {
  return match.rules.flatMap((rule): MatchPair[] => {
    if (rule === 'identity') {
      const isMeant = identity !== undefined && (name === 'identity' || name === identity.enginy);
      return isMeant ? [{ enginy: identity.enginy, crm: identity.crm, also: [], transform: [] }] : [];
    }
    const { enginy, crm, also, transform } = rule;
    const pairs = rule.all ?? (enginy === undefined || crm === undefined ? [] : [{ enginy, crm, also, transform }]);
    return pairs.filter((pair) => pair.enginy === name);
  });
}

/** The rows that write a field, where no rule reads it. */
export function rowsOf({ write }: Pick<RecordMappingFile, 'write'>, name: string): FieldRow[] {
  return write.fields.filter((row) => readSources(row).some(({ field }) => field === name));
}

function comparePair(mapping: Mapping, name: string, pair: MatchPair): Comparison {
  const reader = compilePair(mapping, pair);
  const { properties, identifies } = reader;
  return {
    properties,
    identifies: identifies || name === 'identity' || name === mapping.identity?.enginy,
    compare: (record, candidate) => {
      const sent = reader.readAll(record);
      const held = reader.readCandidate(candidate);
      if (sent.some((value) => held.includes(value))) return 'agrees';
      if (sent.length === 0 || held.length === 0) return undefined;
      return sent.every((one) => held.every((other) => reader.areDifferent(one, other))) ? { held } : undefined;
    },
  };
}

/** Compares the text that would be written: the words of one may be some of the other's, as in `García` and `García López`. */
function compareRow(mapping: Mapping, row: FieldRow): Comparison {
  const reader = compileFieldRow(mapping, row);
  return {
    properties: [row.crm],
    identifies: false,
    compare: (record, candidate) => {
      const reading = reader.read(record);
      const held = (Object.hasOwn(candidate, row.crm) ? candidate[row.crm] : null) ?? '';
      const sentWords = wordsOf(reading.kind === 'value' ? reading.value : '');
      const heldWords = wordsOf(held);
      if (sentWords.length === 0 || heldWords.length === 0) return undefined;
      const [fewer, more] = sentWords.length <= heldWords.length ? [sentWords, heldWords] : [heldWords, sentWords];
      return fewer.every((word) => more.includes(word)) ? 'agrees' : { held: [held] };
    },
  };
}

function wordsOf(text: string): readonly string[] {
  return (foldText(text.replace(/['’`´]/g, '')) ?? '').match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}
