import { unaccounted } from '../../crm/crm-problem.ts';
import type { NewRecord } from '../../contract/records.ts';
import type { CallContext } from '../../crm/crm.ts';
import { InvalidRequestError } from '../../errors.ts';
import { idForLog } from '../../logger.ts';
import { identifyingKeys, type MatchKey, writtenKeys } from '../../mapping/run/match-keys.ts';
import { toCrmProperties } from '../../mapping/run/translate-record.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import type { KeyedLock } from '../concurrency/keyed-lock.ts';
import { noteIndex } from '../lookups/indexed-lookup.ts';
import { groupByShared } from '../concurrency/group-by-shared.ts';
import { mapInSlices } from '../../in-slices.ts';
import { omitProperty } from '../writes/omit-property.ts';
import type { IdentityProperties } from '../properties/identity-property.ts';
import type { RequestScope } from '../request-scope.ts';
import type { WaitingWork } from '../concurrency/waiting-work.ts';
import { asRepeat, failed, requireResult, type WriteResult } from '../writes/write-result.ts';
import { type CreateScope, createFresh, isOpen, joinGroup, type RecordCreation } from './create-fresh.ts';
import { findIdentified } from './find-identified.ts';
import { findCreatedBefore, rememberCreated, uniqueProperties, uniqueValues } from './existing-records.ts';
import { keepFirstValues } from './keep-primary.ts';
import { maxMergedFields } from './record-update.ts';
import { applyChanges, identifyingLocks, type WriteDeps } from './update-records.ts';

export interface CreateDeps extends WriteDeps {
  readonly identity: IdentityProperties;
  /** A resend that overtakes its first attempt waits for it. */
  readonly lock: KeyedLock;
  readonly waitingCreates: WaitingWork<NewRecord, WriteResult>;
}

/** Larger requests are not done together with others. */
const maxWaiting = 20;

/**
 * POST: creates records so that a repeated create is harmless. A record whose Enginy id or email already belongs to a record of the
 * CRM is linked: the answer holds that record's id, and its fields are updated as in PUT. So is a record whose LinkedIn URL or
 * domain does. Records that are the same are written once, and each gets its own answer.
 * @returns one result per record, in order.
 * @throws InvalidRequestError if records with one Enginy id have too many different fields together.
 */
export async function createRecords(
  request: CreateDeps & RequestScope,
  records: readonly NewRecord[],
): Promise<readonly WriteResult[]> {
  const { mapping, context } = request;
  const run = (items: readonly NewRecord[], until: CallContext) => createLocked({ ...request, context: until }, items);
  if (records.length > maxWaiting) return await run(records, context);
  const keys = records.flatMap((record) => lockNames(mapping, record));
  return await request.waitingCreates({ keys, items: records, context, kind: mapping }, run);
}

async function createLocked(
  request: CreateDeps & RequestScope,
  records: readonly NewRecord[],
): Promise<readonly WriteResult[]> {
  if (records.length === 0) return [];
  const { mapping, context } = request;
  const { creations, positions } = await mergeSame(mapping, records);
  const names = await mapInSlices(records, (record) => lockNames(mapping, record));
  const problems = await request.lock.runParts(names, context.deadline, async (part, othersSince, regainLost) => {
    const [startedAt, begins] = [performance.now(), Date.now()];
    const state = await request.identity.ensure(mapping, context);
    const own = new Set(part.map((record) => positions[record]));
    const chosen = creations.filter((_creation, position) => own.has(position));
    await request.searchAllowance.spend(context, (budget) =>
      createAll({ ...request, state, budget, othersSince, startedAt, begins, regainLost }, chosen),
    );
    return part.filter((record) => !hasProblem(creations[positions[record] ?? -1]));
  });
  const seen = new Set<number>();
  return await mapInSlices(positions, (position, record) => {
    const problem = problems.get(record);
    if (problem !== undefined) return failed(problem);
    const result = requireResult(request, resultOf(creations[position]));
    if (seen.has(position)) return asRepeat(result);
    seen.add(position);
    return result;
  });
}

function hasProblem(creation: RecordCreation | undefined): boolean {
  return creation?.result === undefined || 'problem' in creation.result;
}

/** With what was looked for. A record that was linked was found: `linkedBy` says how. */
function resultOf(creation: RecordCreation | undefined): WriteResult | undefined {
  if (creation?.result === undefined) return undefined;
  const { lookups: { tried, byIndex, setAside } = { tried: [] }, existing, result } = creation;
  const { outcome, rule } = result.decision;
  const decided = outcome === 'failed' ? (byIndex?.rules ?? []) : [...tried, ...(rule === undefined ? [] : [rule])];
  const noted = {
    ...(existing === undefined && tried.length > 0 && { tried }),
    ...noteIndex(byIndex, existing === undefined ? decided : [existing.sharedBy]),
    ...(setAside !== undefined && { setAside }),
  };
  const warnings = [...result.warnings, ...warnUnchecked(creation)];
  return { ...result, warnings, decision: { ...noted, ...result.decision } };
}

