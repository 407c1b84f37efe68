import type { CrmRecord } from '../../crm/crm.ts';
import { mergedRecord } from '../../mapping/run/held-back.ts';
import { candidateKeys, identifyingProperty, identifyingRules } from '../../mapping/run/match-keys.ts';
import type { Translation } from '../../mapping/run/translate-record.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { mapInSlices } from '../../in-slices.ts';
import { omitProperty } from '../writes/omit-property.ts';
import type { DropReason } from '../writes/drop-reason.ts';
import { withoutProperties } from '../writes/write-stripping.ts';
import { type Change, isLinked, type RecordUpdate } from './record-update.ts';

/** A property whose value identifies a record, and those beside it that hold further values: email, LinkedIn URL, domain. */
interface PrimaryProperty {
  readonly rule: number;
  readonly name: string;
  readonly secondary: readonly string[];
}

/** The part of an update that decides about values that identify its record. */
export type IdentifyingUpdate = Pick<RecordUpdate, 'id' | 'changes' | 'draft' | 'ifEmpty' | 'replaced' | 'current'>;

/** The properties that an update must read before it may write them. */
export function primariesIn(mapping: Mapping, { draft, ifEmpty }: IdentifyingUpdate): readonly PrimaryProperty[] {
  return identifyingRules(mapping).flatMap((rule): PrimaryProperty[] => {
    const written = mapping.match.rules[rule];
    const name = identifyingProperty(mapping, rule);
    if (written === undefined || written === 'identity' || name === undefined) return [];
    const isWritten = [draft.properties, ifEmpty].some((values) => (values[name] ?? '') !== '');
    return isWritten ? [{ rule, name, secondary: written.also }] : [];
  });
}

/**
 * Drops a value that would replace one which identifies the record:
 * - a value that the record holds as a secondary one, such as a contact's earlier address;
 * - the value of a record that was merged into this one;
 * - one that identifies no such record, such as the page of a contact's company;
 * - any other value of a create that was linked to this record: HubSpot would forget the contact's address, and the lead may have been
 *   found by another value.
 */
export function keepPrimary(mapping: Mapping, update: IdentifyingUpdate): void {
  const { current } = update;
  if (current === undefined) return;
  for (const primary of primariesIn(mapping, update)) {
    const value = update.draft.properties[primary.name] ?? update.ifEmpty[primary.name] ?? '';
    const held = candidateKeys(mapping, primary.rule, pick(current, [primary.name]));
    const sent = candidateKeys(mapping, primary.rule, { [primary.name]: value });
    if (held.length === 0 || sent.some((value) => held.includes(value))) {
      if (isReplacedInRequest(mapping, primary, update)) update.replaced.push(primary.name);
      continue;
    }
    const others = candidateKeys(mapping, primary.rule, pick(current, primary.secondary));
    const isSecondary = sent.length > 0 && sent.every((value) => others.includes(value));
    const isWeaker = sent.length === 0 && update.draft.properties[primary.name] !== undefined;
    const why = isSecondary
      ? secondaryIn(primary)
      : (whyKept(update, current) ?? (isWeaker ? identifiesNone(mapping) : undefined));
    if (why === undefined) {
      if (update.draft.properties[primary.name] !== undefined) update.replaced.push(primary.name);
      continue;
    }
    update.draft = withoutProperties(update.draft, new Map([[primary.name, why]]));
    update.ifEmpty = omitProperty(update.ifEmpty, primary.name);
  }
}

/** True if the changes of a request have different values: the last one replaces the others. */
function isReplacedInRequest(
  mapping: Mapping,
  { rule, name }: PrimaryProperty,
  { changes }: IdentifyingUpdate,
): boolean {
  const values = changes.map(({ translation }) => translation.properties[name]);
  const keys = values.map((value) => (value ? candidateKeys(mapping, rule, { [name]: value })[0] : undefined));
  return new Set(keys.filter((key) => key !== undefined)).size > 1;
}

/** An update may replace what identifies a record, but never silently. The values are personal data. */
export function describeReplaced({ draft, replaced }: IdentifyingUpdate): readonly string[] {
  return replaced.flatMap((name) => {
    if (!Object.hasOwn(draft.properties, name)) return [];
    const field = draft.sources[name];
    return `${field === undefined ? name : `${field} → ${name}`} replaced another value`;
  });
}

