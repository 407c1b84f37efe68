import { type RequestHandler, type Response, Router } from 'express';
import { noteProblem } from '../../bridge/decisions.ts';
import { describeProblem, errorForAll } from '../../bridge/problem.ts';
import { type CreateDeps, createRecords } from '../../bridge/records/create-records.ts';
import { describeSetAside } from '../../bridge/records/decide-match.ts';
import type { MatchDeps } from '../../bridge/records/find-holders.ts';
import type { LookupFinisher } from '../../bridge/records/lookup-finisher.ts';
import { type MatchOutcome, matchRecords } from '../../bridge/records/match-records.ts';
import { rejectUnknownFields } from '../../bridge/records/reject-unknown.ts';
import type { UpdateBatcher } from '../../bridge/records/update-batcher.ts';
import type { WriteResult } from '../../bridge/write-result.ts';
import { checkBody } from '../../contract/parse.ts';
import {
  type CreateAnswer,
  knownRecordsSchema,
  type NewRecord,
  newRecordsSchema,
  type RecordError,
  type RecordKind,
  type SyncAnswer,
  type UpdateAnswer,
} from '../../contract/records.ts';
import type { CrmProblem } from '../../crm/crm.ts';
import { NotSupportedError } from '../../errors.ts';
import { toEnginyProperties } from '../../mapping/run/translate-record.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { mappingsOf } from '../active-mappings.ts';
import { matchDecision, subjectOf, writeDecision } from '../describe-decision.ts';
import { methodNotAllowed } from '../error-handler.ts';
import { noteDecisions, noteSubjects } from '../note-decisions.ts';
import { callContext, noteFacts } from '../request-context.ts';

export interface RecordRouteDeps extends MatchDeps, CreateDeps {
  readonly updateBatcher: UpdateBatcher;
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
  const schema = newRecordsSchema(kind);
  return async (request, response) => {
    const records = checkBody(schema, request.body)[kind] ?? [];
    noteSubjects(response, () => records.map((record) => subjectOf(kind, record)));
    const mapping = mappingOf(response, kind);
    rejectUnknownFields(mapping, records);
    const results = await createRecords(
      { ...deps, mapping, context: callContext(response, urgencyOf(records)) },
      records,
    );
    noteDecisions(response, () => results.map(writeDecision));
    failIfNothingDone(results);
    const answer: CreateAnswer = { results: [] };
    records.forEach(({ externalId }, index) => {
      const result = results[index];
      if (result === undefined) return;
      if ('problem' in result) addError(answer, externalId, describeFailure(result));
      else answer.results.push({ externalId, crmId: result.crmId, ...optionalWarnings(result.warnings) });
    });
    noteFacts(
      response,
      countWrites(results, (index) => ({ externalId: records[index]?.externalId })),
    );
    response.status(201).json(answer);
  };
}

function updateHandler(deps: RecordRouteDeps, kind: RecordKind): RequestHandler {
  const schema = knownRecordsSchema(kind);
  return async (request, response) => {
    const records = checkBody(schema, request.body)[kind] ?? [];
    noteSubjects(response, () => records.map((record) => subjectOf(kind, record)));
    const mapping = mappingOf(response, kind);
    rejectUnknownFields(mapping, records);
    const results = await deps.updateBatcher.update(mapping, records, callContext(response, urgencyOf(records)));
    noteDecisions(response, () => results.map(writeDecision));
    failIfNothingDone(results);
    const answer: UpdateAnswer = {
      results: records.flatMap(({ crmId }, index) => {
        const result = results[index];
        if (result === undefined) return [];
        const outcome = 'problem' in result ? { success: false, error: describeFailure(result) } : { success: true };
        return [{ crmId, ...outcome, ...('problem' in result ? {} : optionalWarnings(result.warnings)) }];
      }),
    };
    noteFacts(
      response,
      countWrites(results, (index) => ({ crmId: records[index]?.crmId })),
    );
    response.json(answer);
  };
}

