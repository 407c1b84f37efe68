import { type RequestHandler, Router } from 'express';
import { noteProblem } from '../../bridge/decisions.ts';
import { type OwnerList, ownersToReturn } from '../../bridge/writes/owners-to-return.ts';
import { adviseProblem, errorForAll, mergeAdvice } from '../../bridge/problem.ts';
import { type CreateDeps, createRecords } from '../../bridge/records/create-records.ts';
import { describeSetAside } from '../../bridge/matching/decide-match.ts';
import type { MatchDeps } from '../../bridge/matching/find-holders.ts';
import type { LookupFinisher } from '../../bridge/matching/lookup-finisher.ts';
import { type MatchOutcome, matchRecords } from '../../bridge/matching/match-records.ts';
import { rejectUnknownFields } from '../../bridge/records/reject-unknown.ts';
import type { RecordUpdates } from '../../bridge/records/update-records.ts';
import type { WriteResult } from '../../bridge/writes/write-result.ts';
import { describeRefused } from '../../contract/entries.ts';
import type { SentId } from '../../contract/optional-fields.ts';
import type {
  CreateAnswer,
  Properties,
  NewRecord,
  RecordError,
  RecordKind,
  SyncAnswer,
  UpdateAnswer,
} from '../../contract/records.ts';
import { readKnownRecords, readNewRecords, type SentRecords } from '../../contract/sent-records.ts';
import type { CrmProblem, CrmProperties } from '../../crm/crm.ts';
import { mapInSlices } from '../../in-slices.ts';
import { idForLog } from '../../logger.ts';
import type { Owners } from '../../mapping/run/transform-chain.ts';
import { toEnginyProperties } from '../../mapping/run/translate-record.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { recordMappingOf } from '../active-mappings.ts';
import { decisionsOf, matchDecision, readNotedRecords, subjectsOf, writeDecision } from '../describe-decision.ts';
import { methodNotAllowed } from '../error-handler.ts';
import { inRequestOrder } from '../in-request-order.ts';
import { noteDecisions, noteSubjects } from '../note-decisions.ts';
import { callContext, noteFacts } from '../request-context.ts';
import { sendCounted } from '../send-counted.ts';
import { otherHolder, sharedFacts, sharedWarnings, withSharedWarnings } from '../companies-on-one-record.ts';

export interface RecordRouteDeps extends MatchDeps, CreateDeps {
  readonly owners: OwnerList;
  readonly recordUpdates: RecordUpdates;
  readonly lookupFinisher: LookupFinisher;
}

/** POST, PUT and POST …/sync for contacts or companies: parse, call the bridge, answer in the request's order. */
export function recordRoutes(deps: RecordRouteDeps, kind: RecordKind): Router {
  const router = Router();
  router
    .route(`/${kind}`)
    .post(createHandler(deps, kind))
    .put(updateHandler(deps, kind))
    .all(methodNotAllowed('POST', 'PUT'));
  router.route(`/${kind}/sync`).post(syncHandler(deps, kind)).all(methodNotAllowed('POST'));
  return router;
}

function createHandler(deps: RecordRouteDeps, kind: RecordKind): RequestHandler {
  return async (request, response) => {
    const sent = await readNotedRecords(response, kind, () => readNewRecords(kind, request.body));
    const { records, places } = sent;
    noteSubjects(response, () => subjectsOf(kind, sent));
    const mapping = recordMappingOf(response, kind);
    await rejectUnknownFields(mapping, records, places);
    const written = await createRecords(
      { ...deps, mapping, context: callContext(response, urgencyOf(records)) },
      records,
    );
    const results = withSharedWarnings(
      mapping,
      written,
      places.map(({ id }) => id),
    );
    noteDecisions(response, () => decisionsOf(sent, results.map(writeDecision)));
    failIfNothingDone(results);
    const answer: CreateAnswer = { results: [] };
    const failed: Failed[] = [];
    await mapInSlices(places, ({ index: at, id: externalId }, index) => {
      const result = results[index];
      if (result === undefined) return;
      if ('problem' in result) failed.push([at, { externalId, error: describeFailure(result) }]);
      else answer.results.push({ externalId, crmId: result.crmId, ...optionalWarnings(result.warnings) });
    });
    addErrors(answer, sent, failed);
    noteFacts(response, {
      ...countWrites(sent, results, (index) => ({ externalId: idForLog(records[index]?.externalId) })),
      ...sharedFacts(mapping, answer.results),
    });
    response.status(201).json(answer);
  };
}

