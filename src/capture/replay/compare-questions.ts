import type { CallMeaning, CallReader } from '../../crm/crm-protocol.ts';
import type { ComparedCall, ComparedCalls } from './compared-calls.ts';
import type { ReplayDifference } from './replay-difference.ts';

interface Question {
  /** Properties that are requested, traits of a definition. */
  readonly details: ReadonlySet<string>;
  readonly isOptional: boolean;
}

/** Compares reads, searches, links and everything else that does not write records, as sets. */
export function compareQuestions(reader: CallReader, { recorded, replayed }: ComparedCalls): ReplayDifference[] {
  const before = questionsOf(reader, recorded);
  const after = questionsOf(reader, replayed);
  const differences: ReplayDifference[] = [];
  for (const [what, question] of before) {
    const found = after.get(what);
    if (found === undefined) {
      if (!question.isOptional) differences.push({ kind: 'missing', what });
      continue;
    }
    const detail = detailChanges(question, found);
    if (!question.isOptional && detail !== '') differences.push({ kind: 'changed', what, detail });
  }
  for (const [what] of after) if (!before.has(what)) differences.push({ kind: 'unexpected', what });
  return grouped(differences);
}

function detailChanges(before: Question, after: Question): string {
  const added = [...after.details].filter((detail) => !before.details.has(detail));
  const dropped = [...before.details].filter((detail) => !after.details.has(detail));
  return [...added.map((name) => `asks for ${name} now`), ...dropped.map((name) => `no longer asks for ${name}`)].join(
    ', ',
  );
}

function questionsOf(reader: CallReader, calls: readonly ComparedCall[]): Map<string, Question> {
  const questions = new Map<string, Question>();
  for (const call of calls) {
    for (const [what, details] of partsOf(reader.meaningOf(call))) {
      const known = questions.get(what);
      const isOptional = call.isOptional === true && known?.isOptional !== false;
      questions.set(what, { details: new Set([...(known?.details ?? []), ...details]), isOptional });
    }
  }
  return questions;
}

function partsOf(meaning: CallMeaning): [string, readonly string[]][] {
  switch (meaning.kind) {
    case 'read':
      return meaning.ids.map((id) => [
        `read ${meaning.objectType} by ${meaning.idProperty ?? 'id'} ${id}`,
        meaning.properties,
      ]);
    case 'search':
      return meaning.terms.map((term) => [`search ${meaning.objectType} for ${term}`, meaning.properties]);
    case 'link':
      return meaning.items.map(({ fromId, toId }) => [`link ${meaning.from} ${fromId} to ${meaning.to} ${toId}`, []]);
    case 'read links':
      return meaning.items.map(({ fromId }) => [`read links of ${meaning.from} ${fromId} to ${meaning.to}`, []]);
    case 'create properties':
      return meaning.definitions.map(({ name, traits }) => [
        `create the property ${name} of ${meaning.objectType}`,
        traits,
      ]);
    case 'create property group':
    case 'other':
      return [[meaning.call, []]];
    case 'write':
      return [];
  }
}

const minGroup = 4;

/** The same difference in many questions is reported once. */
function grouped(differences: readonly ReplayDifference[]): ReplayDifference[] {
  const groups = new Map<string, ReplayDifference[]>();
  for (const difference of differences) {
    const { kind, what, detail = '' } = difference;
    const key = `${kind}\u0001${what.split(' ').slice(0, 4).join(' ')}\u0001${detail}`;
    groups.set(key, [...(groups.get(key) ?? []), difference]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length < minGroup) return group;
    return [{ ...first, what: `${first.what} and ${group.length - 1} more` }];
  });
}
