import type { NotedCandidate, RecordDecision } from '../bridge/decisions.ts';
import type { KeyKind } from './digests.ts';
import { maxIdLength, type RecordIds } from './stored-parts.ts';

/** A caller may invent fields without end. */
const maxListed = 200;
/** Of several matching records, and of those that were set aside, this many are kept. */
const maxCandidates = 100;
/** Of several matching records, this many can be searched for. */
const maxMatchingKeys = 10;

/** What many records have in common, for JSON, which omits what is undefined. */
export function detailsOf(record: RecordDecision): object {
  const { rule, tried, byIndex, linkedBy, written, heldBack, createdProperties, warnings, problem } = record;
  const { existingId: _existingId, text, ...common } = problem ?? {};
  return {
    rule,
    tried: tried?.slice(0, maxListed),
    // The index answers no more rules than were tried.
    byIndex: byIndex?.slice(0, maxListed),
    linkedBy,
    written: someOf(written),
    heldBack: someOf(heldBack)?.slice(0, maxListed),
    createdProperties: someOf(createdProperties),
    unusualFields: record.unusualFields,
    warnings: warnings === 0 ? undefined : warnings,
    problem: problem && { ...common, text },
  };
}

function someOf<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list;
}

type Comparison = (one: RecordDecision, other: RecordDecision) => boolean;

/** Fields that belong to one record alone. */
type OwnField = keyof RecordIds | 'externalId' | 'crmId' | 'emails' | 'phones' | 'profiles';

/** Every field that {@link detailsOf} may read: a new field of decisions does not compile until it is here, or is one of the record alone. */
const comparisons: { readonly [Name in Exclude<keyof RecordDecision, OwnField>]-?: Comparison } = {
  outcome: (a, b) => a.outcome === b.outcome,
  object: (a, b) => a.object === b.object,
  rule: (a, b) => a.rule === b.rule,
  linkedBy: (a, b) => a.linkedBy === b.linkedBy,
  warnings: (a, b) => a.warnings === b.warnings,
  problem: (a, b) => a.problem === undefined && b.problem === undefined,
  unusualFields: (a, b) => a.unusualFields === undefined && b.unusualFields === undefined,
  written: (a, b) => areSame(a.written, b.written),
  createdProperties: (a, b) => areSame(a.createdProperties, b.createdProperties),
  tried: (a, b) => areSame(a.tried, b.tried),
  byIndex: (a, b) => areSame(a.byIndex, b.byIndex),
  heldBack: (a, b) => areSame(a.heldBack, b.heldBack, haveSameFields),
};
const compared = Object.values(comparisons);

/**
 * True if object, outcome and details of two records are certainly the same: comparing takes a tenth of the time of writing them as JSON.
 * Those of records with a problem are not compared.
 */
export function areAlike(a: RecordDecision, b: RecordDecision): boolean {
  return compared.every((isSame) => isSame(a, b));
}

function areSame<Item>(
  a: readonly Item[] | undefined,
  b: readonly Item[] | undefined,
  isSame: (one: Item, other: Item) => boolean = Object.is,
): boolean {
  if (a === b) return true;
  if (a === undefined || a.length !== b?.length) return false;
  for (let at = 0; at < a.length; at += 1) if (!isSame(a[at] as Item, b[at] as Item)) return false;
  return true;
}

function haveSameFields<Item extends object>(a: Item, b: Item): boolean {
  const names = Object.keys(a) as (keyof Item)[];
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** What belongs to one record alone, beside its own ids, for JSON; undefined where there is nothing. */
export function idsOf(record: RecordDecision): WithUndefined<RecordIds> | undefined {
  const { contactId, companyId, position, matchingIds, setAside, survivorId, sweptAgoMs, problem } = record;
  const existingId = problem?.existingId;
  const isNone =
    contactId === undefined &&
    companyId === undefined &&
    position === undefined &&
    matchingIds === undefined &&
    setAside === undefined &&
    survivorId === undefined &&
    sweptAgoMs === undefined &&
    existingId === undefined;
  if (isNone) return undefined;
  return {
    contactId,
    companyId,
    position,
    matchingIds: matchingIds?.slice(0, maxCandidates),
    setAside: setAside?.slice(0, maxCandidates),
    survivorId,
    sweptAgoMs,
    existingId,
  };
}

export type WithUndefined<Fields> = { readonly [Name in keyof Fields]: Fields[Name] | undefined };

/** Calls `add` with the keys under which a record is found, beside its own ids. */
export function addKeys(record: RecordDecision, add: (kind: KeyKind, text: string) => void): void {
  const { object, externalId, crmId, contactId, companyId, matchingIds, setAside, survivorId } = record;
  const { emails, phones, profiles } = record;
  // What is stored of it is found by its beginning.
  if (externalId !== undefined && externalId.length > maxIdLength) add(`external ${object}`, externalId);
  if (crmId !== undefined && crmId.length > maxIdLength) add(`crm ${object}`, crmId);
  if (survivorId !== undefined) add(`crm ${object}`, survivorId);
  if (contactId !== undefined) add('crm contacts', contactId);
  if (companyId !== undefined) add('crm companies', companyId);
  if (matchingIds !== undefined) addIds(matchingIds, (id) => add(`crm ${object}`, id));
  if (setAside !== undefined) addIds(setAside.map(candidateId), (id) => add(`crm ${object}`, id));
  for (const email of emails) add('email', email);
  if (phones !== undefined) for (const phone of phones) add('phone', phone);
  if (profiles !== undefined) for (const profile of profiles) add('profile', profile);
}

function addIds(ids: readonly string[], add: (id: string) => void): void {
  for (const id of ids.slice(0, maxMatchingKeys)) add(id);
}

function candidateId({ id }: NotedCandidate): string {
  return id;
}
