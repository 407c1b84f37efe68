import { showField } from '../../mapping/run/field-mark.ts';
import { type HeldBack, withoutKept } from '../../mapping/run/held-back.ts';
import type { WriteResult } from '../writes/write-result.ts';
import { labelOf } from '../writes/write-stripping.ts';
import type { Draft } from '../writes/write-stripping.ts';
import type { Change, RecordUpdate } from './record-update.ts';

/**
 * The results of changes that were merged into an update: for each, the properties that it sent, and what was held back of its own. What
 * belongs to no change in particular is in every result. The time is linear in the number of changes and their fields.
 * @param result of the whole update.
 * @returns one result per change, in order.
 */
export function sharesOf({ changes, draft, overruled }: RecordUpdate, result: WriteResult): readonly WriteResult[] {
  const { written: all, heldBack: held, createdProperties } = result.decision;
  const isShared = all.length + held.length + createdProperties.length + result.warnings.length > 0;
  if (changes.length < 2 || !isShared) return changes.map(() => result);
  const index = indexOf(changes, draft.sources);
  const { decision } = result;
  const sendersOf = (property: string) => index.senders(property, draft.sources[property]);
  const written = shared(changes.length, decision.written, sendersOf);
  const created = shared(changes.length, decision.createdProperties, sendersOf);
  const distinct = new Map(decision.heldBack.map((held) => [keyOf(held), held]));
  const heldBack = shared(
    changes.length,
    [...distinct.values()],
    (held) => index.holders(held) ?? index.senders(held.property, held.field),
  );
  const warnings = shared(changes.length, result.warnings, (text) => index.warned(text) ?? index.labeled(text));
  return changes.map((change, at) => {
    const own = { warnings: warnings[at] ?? [], heldBack: heldBack[at] ?? [] };
    const late = overruled.get(change) ?? [];
    const said = late.reduce<Pick<Draft, 'warnings' | 'heldBack'>>(
      (rest, { property = '' }) => withoutKept(rest, property),
      own,
    );
    const writes = (written[at] ?? []).filter((name) => !late.some(({ property }) => property === name));
    return {
      ...result,
      warnings: said.warnings,
      decision: {
        ...decision,
        outcome: decision.outcome === 'updated' && writes.length === 0 ? 'unchanged' : decision.outcome,
        written: writes,
        heldBack: [...said.heldBack, ...late],
        createdProperties: created[at] ?? [],
      },
    };
  });
}

/** Positions of changes; undefined for none. */
type Owners = ReadonlySet<number> | undefined;

/** Each item in the lists of its owners, or in all lists if it has none. */
function shared<Item>(count: number, items: readonly Item[], ownersOf: (item: Item) => Owners): readonly Item[][] {
  const lists = Array.from({ length: count }, (): Item[] => []);
  for (const item of items) for (const at of ownersOf(item) ?? lists.keys()) lists[at]?.push(item);
  return lists;
}

/** Which changes sent a property or field, and which have a warning or a field that was held back. */
function indexOf(changes: readonly Change[], sources: Readonly<Record<string, string>>) {
  const [properties, fields, labels, held, warnings] = [owners(), owners(), owners(), owners(), owners()];
  for (const [at, change] of changes.entries()) {
    for (const name of propertiesOf(change)) {
      properties.add(name, at);
      labels.add(labelOf(name, sources), at);
    }
    for (const { field } of change.translation.unknown) {
      fields.add(showField(field), at);
      labels.add(showField(field), at);
    }
    for (const one of change.translation.heldBack) held.add(keyOf(one), at);
    for (const text of change.translation.warnings) warnings.add(text, at);
  }
  const texts = warnings.keys();
  return {
    /** @param field Enginy's, which alone identifies a field without a row. */
    senders: (property: string | undefined, field: string | undefined) =>
      union([property === undefined ? undefined : properties.get(property), field && fields.get(field)]),
    holders: (one: HeldBack) => held.get(keyOf(one)),
    /** The end of a warning may have been taken back. */
    warned: (text: string) => union(startingWith(texts, text).map((whole) => warnings.get(whole))),
    /** Warnings begin with the name of what they are about. */
    labeled: (text: string) => union([...text.matchAll(/ /g)].map(({ index }) => labels.get(text.slice(0, index)))),
  };
}

function owners() {
  const byKey = new Map<string, Set<number>>();
  return {
    add(key: string, at: number): void {
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, new Set([at]));
      else known.add(at);
    },
    get: (key: string): Owners => byKey.get(key),
    /** Sorted. */
    keys: (): readonly string[] => [...byKey.keys()].sort(),
  };
}

function union(sets: readonly (Owners | '')[]): Owners {
  const present = sets.filter((set) => set !== undefined && set !== '');
  if (present.length < 2) return present[0];
  return new Set(present.flatMap((set) => [...set]));
}

/** @param sorted texts in the order of their code units. */
function startingWith(sorted: readonly string[], start: string): readonly string[] {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < start) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (sorted[end]?.startsWith(start) === true) end += 1;
  return sorted.slice(low, end);
}

function keyOf({ field, property, reason }: HeldBack): string {
  return JSON.stringify([field, property, reason]);
}

function propertiesOf({ translation }: Change): string[] {
  const { properties, ifEmpty, optionTexts } = translation;
  const kept = Object.values(optionTexts).flatMap(({ keepRawIn = [] }) => keepRawIn);
  return [...Object.keys(properties), ...Object.keys(ifEmpty), ...Object.keys(optionTexts), ...kept];
}