/** A record that was created, although another one may hold its values. */
function warnUnchecked({ existing, unchecked = [], result }: RecordCreation): readonly string[] {
  if (existing !== undefined || unchecked.length === 0 || (result !== undefined && 'problem' in result)) return [];
  return [
    `whether another record has this ${unchecked.join(' and ')} was not checked: the request has too many new values. Sync before you export, or raise MATCH_EXTRA_SEARCHES`,
  ];
}

/** Creates that share Enginy's id or an identifying value wait for each other. */
function lockNames(mapping: Mapping, record: NewRecord): string[] {
  // Unlike a list that grows, a concatenated one has room for no more than it holds, and a request has 20,000.
  return [`${mapping.target.objectType}\u0001${record.externalId}`].concat(identifyingLocks(mapping, record));
}

/**
 * The same Enginy id twice in one request is one record; what was sent later completes what was sent first. With another email or profile
 * it is written after the first one, so that neither is lost silently.
 * @returns the creations, and for each record the position of its creation.
 */
async function mergeSame(mapping: Mapping, records: readonly NewRecord[]) {
  const groups = new Map<string, SameId>();
  await mapInSlices(records, (record, position) => {
    const group = groups.get(record.externalId) ?? { same: [], others: [], values: new Map() };
    groups.set(record.externalId, group);
    join(group, identifyingKeys(mapping, record), position);
  });
  const creations: RecordCreation[] = [];
  const positions = new Array<number>(records.length);
  await mapInSlices(groups.values(), ({ same, others }) => {
    for (const part of [same, ...others]) {
      for (const position of part) positions[position] = creations.length;
      const record = mergeRecords(part.flatMap((position) => records[position] ?? []));
      if (record !== undefined) creations.push({ record });
    }
  });
  return { creations, positions };
}

/** Positions of the records with one Enginy id. */
interface SameId {
  readonly same: number[];
  /** Records whose email, profile or domain differs from that of the first ones. */
  readonly others: number[][];
  /** Match rule → the value of the first ones. */
  readonly values: Map<number, string>;
}

function join({ same, others, values }: SameId, keys: readonly MatchKey[], position: number): void {
  if (keys.every(({ rule, value }) => (values.get(rule) ?? value) === value)) {
    same.push(position);
    for (const { rule, value } of keys) values.set(rule, value);
  } else others.push([position]);
}

/** An empty field that was sent later does not clear what was sent first. */
function mergeRecords([first, ...later]: readonly NewRecord[]): NewRecord | undefined {
  if (first === undefined || later.length === 0) return first;
  const fields = new Map(Object.entries(first));
  for (const record of later) {
    for (const [field, value] of Object.entries(record)) {
      if (value !== undefined && value !== null && value !== '') fields.set(field, value);
    }
    if (fields.size > maxMergedFields) {
      throw new InvalidRequestError(
        `The records with externalId ${first.externalId} have more than ${maxMergedFields} different fields together`,
      );
    }
  }
  return { ...Object.fromEntries(fields), externalId: first.externalId };
}

async function createAll(scope: CreateScope, creations: readonly RecordCreation[]): Promise<void> {
  await findAll(scope, creations);
  if (creations.some(isOpen) && (await scope.regainLost())) {
    const { othersSince = scope.begins } = scope;
    await findAll({ ...scope, othersSince, startedAt: performance.now() }, creations);
  }
  for (let open = await groupByIdentity(scope, creations.filter(isOpen)); open.length > 0; ) {
    const primaries = open.flatMap((group) => group.find(isOpen) ?? []);
    await createFresh(scope, primaries);
    // If a primary failed for a reason that concerns only itself, the next record of its group is tried.
    open = open.filter((group) => !joinGroup(group) && group.some(isOpen));
  }
  await linkExisting(scope, creations);
}

async function findAll(scope: CreateScope, creations: readonly RecordCreation[]): Promise<void> {
  await findExisting(scope, creations.filter(isOpen));
  await findIdentified(scope, creations.filter(isOpen));
  await joinExisting(scope, creations);
}

const identityTried = { tried: ['identity'] } as const;

async function findExisting(scope: CreateScope, creations: readonly RecordCreation[]): Promise<void> {
  const lookups = await findCreatedBefore(
    scope,
    creations.map(({ record }) => record),
  );
  const isRead = scope.state === 'ready';
  creations.forEach((creation, index) => {
    const lookup = lookups[index] ?? unaccounted('unavailable');
    if (isRead) creation.lookups = identityTried;
    if (lookup === 'missing') return;
    if ('record' in lookup) creation.existing = { id: lookup.record.id, hasIdentity: true, sharedBy: 'externalId' };
    else creation.result = failed(lookup.problem);
  });
}

