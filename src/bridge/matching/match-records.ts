import { setImmediate } from 'node:timers/promises';
import type { CrmProblem, CrmRecord } from '../../crm/crm.ts';
import { idForLog } from '../../logger.ts';
import { compileMapping } from '../../mapping/run/compile-mapping.ts';
import type { MatchClause } from '../../mapping/run/compile-match-rule.ts';
import { candidateKeys, type MatchKey, matchKeys } from '../../mapping/run/match-keys.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import type { EnginyRecord } from '../../mapping/values/field-value.ts';
import type { IndexedLookup } from '../lookups/indexed-lookup.ts';
import { mapInSlices } from '../../in-slices.ts';
import { type ProposedRecords, readProposed } from '../lookups/proposed-records.ts';
import type { RequestScope } from '../request-scope.ts';
import { rememberClaim, sentIdentity } from './claim-identity.ts';
import { decideMatch, describeSetAside, type SetAside } from './decide-match.ts';
import { findHolders, type MatchDeps } from './find-holders.ts';
import type { SearchBudget, SearchPolicy } from './search-policy.ts';

/** How matching one record ended. Candidates that were set aside are named in every case. */
export type MatchOutcome = { readonly setAside: readonly SetAside[]; readonly byIndex: IndexedLookup } & (
  | { readonly record: CrmRecord; readonly rule: string }
  /** `tried`: names of the rules that had a value to compare; `partly`: those by which not every spelling was searched for. */
  | { readonly noMatch: true; readonly tried: readonly string[]; readonly partly: readonly string[] }
  /** Several records match, and the mapping does not say which one to choose. */
  | { readonly rule: string; readonly matchingIds: readonly string[] }
  | { readonly problem: CrmProblem }
);

export interface MatchScope extends MatchDeps, RequestScope {
  /** Positions of the rules to try; all of them by default. */
  readonly rules?: readonly number[];
  /** By default a large request does not repeat a search that its first attempt could not wait for. */
  readonly searches?: SearchPolicy;
  /** True if no caller waits for the outcomes: the same request, sent again, does not repeat the searches. */
  readonly isAfterAnswer?: boolean;
  /**
   * When a request began that creates what is not found, by the process's clock: the identity index must have been swept since, so that it
   * knows as much as a search. Otherwise a sweep of the last seconds suffices.
   */
  readonly startedAt?: number;
  /** For requests that match their records several times; an allowance for each time by default. */
  readonly budget?: SearchBudget;
}

/**
 * Finds which records exist in the CRM: rule after rule, all records that are still open together. A rule proposes candidates; one
 * that differs from the record is set aside.
 * @returns one outcome per record, in order. A failed lookup is a problem of its record, never "no match".
 */
export async function matchRecords(
  scope: MatchScope,
  records: readonly EnginyRecord[],
): Promise<readonly MatchOutcome[]> {
  const match = async (budget: SearchBudget) => {
    const slices: Promise<readonly MatchOutcome[]>[] = [];
    let before: Promise<unknown> = Promise.resolve();
    for (let start = 0; start < records.length; start += sliceSize) {
      const subjects = before.then(() => subjectsOf(scope, records.slice(start, start + sliceSize)));
      // A failure is that of its slice.
      before = subjects.then(
        () => setImmediate(),
        () => {},
      );
      slices.push(
        subjects.then((each) => matchSlice({ ...scope, budget, isLarge: records.length > recordsPerSearch }, each)),
      );
    }
    return (await Promise.all(slices)).flat();
  };
  return await (scope.budget === undefined ? scope.searchAllowance.spend(scope.context, match) : match(scope.budget));
}

/**
 * Large requests are matched in slices: one slice searches while the next one is read from the store and the keys of others are
 * computed.
 */
const sliceSize = 1_000;

function subjectsOf({ mapping }: MatchScope, records: readonly EnginyRecord[]): Promise<Subject[]> {
  return mapInSlices(records, (record): Subject => {
    return {
      record,
      keys: matchKeys(mapping, record),
      setAside: [],
      partly: [],
      byIndex: { rules: [] },
      result: undefined,
    };
  });
}

async function matchSlice(scope: SliceScope, subjects: readonly Subject[]): Promise<readonly MatchOutcome[]> {
  const { searches = scope.context.urgency === 'bulk' ? 'unless awaited' : 'always' } = scope;
  const rules = scope.rules ?? [...scope.mapping.match.rules.keys()];
  const proposed = await propose(scope, subjects, rules);
  for (const rule of rules) {
    const byValue = groupByValue(subjects, rule);
    if (byValue.size === 0) continue;
    const keys = [...byValue.values()].map(({ key }) => key);
    for (const [value, found] of await findHolders({ ...scope, rule, searches, proposed }, keys)) {
      const group = byValue.get(value);
      for (const subject of group?.subjects ?? []) {
        if (group !== undefined && found.byIndex !== undefined) {
          subject.byIndex = { ...found.byIndex, rules: [...subject.byIndex.rules, group.key.name] };
        }
        if ('problem' in found) subject.result = { problem: found.problem };
        else if (group !== undefined) {
          if (found.isPartial === true) subject.partly.push(group.key.name);
          decide(scope, { subject, key: group.key, holders: found.records });
        }
      }
    }
  }
  return subjects.map((subject) => {
    const { keys, partly, byIndex, result } = subject;
    if (result !== undefined && 'record' in result) rememberMatch({ ...scope, proposed }, subject, result.record);
    const tried = keys.flatMap(({ rule, name }) => (rules.includes(rule) ? name : []));
    const outcome: MatchOutcome = {
      ...(result ?? { noMatch: true, tried, partly }),
      setAside: subject.setAside,
      byIndex,
    };
    logOutcome(scope, subject, outcome);
    return outcome;
  });
}

