import { problemOfError, unaccounted } from '../../crm/crm-problem.ts';
import type { NewRecord } from '../../contract/records.ts';
import type { CrmProblem, WriteOutcome } from '../../crm/crm.ts';
import { toCrmProperties } from '../../mapping/run/translate-record.ts';
import { mapInSlices } from '../../in-slices.ts';
import type { IndexedLookup } from '../lookups/indexed-lookup.ts';
import type { WriteDecision } from '../decisions.ts';
import { withNeededValue } from '../writes/needed-value.ts';
import { omitProperty } from '../writes/omit-property.ts';
import type { IdentityProperties } from '../properties/identity-property.ts';
import { decisionOf, failed, type WriteResult } from '../writes/write-result.ts';
import { writeEach } from '../writes/write-each.ts';
import { type Draft, type DraftOutcome, writeStripping } from '../writes/write-stripping.ts';
import { conflictAsInvalidProperty } from '../writes/conflict-as-invalid-property.ts';
import {
  type ExistingScope,
  findUniqueHolders,
  identityProperty,
  rememberCreated,
  uniqueProperties,
  uniqueValues,
} from './existing-records.ts';
import { rememberKeys } from './remember-keys.ts';
import type { SearchBudget } from '../matching/search-policy.ts';
import type { WriteScope } from './update-records.ts';

export interface CreateScope extends WriteScope, ExistingScope {
  readonly identity: IdentityProperties;
  /** When another replica began to work on the records, if it did: it may have created some and died before it could share that. */
  readonly othersSince: number | undefined;
  readonly budget: SearchBudget;
  /** When the request began to work on the records, by the process's clock. */
  readonly startedAt: number;
  /** The same in milliseconds since 1970. */
  readonly begins: number;
  /** True if the claims were lost and are held again: the records are looked for once more before they are created. See PartWork. */
  readonly regainLost: () => Promise<boolean>;
}

/** A record that is being created. It may turn out to exist already; in the end it has a result. */
export interface RecordCreation {
  readonly record: NewRecord;
  /** The record of the CRM to link it to; `hasIdentity` when that already holds its Enginy id. */
  existing?: {
    readonly id: string;
    readonly hasIdentity: boolean;
    /** What both have: `externalId`, a unique property, or `this request`. */
    readonly sharedBy: string;
  };
  /** What was looked for, and which records were found and set aside. */
  lookups?: Required<Pick<WriteDecision, 'tried'>> &
    Pick<WriteDecision, 'setAside'> & { readonly byIndex?: IndexedLookup };
  /** Identifying fields that were not searched for: another record may hold their values. */
  unchecked?: readonly string[];
  result?: WriteResult;
}

/** True for a record that has no result yet. */
export function isOpen({ existing, result }: RecordCreation): boolean {
  return existing === undefined && result === undefined;
}

/**
 * Links the others of a group to the record that one of them created or found, including those that HubSpot would not accept alone, such
 * as a LinkedIn URL without a name.
 * @returns false if there is no such record yet.
 */
export function joinGroup(group: readonly RecordCreation[]): boolean {
  const id = group.map((creation) => creation.existing?.id ?? createdId(creation)).find((each) => each !== undefined);
  if (id === undefined) return false;
  for (const creation of group) {
    if (!isOpen(creation) && !isRejected(creation)) continue;
    delete creation.result;
    creation.existing = { id, hasIdentity: false, sharedBy: 'this request' };
  }
  return true;
}

function isRejected({ result }: RecordCreation): boolean {
  return result !== undefined && 'problem' in result && result.problem.kind === 'invalid';
}

function createdId({ result }: RecordCreation): string | undefined {
  return result !== undefined && 'crmId' in result ? result.crmId : undefined;
}