/**
 * Of several creates that lead to one record, the value by which one of them was found counts for a property that identifies, since the
 * record holds it; otherwise the first value does. Others are dropped with a warning: merged, they would replace it.
 * @param unique properties that the CRM keeps unique itself.
 */
export async function keepFirstValues(
  mapping: Mapping,
  changes: readonly Change[],
  unique: ReadonlySet<string>,
): Promise<readonly Change[]> {
  const rules = identifyingRules(mapping);
  const values = await mapInSlices(changes, (change) =>
    rules.flatMap((rule) => sentValue(mapping, rule, change) ?? []),
  );
  const held = new Map<string, string>();
  for (const [index, change] of changes.entries()) {
    for (const sent of values[index] ?? []) if (isFoundBy(sent, change, unique)) held.set(sent.place, sent.value);
  }
  const kept = new Map(held);
  return await mapInSlices(changes, (change, index) => {
    let { translation } = change;
    for (const sent of values[index] ?? []) {
      const first = kept.get(sent.place);
      if (first === undefined) kept.set(sent.place, sent.value);
      else if (first !== sent.value) {
        const why = held.has(sent.place) ? anotherValue(change.id) : cameLater;
        translation = { ...translation, ...withoutValue(translation, sent.name, why) };
      }
    }
    return translation === change.translation ? change : { ...change, translation };
  });
}

/** A value of a change that identifies its record. */
interface SentValue {
  readonly name: string;
  readonly field: string | undefined;
  readonly value: string;
  readonly place: string;
}

function sentValue(mapping: Mapping, rule: number, { id, translation }: Change): SentValue | undefined {
  const written = mapping.match.rules[rule];
  const name = identifyingProperty(mapping, rule);
  if (name === undefined || written === undefined || written === 'identity') return undefined;
  const text = translation.properties[name] ?? translation.ifEmpty[name] ?? '';
  const [value] = candidateKeys(mapping, rule, { [name]: text });
  return value === undefined ? undefined : { name, field: written.enginy, value, place: `${id}\u0001${name}` };
}

/** A create that was refused names the property, or only that the CRM keeps it unique; a match names the field. */
function isFoundBy({ name, field }: SentValue, { linkedBy }: Change, unique: ReadonlySet<string>): boolean {
  if (linkedBy === undefined) return false;
  return linkedBy === name || linkedBy === field || (linkedBy === 'a unique value' && unique.has(name));
}

const cameLater: DropReason = {
  refused: 'this request has another value for the same record, and the first one is used',
  reason: 'another-value',
};

function withoutValue(translation: Translation, name: string, why: DropReason): Partial<Translation> {
  const { createdProperties: _none, ...draft } = withoutProperties(translation, new Map([[name, why]]));
  return {
    ...draft,
    heldBack: [...draft.heldBack],
    warnings: [...draft.warnings],
    ifEmpty: omitProperty(translation.ifEmpty, name),
  };
}

function secondaryIn({ secondary }: PrimaryProperty): DropReason {
  const refused = `the record already has it as an additional value (${secondary.join(', ')}), and its primary value is kept`;
  return { refused, reason: 'secondary', detail: 'further value' };
}

function whyKept(update: IdentifyingUpdate, { id }: CrmRecord): DropReason | undefined {
  if (id !== update.id) {
    return {
      refused: `record ${update.id} was merged into ${id}, whose value is kept`,
      reason: 'secondary',
      detail: mergedRecord,
    };
  }
  if (!isLinked(update)) return undefined;
  return anotherValue(id);
}

function anotherValue(id: string): DropReason {
  return { refused: `record ${id} already existed with another value, which is kept`, reason: 'another-value' };
}

function identifiesNone({ object }: Mapping): DropReason {
  const kind = object === 'contacts' ? 'contact' : 'company';
  return {
    refused: `it does not identify a ${kind}, so the record's identifying value is kept`,
    reason: 'unreadable',
    detail: `does not identify a ${kind}, but the present value does`,
  };
}

function pick({ properties }: CrmRecord, names: readonly string[]): Readonly<Record<string, string | null>> {
  return Object.fromEntries(names.map((name) => [name, properties[name] ?? null]));
}
