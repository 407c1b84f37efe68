import { describeProblem } from '../bridge/problem.ts';
import { createCandidateSearch } from '../bridge/records/candidate-search.ts';
import { type MatchOutcome, matchRecords } from '../bridge/records/match-records.ts';
import { createRecordIdCache } from '../bridge/records/record-id-cache.ts';
import type { CallContext, Crm, NewProperty } from '../crm/crm.ts';
import type { Logger } from '../logger.ts';
import type { PropertyRules } from '../mapping/run/property-name.ts';
import { toEnginyProperties } from '../mapping/run/translate-record.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';
import type { EnginyRecord } from '../mapping/values/field-value.ts';
import { explainKeys, type KeyExplanation } from './explain-keys.ts';
import { explainWrite, type WriteExplanation } from './explain-write.ts';
import { readOnlyCrm } from './read-only-crm.ts';

/** What the bridge would do with one record of Enginy, and why. */
export interface RecordExplanation {
  readonly object: string;
  readonly externalId?: string;
  readonly keys: readonly KeyExplanation[];
  /** Only when a CRM was asked. */
  readonly match?: MatchExplanation;
  readonly create: WriteExplanation;
  readonly update: WriteExplanation;
  /** Custom properties that do not exist yet and would be made. */
  readonly made: readonly { readonly name: string; readonly type: string; readonly label: string }[];
}

export type MatchExplanation =
  | { readonly crmId: string; readonly rule: string; readonly returned: Readonly<Record<string, unknown>> }
  | { readonly none: true }
  | { readonly rule: string; readonly several: readonly string[] }
  | { readonly problem: string };

export interface ExplainDeps {
  readonly rules: PropertyRules;
  readonly log: Logger;
  /** The CRM to ask; absent: the mapping files alone are explained. */
  readonly crm?: Crm;
}

/** Explains records one by one, in their order. Reads the CRM where there is one, and never writes to it. */
export async function explainRecords(
  deps: ExplainDeps,
  mapping: Mapping,
  records: readonly EnginyRecord[],
  context: CallContext,
): Promise<RecordExplanation[]> {
  const crm = deps.crm === undefined ? undefined : readOnlyCrm(deps.crm);
  const outcomes = crm === undefined ? [] : await match({ ...deps, crm }, mapping, records, context);
  const explanations: RecordExplanation[] = [];
  for (const [index, record] of records.entries()) {
    const outcome = outcomes[index];
    const write = { rules: deps.rules, log: deps.log, crm };
    const create = await explainWrite(write, mapping, record, 'create', context);
    const update = await explainWrite(write, mapping, record, 'update', context);
    const matched =
      outcome !== undefined && outcome !== 'no match' && 'record' in outcome ? outcome.record.id : undefined;
    explanations.push({
      object: mapping.object,
      ...(typeof record.externalId === 'string' && { externalId: record.externalId }),
      keys: await settleKeys(crm, mapping, explainKeys(mapping, record), context),
      ...(outcome !== undefined && { match: explainMatch(mapping, outcome) }),
      create: create.write,
      update: crm && matched ? await compareHeld(crm, mapping, matched, update.write, context) : update.write,
      made: newProperties([...create.made, ...update.made]),
    });
  }
  return explanations;
}

/** Finds out which rules read the CRM's store, and which properties there are to search in. */
async function settleKeys(
  crm: Crm | undefined,
  mapping: Mapping,
  keys: readonly KeyExplanation[],
  context: CallContext,
): Promise<readonly KeyExplanation[]> {
  if (crm === undefined) return keys;
  const { objectType } = mapping.target;
  const names = new Set((await crm.readProperties(objectType, context)).map(({ name }) => name));
  return await Promise.all(
    keys.map(async (key) => {
      if ('passedOver' in key) return key;
      const { store } = key;
      const isRead = store !== undefined && (await crm.canReadBy(objectType, store, context));
      return { ...key, isRead, search: key.search.filter(({ property }) => names.has(property)) };
    }),
  );
}

/** As a sync does it, with nothing remembered. */
async function match(
  { crm, log }: { readonly crm: Crm; readonly log: Logger },
  mapping: Mapping,
  records: readonly EnginyRecord[],
  context: CallContext,
): Promise<readonly MatchOutcome[]> {
  const idCache = createRecordIdCache({ max: 10_000, ttlMs: 60_000 });
  return await matchRecords(
    { crm, idCache, log, candidateSearch: createCandidateSearch(crm), mapping, context },
    records,
  );
}

function explainMatch(mapping: Mapping, outcome: MatchOutcome): MatchExplanation {
  if (outcome === 'no match') return { none: true };
  if ('problem' in outcome) return { problem: describeProblem(outcome.problem) };
  if ('matchingIds' in outcome) return { rule: outcome.rule, several: outcome.matchingIds };
  const { record, rule } = outcome;
  return { crmId: record.id, rule, returned: toEnginyProperties(mapping, record.properties) };
}

/** Puts beside each value what the record holds now. */
async function compareHeld(
  crm: Crm,
  mapping: Mapping,
  id: string,
  update: WriteExplanation,
  context: CallContext,
): Promise<WriteExplanation> {
  const names = update.values.filter(({ isMade }) => !isMade).map(({ property }) => property);
  const read = await crm.readByIds(mapping.target.objectType, [id], names, context);
  const held = read.found.get(id)?.properties;
  if (held === undefined) return update;
  return { ...update, values: update.values.map((value) => ({ ...value, now: held[value.property] ?? null })) };
}

function newProperties(properties: readonly NewProperty[]): RecordExplanation['made'] {
  const byName = new Map(properties.map(({ name, type, label }) => [name, { name, type, label }]));
  return [...byName.values()];
}
