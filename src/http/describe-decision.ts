import type { Response } from 'express';
import { noteProblem, nothingDecided, type WriteDecision } from '../bridge/decisions.ts';
import { noteIndex } from '../bridge/lookups/indexed-lookup.ts';
import { noteSetAside } from '../bridge/matching/decide-match.ts';
import type { MatchOutcome } from '../bridge/matching/match-records.ts';
import type { ChangedTask } from '../bridge/timeline/change-tasks.ts';
import type { WriteResult } from '../bridge/writes/write-result.ts';
import { type RefusedEntry, UnusableEntriesError } from '../contract/entries.ts';
import { trimmedId, type SentId } from '../contract/optional-fields.ts';
import type { RecordKind, SentRecord } from '../contract/records.ts';
import type { SentRecords } from '../contract/sent-records.ts';
import type { CrmProblem } from '../crm/crm.ts';
import { idsOfPair } from '../contract/sent-pairs.ts';
import { isObject } from '../json.ts';
import { type Decided, noteDecisions, noteSubjects, personValuesIn, type Subject } from './note-decisions.ts';

/** How a contact or company is identified before it is matched or written. */
function subjectOf(object: RecordKind, record: SentRecord): Subject {
  const { externalId, crmId } = record;
  return {
    object,
    ...(typeof externalId === 'string' && { externalId }),
    ...(typeof crmId === 'string' && { crmId }),
    ...personValuesIn(record),
  };
}

/** An entry without a usable id, with what it has. */
function refusedSubject(object: RecordKind, { index, sent }: RefusedEntry): Subject {
  const entry = isObject(sent) ? sent : {};
  const [externalId, crmId] = [sentIdOf(entry.externalId), sentIdOf(entry.crmId)];
  return {
    object,
    position: index,
    ...(externalId !== undefined && { externalId }),
    ...(crmId !== undefined && { crmId }),
    ...personValuesIn(entry),
  };
}

/** Reads a task or an activity. Only a failed read is noted, because a read changes nothing. */
export async function readNotingFailure<Result>(
  response: Response,
  { object, crmId }: Pick<Subject, 'object' | 'crmId'>,
  read: () => Promise<Result>,
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    noteSubjects(response, () => [{ object, ...(crmId !== undefined && { crmId }), emails: [] }]);
    throw error;
  }
}

/** The same for all records of a request; those without a usable id come last. */
export function subjectsOf(
  object: RecordKind,
  { records, refused }: Pick<SentRecords<SentRecord>, 'records' | 'refused'>,
): readonly Subject[] {
  return [
    ...records.map((record) => subjectOf(object, record)),
    ...refused.map((entry) => refusedSubject(object, entry)),
  ];
}

/** Reads the entries of a request. Where none can be served, they are noted before the request is rejected. */
export async function readNoted<Sent>(
  response: Response,
  toSubject: (entry: RefusedEntry) => Subject,
  read: () => Promise<Sent>,
): Promise<Sent> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UnusableEntriesError) {
      noteSubjects(response, () => error.refused.map(toSubject));
      noteDecisions(response, () => error.refused.map(refusedDecision));
    }
    throw error;
  }
}

/** The same for contacts and companies. */
export async function readNotedRecords<Sent>(
  response: Response,
  object: RecordKind,
  read: () => Promise<Sent>,
): Promise<Sent> {
  return await readNoted(response, (entry) => refusedSubject(object, entry), read);
}

/** One decision per subject of {@link subjectsOf}. */
export function decisionsOf(
  { refused }: { readonly refused: readonly RefusedEntry[] },
  decisions: readonly Decided[],
): readonly Decided[] {
  return [...decisions, ...refused.map(refusedDecision)];
}

/** @param entry its reason names fields and no values. */
function refusedDecision({ reason }: RefusedEntry): Decided {
  return { ...nothingDecided, warnings: 0, problem: { kind: 'request', text: reason } };
}

/**
 * The contact and company that a task or activity is about.
 * @param body as it was sent: a request that is rejected is noted too.
 */
export function timelineSubject(object: 'activities' | 'tasks', body: unknown): Subject {
  const { contactId, companyId } = isObject(body) ? body : {};
  return { object, ...about(sentIdOf(contactId), sentIdOf(companyId)), emails: [] };
}

function sentIdOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? trimmedId(value) : undefined;
}

function about(contactId: string | undefined, companyId: string | undefined) {
  return { ...(contactId !== undefined && { contactId }), ...(companyId !== undefined && { companyId }) };
}

/** The same for an entry of which at least one id cannot be used. */
export function refusedPairSubject(entry: RefusedEntry): Subject {
  const { contactCRMId, companyCRMId } = idsOfPair(entry);
  return { ...pairSubject(contactCRMId, companyCRMId), position: entry.index };
}

/** A contact and a company that are to be linked. */
export function pairSubject(contactId: SentId | null, companyId: SentId | null): Subject {
  return { object: 'associations', ...about(trimmedId(contactId), trimmedId(companyId)), emails: [] };
}

export function pairDecision(problem: CrmProblem | undefined): Decided {
  if (problem === undefined) return { ...nothingDecided, outcome: 'linked', warnings: 0 };
  return failedBy(problem);
}

export function writeDecision(result: WriteResult): Decided {
  const { decision, warnings } = result;
  if (!('problem' in result)) return { ...decision, warnings: warnings.length, crmId: result.crmId };
  const isExplained = decision.outcome === 'several';
  return { ...decision, warnings: warnings.length, ...(!isExplained && { problem: noteProblem(result.problem) }) };
}

export function matchDecision(outcome: MatchOutcome): Decided {
  const common = { ...nothingDecided, warnings: 0, ...noteSetAside(outcome.setAside) };
  const { byIndex } = outcome;
  if ('noMatch' in outcome) {
    return { ...common, ...noteIndex(byIndex, outcome.tried), outcome: 'not-found', tried: outcome.tried };
  }
  if ('problem' in outcome) {
    return { ...common, ...noteIndex(byIndex, byIndex.rules), problem: noteProblem(outcome.problem) };
  }
  const { rule } = outcome;
  const found = { ...common, ...noteIndex(byIndex, [rule]), rule };
  if ('matchingIds' in outcome) return { ...found, outcome: 'several', matchingIds: outcome.matchingIds };
  return { ...found, outcome: 'matched', crmId: outcome.record.id };
}

interface TimelineAnswer {
  readonly id: string;
  readonly contactId?: string | undefined;
  readonly companyId?: string | undefined;
  readonly warnings?: readonly string[] | undefined;
}

export function timelineDecision(answer: TimelineAnswer, decision: WriteDecision): Decided {
  const { id, contactId, companyId, warnings } = answer;
  return { ...decision, crmId: id, ...about(contactId, companyId), warnings: warnings?.length ?? 0 };
}

/** @param asked ids in their order; a task that does not exist is missing from `changed`. */
export function taskDecisions(asked: readonly string[], changed: readonly ChangedTask[]): readonly Decided[] {
  const byId = new Map(changed.map((task) => [task.answer.id, task]));
  return asked.map((id): Decided => {
    const task = byId.get(id);
    if (task === undefined) return { ...nothingDecided, outcome: 'not-found', warnings: 0 };
    const { answer, decision, problem } = task;
    return { ...timelineDecision(answer, decision), ...(problem !== undefined && { problem: noteProblem(problem) }) };
  });
}

function failedBy(problem: CrmProblem): Decided {
  return { ...nothingDecided, warnings: 0, problem: noteProblem(problem) };
}
