import { describeProblem } from '../bridge/problem.ts';
import { createCandidateSearch } from '../bridge/matching/candidate-search.ts';
import { explainSetAside } from '../bridge/matching/decide-match.ts';
import { type MatchOutcome, matchRecords } from '../bridge/matching/match-records.ts';
import { ownersToReturn } from '../bridge/writes/owners-to-return.ts';
import { createRecordIdCache } from '../bridge/matching/record-id-cache.ts';
import { createSearchAllowance } from '../bridge/matching/search-policy.ts';
import type { CallContext, Crm, NewProperty } from '../crm/crm.ts';
import { type HeldBack, type HeldBackReason, withoutKept } from '../mapping/run/held-back.ts';
import { toEnginyProperties } from '../mapping/run/translate-record.ts';
import type { EnginyRecord } from '../mapping/values/field-value.ts';
import { explainKept } from './explain-kept.ts';
import { explainKeys, type KeyExplanation } from './explain-keys.ts';
import { type ExplainScope, explainWrite, type WriteExplanation } from './explain-write.ts';
import { listingOwnersOnce, readOnlyCrm } from './read-only-crm.ts';
import { findSameRecords, type SameRecord } from './same-records.ts';

/** What the bridge would do with one record of Enginy, and why. */
export interface RecordExplanation {
  readonly object: string;
  readonly externalId?: string;
  readonly keys: readonly KeyExplanation[];
  /** Absent without a CRM. */
  readonly match?: MatchExplanation;
  /** Records of the same request with an equal value. */
  readonly same: readonly SameRecord[];
  readonly create: WriteExplanation;
  readonly update: WriteExplanation;
  /** Custom properties that do not exist yet and would be created. */
  readonly newProperties: readonly { readonly name: string; readonly type: string; readonly label: string }[];
}

/** Candidates that were set aside come first, one sentence each. */
export type MatchExplanation = { readonly setAside: readonly string[] } & (
  | { readonly crmId: string; readonly rule: string; readonly returned: Readonly<Record<string, unknown>> }
  /** `tried`: the rules that had a value to compare. */
  | { readonly none: true; readonly tried: readonly string[] }
  | { readonly rule: string; readonly several: readonly string[] }
  | { readonly problem: string }
);

/** Explains records one by one, in their order. Reads the CRM where there is one, and never writes to it. */
export async function explainRecords(
  request: ExplainScope,
  records: readonly EnginyRecord[],
): Promise<RecordExplanation[]> {
  const crm = request.crm === undefined ? undefined : listingOwnersOnce(readOnlyCrm(request.crm));
  const scope = { ...request, crm };
  const outcomes = crm === undefined ? [] : await match({ ...request, crm }, records);
  const same = findSameRecords(request.mapping, records, outcomes);
  const explanations: RecordExplanation[] = [];
  for (const [index, record] of records.entries()) {
    explanations.push({ ...(await explainOne(scope, record, outcomes[index])), same: same[index] ?? [] });
  }
  return explanations;
}

async function explainOne(
  scope: ExplainScope,
  record: EnginyRecord,
  outcome: MatchOutcome | undefined,
): Promise<Omit<RecordExplanation, 'same'>> {
  const { mapping } = scope;
  const create = await explainWrite(scope, record, 'create');
  const update = await explainWrite(scope, record, 'update');
  const matched = outcome !== undefined && 'record' in outcome ? outcome.record : undefined;
  return {
    object: mapping.object,
    ...(typeof record.externalId === 'string' && { externalId: record.externalId }),
    keys: await completeKeys(scope, explainKeys(mapping, record)),
    ...(outcome !== undefined && { match: await explainMatch(scope, outcome) }),
    create: create.write,
    update:
      matched === undefined
        ? update.write
        : await compareHeld(scope, matched.id, explainKept(mapping, matched, update.write)),
    newProperties: describeProperties([...create.created, ...update.created]),
  };
}