/**
 * A create that shares an email, LinkedIn URL or domain with another one of the request, whose record exists, becomes that record as
 * well, even if the record holds another value there, which a create does not replace. What such a create shares with a third one counts as
 * well.
 */
async function joinExisting({ mapping }: CreateScope, creations: readonly RecordCreation[]): Promise<void> {
  const known = creations.filter(({ existing }) => existing !== undefined);
  if (known.length === 0) return;
  const keysOf = new Map<RecordCreation, readonly string[]>();
  const openWith = new Map<string, RecordCreation[]>();
  await mapInSlices(creations, (creation) => {
    const keys = writtenKeys(mapping, creation.record).map(({ name, value }) => `${name}\u0001${value}`);
    keysOf.set(creation, keys);
    if (!isOpen(creation)) return;
    for (const key of keys) {
      const others = openWith.get(key);
      if (others === undefined) openWith.set(key, [creation]);
      else others.push(creation);
    }
  });
  const idOf = new Map<string, string>();
  for (let news = known; news.length > 0; ) {
    const sharing = new Set<RecordCreation>();
    for (const creation of news) {
      for (const key of keysOf.get(creation) ?? []) {
        if (creation.existing === undefined || idOf.has(key)) continue;
        idOf.set(key, creation.existing.id);
        for (const other of openWith.get(key) ?? []) sharing.add(other);
      }
    }
    news = [...sharing].filter(isOpen);
    for (const creation of news) {
      const [id] = (keysOf.get(creation) ?? []).flatMap((key) => idOf.get(key) ?? []);
      if (id !== undefined) creation.existing = { id, hasIdentity: false, sharedBy: 'this request' };
    }
  }
}

/**
 * Different Enginy ids with one email, LinkedIn URL or domain are one record of the CRM. If two of them each share a value with a third
 * one, all three are one record, in any order.
 */
async function groupByIdentity(scope: CreateScope, creations: readonly RecordCreation[]) {
  const values = await Promise.all(await mapInSlices(creations, ({ record }) => identifyingValues(scope, record)));
  return await groupByShared(creations, values);
}

async function identifyingValues(scope: CreateScope, record: NewRecord): Promise<string[]> {
  const keys = writtenKeys(scope.mapping, record).map(({ name, value }) => `${name}\u0001${value}`);
  const unique = await uniqueValues(scope, record);
  return [`\u0001${record.externalId}`, ...unique.map(({ property, value }) => `${property}\u0001${value}`), ...keys];
}

/** An update that was asked for as a create. */
function linkedResult({ existing }: RecordCreation, result: WriteResult): WriteResult {
  if ('problem' in result || existing === undefined) return result;
  return { ...result, decision: { ...result.decision, outcome: 'linked', linkedBy: existing.sharedBy } };
}

/** Updates existing records as in PUT, and gives them Enginy's id where they hold none. */
async function linkExisting(scope: CreateScope, creations: readonly RecordCreation[]): Promise<void> {
  const identity = scope.mapping.identity?.crm;
  // A record keeps one id of Enginy's: that of the first create that leads to it, as if it had come alone.
  const identified = new Set(creations.flatMap(({ existing }) => (existing?.hasIdentity === true ? existing.id : [])));
  const found = await mapInSlices(creations, (creation) => {
    const { record, existing } = creation;
    if (existing === undefined) return [];
    const translation = toCrmProperties(scope.mapping, record, 'update');
    const needsNoId = identified.has(existing.id) || scope.state === 'unavailable';
    identified.add(existing.id);
    const ifEmpty =
      needsNoId && identity !== undefined ? omitProperty(translation.ifEmpty, identity) : translation.ifEmpty;
    const linkedBy = existing.sharedBy;
    return [{ creation, change: { id: existing.id, record, translation: { ...translation, ifEmpty }, linkedBy } }];
  });
  const links = found.flat();
  if (links.length === 0) return;
  const changes = links.map(({ change }) => change);
  const kept = await keepFirstValues(scope.mapping, changes, await uniqueProperties(scope));
  const results = await applyChanges({ ...scope, searches: 'unless searched lately' }, kept);
  links.forEach(({ creation, change }, index) => {
    const result = results[index];
    if (result === undefined) return;
    creation.result = linkedResult(creation, result);
    if ('problem' in result) return;
    const { externalId } = creation.record;
    rememberCreated(scope, externalId, result.crmId);
    const facts = { requestId: scope.context.requestId, externalId: idForLog(externalId), crmId: change.id };
    scope.log.debug(facts, 'linked to an existing record');
  });
}