function updateHandler(deps: RecordRouteDeps, kind: RecordKind): RequestHandler {
  return async (request, response) => {
    const sent = await readNotedRecords(response, kind, () => readKnownRecords(kind, request.body));
    const { records, places } = sent;
    noteSubjects(response, () => subjectsOf(kind, sent));
    const mapping = recordMappingOf(response, kind);
    await rejectUnknownFields(mapping, records, places);
    const context = callContext(response, urgencyOf(records));
    const results = await deps.recordUpdates.update(mapping, records, context);
    noteDecisions(response, () => decisionsOf(sent, results.map(writeDecision)));
    failIfNothingDone(results);
    const scope = { mapping, owners: await ownersToReturn({ ...deps, mapping, context }) };
    const answered = await mapInSlices(places, ({ index: at, id: crmId }, index) => {
      const result = results[index];
      return result === undefined ? [] : [[at, updateResult(scope, crmId, result)] as const];
    });
    const refused = sent.refused.map(
      (entry) =>
        [entry.index, { crmId: null, index: entry.index, success: false, error: describeRefused(entry) }] as const,
    );
    const answer: UpdateAnswer = { results: inRequestOrder([...answered.flat(), ...refused]) };
    noteFacts(
      response,
      countWrites(sent, results, (index) => ({ crmId: idForLog(records[index]?.crmId) })),
    );
    response.json(answer);
  };
}

function updateResult(scope: AnswerScope, crmId: SentId, result: WriteResult): UpdateAnswer['results'][number] {
  if ('problem' in result) return { crmId, success: false, error: describeFailure(result) };
  const { held, warnings } = result;
  const properties = scope.mapping.return_in_updates && held !== undefined ? propertiesOf(scope, held) : {};
  return { crmId, success: true, ...properties, ...optionalWarnings(warnings) };
}

function syncHandler(deps: RecordRouteDeps, kind: RecordKind): RequestHandler {
  return async (request, response) => {
    const sent = await readNotedRecords(response, kind, () => readNewRecords(kind, request.body));
    const { records } = sent;
    noteSubjects(response, () => subjectsOf(kind, sent));
    const mapping = recordMappingOf(response, kind);
    const context = callContext(response, urgencyOf(records));
    const outcomes = await matchRecords({ ...deps, mapping, context }, records);
    noteDecisions(response, () => decisionsOf(sent, outcomes.map(matchDecision)));
    deps.lookupFinisher.finish({ mapping, context }, { records, outcomes });
    const problems = outcomes.flatMap((outcome) => (isProblem(outcome) ? [outcome.problem] : []));
    const failure = problems.length === records.length ? errorForAll(problems) : undefined;
    if (failure !== undefined) throw failure;
    const scope = { mapping, owners: await ownersToReturn({ ...deps, mapping, context }) };
    const answer = await syncAnswer(scope, sent, outcomes);
    noteFacts(response, {
      records: records.length + sent.refused.length,
      matched: answer.results.length,
      failed: answer.errors?.length ?? 0,
      ...sharedFacts(mapping, answer.results),
      ...failuresOf(sent, outcomes, (index) => ({ externalId: idForLog(records[index]?.externalId) })),
    });
    sendCounted(response, answer);
  };
}

/** What the answers of one request are translated by. */
interface AnswerScope {
  readonly mapping: Mapping;
  readonly owners: Owners;
}

async function syncAnswer(
  scope: AnswerScope,
  sent: SentRecords<NewRecord>,
  outcomes: readonly MatchOutcome[],
): Promise<SyncAnswer> {
  const { mapping } = scope;
  const answer: SyncAnswer = { results: [] };
  const failed: Failed[] = [];
  const shared = sharedWarnings(
    mapping,
    sent.places.map(({ id }, index) => ({ id, crmId: matchedId(outcomes[index]) })),
  ).map((warning, index) => warning ?? earlierHolder(mapping, sent.records[index], outcomes[index]));
  await mapInSlices(sent.places, ({ index: at, id: externalId }, index) => {
    const outcome = outcomes[index];
    if (outcome === undefined) return;
    const reasons = [...outcome.setAside.map(describeSetAside), ...partialReasons(outcome)];
    const warnings = [...reasons, ...(shared[index] === undefined ? [] : [shared[index]])];
    if (isProblem(outcome)) failed.push([at, { externalId, error: adviseProblem(outcome.problem) }]);
    else if ('matchingIds' in outcome) {
      const ids = outcome.matchingIds;
      const several = `${mergeAdvice}: ${ids.length} ${mapping.object} match by ${outcome.rule}: ${ids.join(', ')}`;
      failed.push([at, { externalId, error: [several, ...reasons].join('; ') }]);
    } else if ('record' in outcome) {
      const properties = propertiesOf(scope, outcome.record.properties);
      answer.results.push({ externalId, crmId: outcome.record.id, ...properties, ...optionalWarnings(warnings) });
    } else if (reasons.length > 0) {
      answer.notMatched ??= [];
      answer.notMatched.push({ externalId, reasons });
    }
  });
  addErrors(answer, sent, failed);
  return answer;
}