/** Adds which rules read the CRM's store and what the index knows of them, and drops properties that the CRM does not have. */
async function completeKeys(
  { crm, mapping, context, indexOf }: ExplainScope,
  keys: readonly KeyExplanation[],
): Promise<readonly KeyExplanation[]> {
  if (crm === undefined) return keys;
  const { objectType } = mapping.target;
  const names = new Set((await crm.readProperties(objectType, context)).map(({ name }) => name));
  return await Promise.all(
    keys.map(async (key, rule) => {
      if ('skipped' in key) return key;
      const { store } = key;
      const isRead = store !== undefined && (await crm.canReadBy(objectType, store, context));
      return {
        ...key,
        isRead,
        search: key.search.filter(({ property }) => names.has(property)),
        ...(indexOf !== undefined && { index: indexOf(rule) }),
      };
    }),
  );
}

/** Matches as a sync does, with nothing remembered. */
async function match(
  { crm, log, mapping, context }: ExplainScope & { readonly crm: Crm },
  records: readonly EnginyRecord[],
): Promise<readonly MatchOutcome[]> {
  const idCache = createRecordIdCache({ max: 10_000, ttlMs: 60_000 });
  const candidateSearch = createCandidateSearch(crm);
  const searches = { extraSearches: 20, searchAllowance: createSearchAllowance(20) };
  return await matchRecords(
    { crm, lookupCrm: crm, idCache, log, candidateSearch, ...searches, mapping, context },
    records,
  );
}

async function explainMatch(scope: ExplainScope, outcome: MatchOutcome): Promise<MatchExplanation> {
  const setAside = outcome.setAside.map(explainSetAside);
  if ('problem' in outcome) return { setAside, problem: describeProblem(outcome.problem) };
  if ('matchingIds' in outcome) return { setAside, rule: outcome.rule, several: outcome.matchingIds };
  if ('noMatch' in outcome) return { setAside, none: true, tried: outcome.tried };
  const { record, rule } = outcome;
  const { crm, mapping } = scope;
  const list = async (context: CallContext) => (await crm?.listOwners(context)) ?? [];
  const owners = await ownersToReturn({ ...scope, owners: { list } });
  return { setAside, crmId: record.id, rule, returned: toEnginyProperties(mapping, record.properties, owners) };
}

/** Adds to each value what the record holds now. */
async function compareHeld(
  { crm, mapping, context }: ExplainScope,
  id: string,
  update: WriteExplanation,
): Promise<WriteExplanation> {
  const names = update.values.filter(({ isCreated }) => !isCreated).map(({ property }) => property);
  const read = await crm?.readByIds(mapping.target.objectType, [id], names, context);
  const held = read?.found.get(id)?.properties;
  if (held === undefined) return update;
  const values = update.values.map((value) => ({ ...value, now: held[value.property] ?? null }));
  // A value that is not sent cannot be rejected; that its property cannot be written is the better explanation.
  const isUnwritable = (property: string) =>
    update.heldBack.some((held) => held.property === property && unwritable.has(held.reason));
  const kept = values.flatMap(({ property, value, source, when, now }): HeldBack[] => {
    const isKept = when === 'if empty' && now !== null && now !== '' && now !== value;
    return isKept && !isUnwritable(property) ? [{ field: source, property, reason: 'if-empty' }] : [];
  });
  const keptNames = new Set(kept.map(({ property }) => property));
  const others = { ...update, heldBack: update.heldBack.filter(({ property }) => !keptNames.has(property)) };
  const said = kept.reduce<Pick<WriteExplanation, 'warnings' | 'heldBack'>>(
    (before, { property = '' }) => withoutKept(before, property),
    others,
  );
  return { ...update, values, warnings: said.warnings, heldBack: [...said.heldBack, ...kept] };
}

const unwritable: ReadonlySet<HeldBackReason> = new Set(['read-only', 'no-property']);

function describeProperties(properties: readonly NewProperty[]): RecordExplanation['newProperties'] {
  const byName = new Map(properties.map(({ name, type, label }) => [name, { name, type, label }]));
  return [...byName.values()];
}