/** Creates records that are new; each ends with a result, or with the existing record to link it to. */
export async function createFresh(scope: CreateScope, creations: readonly RecordCreation[]): Promise<void> {
  if (creations.length === 0) return;
  const { mapping } = scope;
  const resolutions = await resolve(scope, creations);
  const needed = scope.crm.neededIn?.(mapping.target.objectType) ?? [];
  const complete = (draft: Draft, record: NewRecord) => withNeededValue(draft, needed, { mapping, record });
  const ready: RecordCreation[] = [];
  const drafts: Draft[] = [];
  creations.forEach((creation, index) => {
    const resolution = resolutions[index] ?? { ...unaccounted('ambiguous'), warnings: [], heldBack: [] };
    if ('problem' in resolution) creation.result = failed(resolution.problem, resolution);
    else {
      ready.push(creation);
      drafts.push(complete(withStorableIdentity(scope, resolution), creation.record));
    }
  });
  const written = await writeStripping(
    drafts,
    {
      isStripping: mapping.write.on_invalid === 'strip',
      isKept: (name) => name === identityProperty(scope),
      complete: (draft, position) => {
        const record = ready[position]?.record;
        return record === undefined ? draft : complete(draft, record);
      },
      recover: (names) => recoverMissing(scope, names),
    },
    (open, positions) =>
      sendRound(
        scope,
        open.map((draft, index) => ({ draft, record: ready[positions[index] ?? -1]?.record })),
      ),
  );
  await mapInSlices(ready.entries(), ([index, creation]) => applyOutcome(scope, creation, written[index]));
  await linkToHolders(scope, ready);
}

/** On its own, so that the translations of a large request do not stay until its records are written. */
async function resolve({ mapping, unknownFields, context }: CreateScope, creations: readonly RecordCreation[]) {
  const translations = await mapInSlices(creations, ({ record }) => toCrmProperties(mapping, record, 'create'));
  return await unknownFields.resolve(mapping, translations, context);
}

function applyOutcome(scope: CreateScope, creation: RecordCreation, written: DraftOutcome | undefined): void {
  if (written === undefined) return;
  const { outcome, draft } = written;
  const { warnings, properties } = draft;
  if (outcome === 'nothing left') creation.result = failed(nothingToCreate, draft);
  else if ('record' in outcome) {
    const { record } = creation;
    const { id } = outcome.record;
    rememberKeys(scope, { id, record, properties });
    rememberCreated(scope, record.externalId, id);
    creation.result = { crmId: id, warnings, decision: decisionOf('created', draft) };
  } else if (outcome.problem.kind === 'conflict' && outcome.problem.existingId !== undefined) {
    const { existingId: id, property = 'a unique value' } = outcome.problem;
    creation.existing = { id, hasIdentity: false, sharedBy: property };
  } else creation.result = failed(outcome.problem, draft);
}

const nothingToCreate: CrmProblem = {
  kind: 'invalid',
  message: 'the record has no field that the CRM accepts',
  properties: [],
};

/** As {@link UnknownFields.recover}; the property that keeps Enginy's ids may have been removed as well. */
async function recoverMissing(scope: CreateScope, names: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const recovered = await scope.unknownFields.recover(scope.mapping, names, scope.context);
  const identity = identityProperty(scope);
  if (identity === undefined || !names.has(identity) || recovered.has(identity)) return recovered;
  scope.identity.invalidate(scope.mapping);
  try {
    const state = await scope.identity.ensure(scope.mapping, scope.context);
    return state === 'unavailable' ? recovered : new Set([...recovered, identity]);
  } catch (error) {
    const { kind } = problemOfError(error, 'unavailable');
    scope.log.debug({ requestId: scope.context.requestId, problem: kind }, 'the property for Enginy ids is gone');
    return recovered;
  }
}

/** Translation puts Enginy's id into its property; a portal without that property must not receive it. */
function withStorableIdentity(scope: CreateScope, draft: Draft): Draft {
  const property = scope.mapping.identity?.crm;
  if (property === undefined || scope.state !== 'unavailable') return draft;
  return { ...draft, properties: omitProperty(draft.properties, property) };
}