/** The `properties` of a result; the key is omitted where the record has none of the values. */
function propertiesOf({ mapping, owners }: AnswerScope, held: CrmProperties): { properties?: Properties } {
  const properties = toEnginyProperties(mapping, held, owners);
  return Object.keys(properties).length === 0 ? {} : { properties };
}

function matchedId(outcome: MatchOutcome | undefined): string | undefined {
  return outcome !== undefined && 'record' in outcome ? outcome.record.id : undefined;
}

/** What could not be searched for within the allowance. */
function partialReasons(outcome: MatchOutcome): readonly string[] {
  if (!('noMatch' in outcome)) return [];
  return outcome.partly.map((rule) => `${rule} was searched for in its usual spellings only`);
}

function earlierHolder(
  mapping: Mapping,
  record: NewRecord | undefined,
  outcome: MatchOutcome | undefined,
): string | undefined {
  if (record === undefined || outcome === undefined || !('record' in outcome)) return undefined;
  return otherHolder(mapping, record, outcome.record);
}

function isProblem(outcome: MatchOutcome): outcome is MatchOutcome & { readonly problem: CrmProblem } {
  return 'problem' in outcome;
}

/** Where nothing was done and the caller may send everything again, the whole request fails instead of each record. */
function failIfNothingDone(results: readonly WriteResult[]): void {
  const problems = results.flatMap((result) => ('problem' in result ? [result.problem] : []));
  const failure = problems.length === results.length ? errorForAll(problems) : undefined;
  if (failure !== undefined) throw failure;
}

type Sent = Pick<SentRecords<object>, 'places' | 'refused'>;
/** The position in the request of a record that failed, and its entry in the response. */
type Failed = readonly [index: number, entry: RecordError];

/** Names what failed, and the entries without a usable id, in the order of the request. */
function addErrors(answer: { errors?: RecordError[] | undefined }, { refused }: Sent, failed: readonly Failed[]): void {
  const unusable = refused.map(
    (entry): Failed => [entry.index, { externalId: null, index: entry.index, error: describeRefused(entry) }],
  );
  if (failed.length + unusable.length > 0) answer.errors = inRequestOrder([...failed, ...unusable]);
}

/** What was dropped before the record failed is often the reason. */
function describeFailure(result: WriteResult & { readonly problem: CrmProblem }): string {
  return [adviseProblem(result.problem), ...result.warnings].join('; ');
}

function optionalWarnings(warnings: readonly string[]): { warnings?: string[] } {
  return warnings.length === 0 ? {} : { warnings: [...warnings] };
}

function countWrites(
  sent: Sent,
  results: readonly WriteResult[],
  idOf: (index: number) => object,
): Readonly<Record<string, unknown>> {
  const { refused } = sent;
  return {
    records: results.length + refused.length,
    failed: results.filter((result) => 'problem' in result).length + refused.length,
    warned: results.filter(({ warnings }) => warnings.length > 0).length,
    ...failuresOf(sent, results, idOf),
  };
}

/** The log line lists only some failures; captures and the journal have all of them. */
const maxLoggedFailures = 20;

/** Which records failed, and why, in words without their values. */
function failuresOf({ refused }: Sent, outcomes: readonly object[], idOf: (index: number) => object): object {
  const failures: object[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    if (failures.length === maxLoggedFailures) break;
    // Both outcomes of a match and results of a write carry a problem of the port where they failed.
    const { problem } = outcome as { readonly problem?: CrmProblem };
    if (problem !== undefined) failures.push({ ...idOf(index), ...noteProblem(problem) });
  }
  for (const { index, reason } of refused.slice(0, maxLoggedFailures - failures.length)) {
    failures.push({ index, kind: 'request', text: reason });
  }
  return failures.length === 0 ? {} : { failures };
}

/** A user may be waiting for a few records; thousands are a bulk job. */
function urgencyOf(records: readonly unknown[]): 'urgent' | 'bulk' {
  return records.length <= 10 ? 'urgent' : 'bulk';
}