type SliceScope = MatchScope & { readonly budget: SearchBudget; readonly isLarge: boolean };

/** What the index knows of all rules' keys. For a few records, a search is as cheap as asking what was modified lately, and fresher. */
function propose(scope: SliceScope, subjects: readonly Subject[], rules: readonly number[]): Promise<ProposedRecords> {
  const { idCache, mapping, isLarge, startedAt } = scope;
  const keys = subjects.flatMap((subject) => subject.keys.filter(({ rule }) => rules.includes(rule)));
  return readProposed(scope, keys, {
    mayRefresh: isLarge,
    maxAgeMs: startedAt === undefined ? undefined : performance.now() - startedAt,
    rememberedIds: (key) => idCache.get(mapping.target.objectType, key)?.ids ?? [],
  });
}

/** About as many values as one search holds. */
const recordsPerSearch = 8;

/** A record to match; open until it has a result. */
interface Subject {
  readonly record: EnginyRecord;
  readonly keys: readonly MatchKey[];
  readonly setAside: SetAside[];
  readonly partly: string[];
  byIndex: IndexedLookup;
  result: ReturnType<typeof decideMatch>['decision'] | { readonly problem: CrmProblem };
}

interface KeyHolders {
  readonly subject: Subject;
  readonly key: MatchKey;
  readonly holders: readonly CrmRecord[];
}

function decide({ mapping }: MatchScope, { subject, key, holders }: KeyHolders): void {
  if (holders.length === 0) return;
  const { decision, setAside } = decideMatch(mapping, key, { record: subject.record, holders });
  for (const each of setAside) subject.setAside.push(each);
  subject.result = decision;
}

/** @returns for each value of the open records under this rule: its key, which searches for every spelling sent, and the records that share it. */
function groupByValue(subjects: readonly Subject[], rule: number) {
  const groups = new Map<string, { key: MatchKey; readonly subjects: Subject[] }>();
  for (const subject of subjects) {
    const key = subject.keys.find((one) => one.rule === rule);
    if (key === undefined || subject.result !== undefined) continue;
    const group = groups.get(key.value);
    if (group === undefined) groups.set(key.value, { key, subjects: [subject] });
    else {
      group.subjects.push(subject);
      group.key = group.key.with({ clauses: joinSpellings(group.key.clauses, key.clauses) });
    }
  }
  return groups;
}

/** Characters of the spellings of one value: a search has 3,000 in all (HubSpot's search guide). */
const maxSpellings = 1_500;

/** The clauses of one value that was sent in two spellings: they ask for both. */
function joinSpellings(clauses: readonly MatchClause[], others: readonly MatchClause[]): readonly MatchClause[] {
  return clauses.map((clause, index) => {
    const other = others[index];
    if (!('in' in clause) || other === undefined || !('in' in other) || other.property !== clause.property)
      return clause;
    const spellings = [...new Set([...clause.in, ...other.in])];
    return spellings.join().length > maxSpellings ? clause : { ...clause, in: spellings };
  });
}

/** Only keys whose value the record holds: another rule's value may belong to another record. */
function rememberMatch(
  scope: MatchScope & { readonly proposed: ProposedRecords },
  subject: Subject,
  record: CrmRecord,
): void {
  const { mapping, idCache, identityIndex, proposed } = scope;
  const held = subject.keys.filter((key) => {
    return candidateKeys(mapping, key.rule, record.properties).includes(key.value);
  });
  idCache.remember(mapping.target.objectType, held, record.id);
  if (held.some((key) => !proposed.idsOf(key).includes(record.id))) identityIndex?.put(mapping, record);
  const { identity } = mapping;
  const externalId = sentIdentity(mapping, subject.record);
  if (identity?.claim !== 'on_update' || externalId === undefined || (record.properties[identity.crm] ?? '') !== '')
    return;
  rememberClaim(scope, { crmId: record.id, externalId });
}

function logOutcome({ log, mapping, context }: MatchScope, { record, keys }: Subject, outcome: MatchOutcome): void {
  const facts = {
    requestId: context.requestId,
    object: mapping.object,
    externalId: idForLog(record.externalId),
    rulesTried: keys.map(({ name }) => name),
  };
  for (const candidate of outcome.setAside) {
    const { id, rule, differs } = candidate;
    log.info({ ...facts, rule, crmId: id, differs }, describeSetAside(candidate));
  }
  if ('noMatch' in outcome) log.debug({ ...facts, ...accentsNotSearched(mapping, outcome) }, 'no rule matched');
  else if ('record' in outcome) log.debug({ ...facts, rule: outcome.rule, crmId: outcome.record.id }, 'matched');
  else if ('matchingIds' in outcome) {
    log.info({ ...facts, rule: outcome.rule, matchingIds: outcome.matchingIds }, 'several records match');
  } else log.debug({ ...facts, problem: outcome.problem.kind }, 'lookup failed');
}

/** Rules by which a record may hold the value with other accents: only the identity index would have found it. */
function accentsNotSearched(
  mapping: Mapping,
  { tried, byIndex }: Extract<MatchOutcome, { readonly noMatch: true }>,
): { readonly otherAccentsNotSearched?: readonly string[] } {
  const rules = compileMapping(mapping).rules.flatMap(({ name, searchPair }) =>
    searchPair.ignoresAccents && tried.includes(name) && !byIndex.rules.includes(name) ? [name] : [],
  );
  return rules.length === 0 ? {} : { otherAccentsNotSearched: rules };
}