/** The conflict names no holder, so the holder is looked up. */
async function linkToHolders(scope: CreateScope, creations: readonly RecordCreation[]): Promise<void> {
  const unnamed = creations.filter(
    ({ result }) => result !== undefined && 'problem' in result && result.problem.kind === 'conflict',
  );
  if (unnamed.length === 0) return;
  const holders = await findUniqueHolders(
    scope,
    unnamed.map(({ record }) => record),
  );
  unnamed.forEach((creation, index) => {
    const holder = holders[index];
    if (holder === undefined || holder === 'missing' || 'problem' in holder) return;
    creation.existing = { id: holder.record.id, hasIdentity: false, sharedBy: 'a unique value' };
    delete creation.result;
  });
}

/** A draft in one round of creates, and the record that it stands for. */
interface OpenCreate {
  readonly draft: Draft;
  readonly record: NewRecord | undefined;
}

async function sendRound(scope: CreateScope, creates: readonly OpenCreate[]): Promise<readonly WriteOutcome[]> {
  const outcomes = await sendAndVerify(scope, creates);
  return await Promise.all(
    creates.map((create, index) =>
      dropNonIdentifyingConflict(scope, create, outcomes[index] ?? unaccounted('ambiguous')),
    ),
  );
}

/**
 * Sends creates. Where it is unclear whether one happened, it is looked up, and sent once more only where the store proves that no
 * record holds its unique values: if the first attempt arrives after all, the same values prevent a duplicate.
 */
async function sendAndVerify(scope: CreateScope, creates: readonly OpenCreate[]): Promise<readonly WriteOutcome[]> {
  const outcomes = await tryCreate(scope, creates);
  const unclear = creates.flatMap((create, index) => {
    const { record } = create;
    return record !== undefined && isAmbiguous(outcomes[index]) ? [{ draft: create.draft, record, index }] : [];
  });
  if (unclear.length === 0) return outcomes;

  const holders = await findUniqueHolders(
    scope,
    unclear.map(({ record }) => record),
  );
  const verified = [...outcomes];
  unclear.forEach(({ draft, index }, position) => {
    const holder = holders[position] ?? unaccounted('unavailable');
    if (holder === 'missing' || 'problem' in holder) return;
    verified[index] = { record: { id: holder.record.id, properties: draft.properties } };
  });
  const absent = unclear.filter((_create, position) => holders[position] === 'missing');
  const repeated = await tryCreate(scope, absent);
  absent.forEach(({ index }, position) => {
    verified[index] = repeated[position] ?? unaccounted('ambiguous');
  });
  return verified;
}

/**
 * A conflict over a value that does not identify the record, such as a customer number of the portal's own, costs only that value.
 * A record is linked only to the holder of an identifying value.
 */
async function dropNonIdentifyingConflict(
  scope: CreateScope,
  { draft, record }: OpenCreate,
  outcome: WriteOutcome,
): Promise<WriteOutcome> {
  if (record === undefined || !('problem' in outcome) || outcome.problem.kind !== 'conflict') return outcome;
  const identifying = await uniqueValues(scope, record);
  const identifies = (name: string) => identifying.some((value) => value.property === name);
  // Where HubSpot names none: a placeholder such as test@test.com is in a unique property, although it identifies no one.
  const unnamed = [...(await uniqueProperties(scope))].find((name) => name in draft.properties && !identifies(name));
  const { property = unnamed } = outcome.problem;
  if (property === undefined || identifies(property)) return outcome;
  return conflictAsInvalidProperty({ problem: { ...outcome.problem, property } }, draft);
}

function isAmbiguous(outcome: WriteOutcome | undefined): boolean {
  return outcome !== undefined && 'problem' in outcome && outcome.problem.kind === 'ambiguous';
}

async function tryCreate(scope: CreateScope, creates: readonly OpenCreate[]): Promise<readonly WriteOutcome[]> {
  const inputs = creates.map(({ draft: { properties } }) => ({ properties }));
  return await writeEach(inputs, () => scope.crm.create(scope.mapping.target.objectType, inputs, scope.context));
}
