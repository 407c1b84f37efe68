import { type RequestHandler, type Response, Router } from 'express';
import type { BridgeDeps } from '../../bridge/bridge-deps.ts';
import { describeProblem, errorForAll } from '../../bridge/problem.ts';
import { createRecords } from '../../bridge/records/create-records.ts';
import { type MatchOutcome, matchRecords } from '../../bridge/records/match-records.ts';
import { rejectUnknownFields } from '../../bridge/records/reject-unknown.ts';
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
import { toEnginyProperties } from '../../mapping/run/translate.ts';
import type { Mapping } from '../../mapping/schema/mapping-file.ts';
import { methodNotAllowed } from '../error-handler.ts';
import { mappingsOf } from '../mappings-in-force.ts';
import { callContext, noteFacts } from '../request-context.ts';

/** POST, PUT and POST …/sync for contacts or companies: parse, call the bridge, answer in the request's order. */
export function recordRoutes(deps: BridgeDeps, kind: RecordKind): Router {
  const router = Router();
  router
    .route(`/${kind}`)
    .post(createHandler(deps, kind))
    .put(updateHandler(deps, kind))
    .all(methodNotAllowed('POST', 'PUT'));
  router.route(`/${kind}/sync`).post(syncHandler(deps, kind)).all(methodNotAllowed('POST'));
  return router;
}

function createHandler(deps: BridgeDeps, kind: RecordKind): RequestHandler {
  const schema = newRecordsSchema(kind);
  return async (request, response) => {
    const records = checkBody(schema, request.body)[kind] ?? [];
    const mapping = mappingOf(response, kind);
    rejectUnknownFields(mapping, records);
    const results = await createRecords(deps, mapping, records, callContext(response, urgencyOf(records)));
    failIfNothingDone(results);
    const answer: CreateAnswer = { results: [] };
    records.forEach(({ externalId }, index) => {
      const result = results[index];
      if (result === undefined) return;
      if ('problem' in result) addError(answer, externalId, describeFailure(result));
      else answer.results.push({ externalId, crmId: result.crmId, ...optionalWarnings(result) });
    });
    noteFacts(response, countWrites(results));
    response.status(201).json(answer);
  };
}

function updateHandler(deps: BridgeDeps, kind: RecordKind): RequestHandler {
  const schema = knownRecordsSchema(kind);
  return async (request, response) => {
    const records = checkBody(schema, request.body)[kind] ?? [];
    const mapping = mappingOf(response, kind);
    rejectUnknownFields(mapping, records);
    const results = await deps.updates.update(mapping, records, callContext(response, urgencyOf(records)));
    failIfNothingDone(results);
    const answer: UpdateAnswer = {
      results: records.flatMap(({ crmId }, index) => {
        const result = results[index];
        if (result === undefined) return [];
        const outcome = 'problem' in result ? { success: false, error: describeFailure(result) } : { success: true };
        return [{ crmId, ...outcome, ...('problem' in result ? {} : optionalWarnings(result)) }];
      }),
    };
    noteFacts(response, countWrites(results));
    response.json(answer);
  };
}

function syncHandler(deps: BridgeDeps, kind: RecordKind): RequestHandler {
  const schema = newRecordsSchema(kind);
  return async (request, response) => {
    const records = checkBody(schema, request.body)[kind] ?? [];
    const mapping = mappingOf(response, kind);
    const context = callContext(response, urgencyOf(records));
    const outcomes = await matchRecords(deps, mapping, records, context);
    deps.lookUps.finish(mapping, records, outcomes, context);
    const problems = outcomes.flatMap((outcome) => (isProblem(outcome) ? [outcome.problem] : []));
    const failure = problems.length === records.length ? errorForAll(problems) : undefined;
    if (failure !== undefined) throw failure;
    const answer = syncAnswer(mapping, kind, records, outcomes);
    noteFacts(response, {
      records: records.length,
      matched: answer.results.length,
      failed: answer.errors?.length ?? 0,
    });
    response.json(answer);
  };
}

function syncAnswer(
  mapping: Mapping,
  kind: RecordKind,
  records: readonly NewRecord[],
  outcomes: readonly MatchOutcome[],
): SyncAnswer {
  const answer: SyncAnswer = { results: [] };
  records.forEach(({ externalId }, index) => {
    const outcome = outcomes[index];
    if (outcome === undefined || outcome === 'no match') return;
    if (isProblem(outcome)) addError(answer, externalId, describeProblem(outcome.problem));
    else if ('candidateIds' in outcome) {
      const ids = outcome.candidateIds;
      addError(answer, externalId, `${ids.length} ${kind} match by ${outcome.rule}: ${ids.join(', ')}`);
    } else {
      const properties = toEnginyProperties(mapping, outcome.record.properties);
      const optional = Object.keys(properties).length === 0 ? {} : { properties };
      answer.results.push({ externalId, crmId: outcome.record.id, ...optional });
    }
  });
  return answer;
}

function isProblem(outcome: MatchOutcome): outcome is { readonly problem: CrmProblem } {
  return outcome !== 'no match' && 'problem' in outcome;
}

/** Where nothing at all was done and all of it may be sent again, the request fails as a whole instead of one by one. */
function failIfNothingDone(results: readonly WriteResult[]): void {
  const problems = results.flatMap((result) => ('problem' in result ? [result.problem] : []));
  const failure = problems.length === results.length ? errorForAll(problems) : undefined;
  if (failure !== undefined) throw failure;
}

function addError(answer: { errors?: RecordError[] | undefined }, externalId: string, error: string): void {
  answer.errors ??= [];
  answer.errors.push({ externalId, error });
}

/** What was left out before the record failed is often the reason. */
function describeFailure(result: WriteResult & { readonly problem: CrmProblem }): string {
  return [describeProblem(result.problem), ...result.warnings].join('; ');
}

function optionalWarnings({ warnings }: { readonly warnings: readonly string[] }): { warnings?: string[] } {
  return warnings.length === 0 ? {} : { warnings: [...warnings] };
}

function countWrites(results: readonly WriteResult[]): Readonly<Record<string, number>> {
  return {
    records: results.length,
    failed: results.filter((result) => 'problem' in result).length,
    warned: results.filter(({ warnings }) => warnings.length > 0).length,
  };
}

/** Somebody may be waiting for a few records; thousands of them are a job. */
function urgencyOf(records: readonly unknown[]): 'urgent' | 'bulk' {
  return records.length <= 10 ? 'urgent' : 'bulk';
}

function mappingOf(response: Response, kind: RecordKind): Mapping {
  const mapping = mappingsOf(response)[kind];
  if (mapping === undefined) throw new NotSupportedError(`There is no mapping file for ${kind}`);
  return mapping;
}
