import type { RecordObject } from '../mapping/schema/record-mapping.ts';
import { type UsableProperty, wordsOf } from './find-usable-properties.ts';
import { oneLine, optionText } from './option-text.ts';
import { grouped } from '../counted.ts';

/** A row of a mapping file for one of the portal's own properties, for an administrator to use or to leave. */
export interface ProposedRow {
  readonly section: 'write' | 'return';
  /** The portal's property. */
  readonly property: string;
  /** One line of YAML, without the dash. */
  readonly row: string;
  /** Lines of a comment: why it is proposed, and what else to change. */
  readonly reasons: readonly string[];
}

/** Records with a value, by property; what was not counted is absent. */
export type FillCounts = ReadonlyMap<string, number>;

/** Each count is a search, of which HubSpot permits five a second. */
const maxCounted = 12;

/** Whose records are worth counting: the candidates, and HubSpot's own properties for the same values. */
export function propertiesToCount(candidates: readonly UsableProperty[]): readonly string[] {
  const names = candidates.flatMap(({ definition, standard }) => [definition.name, ...(standard ? [standard] : [])]);
  return [...new Set(names)].slice(0, maxCounted);
}

/**
 * At most one row for a field of Enginy, because several writing rows for one value would be a guess: for the property that is filled
 * in most records, unless it is called an old one.
 */
export function proposeRows(
  object: RecordObject,
  candidates: readonly UsableProperty[],
  counts: FillCounts,
): readonly ProposedRow[] {
  const groups = Map.groupBy(candidates, ({ section, enginy }) => `${section} ${enginy}`);
  return [...groups.values()].flatMap((group) => {
    const [best, ...others] = group.toSorted((a, b) => rank(b, counts) - rank(a, counts));
    return best === undefined ? [] : [toRow({ object, best, others }, counts)];
  });
}

const oldWords = /\b(old|alt|alte[rs]?|legacy|deprecated|obsolete|archiv\w*|ancien\w*|antigu[oa]|viej[oa]|backup)\b/;

function rank(candidate: UsableProperty, counts: FillCounts): number {
  return oldWords.test(wordsOf(candidate.definition)) ? -1 : (counts.get(candidate.definition.name) ?? 0);
}

interface Choice {
  readonly object: RecordObject;
  readonly best: UsableProperty;
  readonly others: readonly UsableProperty[];
}

function toRow({ object, best, others }: Choice, counts: FillCounts): ProposedRow {
  const { section, definition, row, why, standard, hint } = best;
  const options = optionText(definition);
  const reason = [
    `"${oneLine(definition.label)}": ${why}`,
    ...(options === '' ? [] : [`options: ${options}`]),
    ...filledText({ object, definition, standard }, counts),
    ...(others.length === 0 ? [] : [`similar: ${others.map((other) => nameWithCount(other, counts)).join(', ')}`]),
  ].join('; ');
  return { section, property: definition.name, row, reasons: [reason, ...(hint === undefined ? [] : [hint])] };
}

function filledText(
  {
    object,
    definition,
    standard,
  }: Pick<Choice, 'object'> & Pick<UsableProperty, 'definition'> & { standard: string | undefined },
  counts: FillCounts,
): readonly string[] {
  const own = counts.get(definition.name);
  if (own === undefined) return [];
  const ofStandard = counts.get(standard ?? '');
  const beside = ofStandard === undefined ? '' : `, ${standard} in ${grouped(ofStandard)}`;
  return [`filled in ${grouped(own)} ${object}${beside}`];
}

function nameWithCount({ definition: { name } }: UsableProperty, counts: FillCounts): string {
  const count = counts.get(name);
  return count === undefined ? name : `${name} (filled in ${grouped(count)})`;
}
