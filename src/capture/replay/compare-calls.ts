import { type Json, type Meaning, meaningOf, type WireCall, type WriteInput } from '../call-meaning.ts';
import { isSameMoment, type Moments } from './moments.ts';
import { likeness } from './recorded-writes.ts';

/** One thing that is not as it was. */
export interface Difference {
  readonly kind: 'changed' | 'missing' | 'unexpected';
  /** What it is about, e.g. `create contacts lead-7` or `answer results[lead-7]`. */
  readonly what: string;
  readonly detail?: string;
}

export interface ComparedCall extends WireCall {
  /** Made for other requests as well: nothing is amiss when it is not made again. */
  readonly isOptional?: boolean;
}

/**
 * Compares what the calls do, not how they were cut: which values are read, by which values is searched, what is written to which
 * record. Order does not count, nor how often something was tried.
 */
export function compareCalls(
  then: readonly ComparedCall[],
  now: readonly ComparedCall[],
  moments: Moments,
): Difference[] {
  return [...compareQuestions(then, now), ...compareWrites(then, now, moments)];
}

/** Reads, searches, links and everything that is not a write of records: sets of things that were asked. */
function compareQuestions(then: readonly ComparedCall[], now: readonly ComparedCall[]): Difference[] {
  const before = questionsOf(then);
  const after = questionsOf(now);
  const differences: Difference[] = [];
  for (const [what, { details, isOptional }] of before) {
    const found = after.get(what);
    if (found === undefined) {
      if (!isOptional) differences.push({ kind: 'missing', what });
      continue;
    }
    const dropped = [...details].filter((detail) => !found.details.has(detail));
    const added = [...found.details].filter((detail) => !details.has(detail));
    if (isOptional || (dropped.length === 0 && added.length === 0)) continue;
    const parts = [
      ...added.map((name) => `asks for ${name} now`),
      ...dropped.map((name) => `no longer asks for ${name}`),
    ];
    differences.push({ kind: 'changed', what, detail: parts.join(', ') });
  }
  for (const [what] of after) if (!before.has(what)) differences.push({ kind: 'unexpected', what });
  return together(differences);
}

interface Question {
  readonly details: Set<string>;
  readonly isOptional: boolean;
}

function questionsOf(calls: readonly ComparedCall[]): Map<string, Question> {
  const questions = new Map<string, Question>();
  for (const call of calls) {
    const meaning = meaningOf(call);
    for (const [what, details] of partsOf(meaning)) {
      const known = questions.get(what);
      const isOptional = call.isOptional === true && known?.isOptional !== false;
      questions.set(what, { details: new Set([...(known?.details ?? []), ...details]), isOptional });
    }
  }
  return questions;
}

function partsOf(meaning: Meaning): [string, readonly string[]][] {
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
    case 'make properties':
      return meaning.definitions.map((definition) => [
        `make the property ${String(definition.name)} of ${meaning.objectType}`,
        describeDefinition(definition),
      ]);
    case 'other':
      return [[meaning.call, []]];
    case 'write':
      return [];
  }
}

function describeDefinition(definition: Json): string[] {
  return ['type', 'fieldType', 'label', 'groupName', 'hasUniqueValue'].flatMap((key) =>
    definition[key] === undefined ? [] : [`${key} ${String(definition[key])}`],
  );
}

/** The same change of many questions is told once. */
function together(differences: readonly Difference[]): Difference[] {
  const groups = new Map<string, Difference[]>();
  for (const difference of differences) {
    const group = `${difference.kind}\u0001${difference.what.split(' ').slice(0, 4).join(' ')}\u0001${difference.detail ?? ''}`;
    groups.set(group, [...(groups.get(group) ?? []), difference]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length < 4) return group;
    return [{ ...first, what: `${first.what} and ${group.length - 1} more like it` }];
  });
}

interface WriteOf {
  readonly verb: string;
  readonly objectType: string;
  readonly input: WriteInput;
  readonly isOptional: boolean;
}

function compareWrites(then: readonly ComparedCall[], now: readonly ComparedCall[], moments: Moments): Difference[] {
  const left = writesOf(now);
  const differences: Difference[] = [];
  const open: WriteOf[] = [];
  for (const write of writesOf(then)) {
    const at = left.findIndex(
      (other) => isSameKind(write, other) && propertyChanges(write.input, other.input, moments).length === 0,
    );
    if (at >= 0) left.splice(at, 1);
    else open.push(write);
  }
  // Tried again with the very same values: no other effect.
  const isRepeat = (write: WriteOf, among: readonly WriteOf[]) =>
    among.some((other) => isSameKind(write, other) && propertyChanges(write.input, other.input, moments).length === 0);
  const before = writesOf(then);
  const after = writesOf(now);
  for (const write of open) {
    if (isRepeat(write, after)) continue;
    const ranked = left
      .map((other, at) => ({ at, other, score: isSameKind(write, other) ? likeness(write.input, other.input) : 0 }))
      .filter(({ score, other }) => score > 0 && !isRepeat(other, before))
      .sort((a, b) => b.score - a.score);
    const [best] = ranked;
    const what = `${write.verb} ${write.objectType} ${nameOf(write.input)}`.trimEnd();
    if (best === undefined) {
      if (!write.isOptional) differences.push({ kind: 'missing', what, detail: describeProperties(write.input) });
      continue;
    }
    left.splice(best.at, 1);
    differences.push({
      kind: 'changed',
      what,
      detail: propertyChanges(write.input, best.other.input, moments).join(', '),
    });
  }
  for (const write of left) {
    if (isRepeat(write, before)) continue;
    const what = `${write.verb} ${write.objectType} ${nameOf(write.input)}`.trimEnd();
    differences.push({ kind: 'unexpected', what, detail: describeProperties(write.input) });
  }
  return differences;
}

function writesOf(calls: readonly ComparedCall[]): WriteOf[] {
  return calls.flatMap((call) => {
    const meaning = meaningOf(call);
    if (meaning.kind !== 'write') return [];
    const { verb, objectType } = meaning;
    return meaning.inputs.map((input) => ({ verb, objectType, input, isOptional: call.isOptional === true }));
  });
}

function isSameKind(a: WriteOf, b: WriteOf): boolean {
  return a.verb === b.verb && a.objectType === b.objectType && a.input.id === b.input.id;
}

function propertyChanges(then: WriteInput, now: WriteInput, moments: Moments): string[] {
  const names = [...new Set([...Object.keys(then.properties), ...Object.keys(now.properties)])].sort();
  const changes = names.flatMap((name) => {
    const before = then.properties[name];
    const after = now.properties[name];
    if (before === after || isSameMoment(before, after, moments)) return [];
    if (before === undefined) return [`${name} is sent now: ${quoted(after)}`];
    if (after === undefined) return [`${name} is no longer sent (was ${quoted(before)})`];
    return [`${name} was ${quoted(before)}, is ${quoted(after)}`];
  });
  const links =
    JSON.stringify(then.associations ?? []) === JSON.stringify(now.associations ?? []) ? [] : ['the links are others'];
  return [...changes, ...links];
}

function describeProperties({ properties }: WriteInput): string {
  return Object.keys(properties).sort().join(', ');
}

function nameOf({ id, properties }: WriteInput): string {
  return id ?? properties.enginy_external_id ?? properties.email ?? properties.name ?? '';
}

export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