function syncHandler(deps: RecordRouteDeps, kind: RecordKind): RequestHandler {
  const schema = newRecordsSchema(kind);
  return async (request, response) => {
    const records = checkBody(schema, request.body)[kind] ?? [];
    noteSubjects(response, () => records.map((record) => subjectOf(kind, record)));
    const mapping = mappingOf(response, kind);
    const context = callContext(response, urgencyOf(records));
    const outcomes = await matchRecords({ ...deps, mapping, context }, records);
    noteDecisions(response, () => outcomes.map(matchDecision));
    deps.lookupFinisher.finish({ mapping, context }, { records, outcomes });
    const problems = outcomes.flatMap((outcome) => (isProblem(outcome) ? [outcome.problem] : []));
    const failure = problems.length === records.length ? errorForAll(problems) : undefined;
    if (failure !== undefined) throw failure;
    const answer = syncAnswer(mapping, records, outcomes);
    noteFacts(response, {
      records: records.length,
      matched: answer.results.length,
      failed: answer.errors?.length ?? 0,
      ...failuresOf(outcomes, (index) => ({ externalId: records[index]?.externalId })),
    });
    response.json(answer);
  };
}

function syncAnswer(mapping: Mapping, records: readonly NewRecord[], outcomes: readonly MatchOutcome[]): SyncAnswer {
  const answer: SyncAnswer = { results: [] };
  records.forEach(({ externalId }, index) => {
    const outcome = outcomes[index];
    if (outcome === undefined) return;
    const reasons = outcome.setAside.map(describeSetAside);
    if (isProblem(outcome)) addError(answer, externalId, describeProblem(outcome.problem));
    else if ('matchingIds' in outcome) {
      const ids = outcome.matchingIds;
      const several = `${ids.length} ${mapping.object} match by ${outcome.rule}: ${ids.join(', ')}`;
      addError(answer, externalId, [several, ...reasons].join('; '));
    } else if ('record' in outcome) {
      const properties = toEnginyProperties(mapping, outcome.record.properties);
      const optional = Object.keys(properties).length === 0 ? {} : { properties };
      answer.results.push({ externalId, crmId: outcome.record.id, ...optional, ...optionalWarnings(reasons) });
    } else if (reasons.length > 0) {
      answer.notMatched ??= [];
      answer.notMatched.push({ externalId, reasons });
    }
  });
  return answer;
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

function addError(answer: { errors?: RecordError[] | undefined }, externalId: string, error: string): void {
  answer.errors ??= [];
  answer.errors.push({ externalId, error });
}

/** What was dropped before the record failed is often the reason. */
function describeFailure(result: WriteResult & { readonly problem: CrmProblem }): string {
  return [describeProblem(result.problem), ...result.warnings].join('; ');
}

function optionalWarnings(warnings: readonly string[]): { warnings?: string[] } {
  return warnings.length === 0 ? {} : { warnings: [...warnings] };
}

function countWrites(
  results: readonly WriteResult[],
  idOf: (index: number) => object,
): Readonly<Record<string, unknown>> {
  return {
    records: results.length,
    failed: results.filter((result) => 'problem' in result).length,
    warned: results.filter(({ warnings }) => warnings.length > 0).length,
    ...failuresOf(results, idOf),
  };
}

/** A log line is not a report: captures and the journal have all failures. */
const maxLoggedFailures = 20;

/** Which records failed, and why, in words without their values. */
function failuresOf(outcomes: readonly object[], idOf: (index: number) => object): object {
  const failures = outcomes.flatMap((outcome, index) => {
    // Both outcomes of a match and results of a write carry a problem of the port where they failed.
    const { problem } = outcome as { readonly problem?: CrmProblem };
    return problem === undefined ? [] : [{ ...idOf(index), ...noteProblem(problem) }];
  });
  return failures.length === 0 ? {} : { failures: failures.slice(0, maxLoggedFailures) };
}

/** A user may be waiting for a few records; thousands of them are a job. */
function urgencyOf(records: readonly unknown[]): 'urgent' | 'bulk' {
  return records.length <= 10 ? 'urgent' : 'bulk';
}

function mappingOf(response: Response, kind: RecordKind): Mapping {
  const mapping = mappingsOf(response)[kind];
  if (mapping === undefined) throw new NotSupportedError(`There is no mapping file for ${kind}`);
  return mapping;
}
