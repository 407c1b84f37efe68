import { problemOfError } from '../crm/crm-problem.ts';
import { isObject } from '../json.ts';
import type { Request, RequestHandler, Response } from 'express';
import {
  type DecidedRequest,
  type DecisionListener,
  type NotedProblem,
  noteProblem,
  nothingDecided,
  type RecordDecision,
} from '../bridge/decisions.ts';
import {
  AnswerTooLargeError,
  CrmRejectedError,
  CrmUnavailableError,
  DeadlineError,
  GatewayError,
  InvalidRequestError,
  NotFoundError,
} from '../errors.ts';
import { operations } from '../contract/operations.ts';
import type { Logger } from '../logger.ts';
import { routeOf } from './route-of.ts';

/** How a record of a request is identified before anything is decided about it. */
export type Subject = Pick<
  RecordDecision,
  'object' | 'externalId' | 'crmId' | 'contactId' | 'companyId' | 'position' | 'emails' | 'phones' | 'profiles'
>;

/** A decision about a subject. Ids that became known replace those of the subject. */
export type Decided = Omit<RecordDecision, keyof Subject> & Partial<Pick<Subject, 'crmId' | 'contactId' | 'companyId'>>;

/** Functions that are called after the response, so that they do not delay it and their results do not stay in memory. */
interface Notes {
  subjects?: () => readonly Subject[];
  /** One per subject, in order. */
  decisions?: () => readonly Decided[];
  failure?: { readonly code: string; readonly problem: NotedProblem };
}

/**
 * Notes which records a request is about. Call it before anything can fail.
 * @param subjects must not throw, and nothing that it reads may change; it is called after the response.
 */
export function noteSubjects(response: Response, subjects: () => readonly Subject[]): void {
  const notes = notesOf(response);
  if (notes !== undefined) notes.subjects = subjects;
}

/**
 * Notes what was decided about each subject, in their order. Ids that are known only now replace those of the subject.
 * @param decisions as for {@link noteSubjects}.
 */
export function noteDecisions(response: Response, decisions: () => readonly Decided[]): void {
  const notes = notesOf(response);
  if (notes !== undefined) notes.decisions = decisions;
}

/** Notes why a request failed as a whole. */
export function noteFailure(response: Response, thrown: unknown, code: string): void {
  const notes = notesOf(response);
  if (notes !== undefined) notes.failure = { code, problem: problemOf(thrown) };
}

/**
 * Passes every request on once its response was sent, with what was decided about its records. If the caller disconnects first, the
 * request is passed on when its work is done.
 */
export function followDecisions(listener: DecisionListener | undefined, log: Logger): RequestHandler {
  if (listener === undefined) return (_request, _response, next) => next();
  return (request, response, next) => {
    const [at, startedAt] = [Date.now(), performance.now()];
    const notes: Notes = {};
    response.locals.decisions = notes;
    const pass = () => {
      try {
        listener.write(decidedRequest({ request, response, notes }, { at, durationMs: performance.now() - startedAt }));
      } catch (error) {
        // The request itself was answered.
        log.error({ requestId: request.id, err: error }, 'could not note the decisions of a request');
      }
    };
    let isClosed = false;
    response.once('close', () => {
      isClosed = true;
      if (response.writableEnded) pass();
    });
    const end = response.end.bind(response);
    // `end` has four signatures; the arguments are passed on unchanged.
    response.end = ((...given: Parameters<typeof end>) => {
      const ended = end(...given);
      if (isClosed) pass();
      return ended;
    }) as typeof response.end;
    next();
  };
}

function decidedRequest(
  { request, response, notes }: { readonly request: Request; readonly response: Response; readonly notes: Notes },
  { at, durationMs }: Pick<DecidedRequest, 'at' | 'durationMs'>,
): DecidedRequest {
  const mapping = response.locals.mappings?.hash;
  const records = recordsOf(notes);
  return {
    requestId: String(request.id),
    at,
    method: request.method,
    route: routeOrPath(request),
    status: response.writableFinished ? response.statusCode : 499,
    durationMs: Math.round(durationMs),
    ...(typeof mapping === 'string' && { mapping }),
    ...failureOf(notes, records),
    records,
  };
}

function notesOf(response: Response): Notes | undefined {
  return response.locals.decisions;
}

function recordsOf({ subjects, decisions, failure }: Notes): readonly RecordDecision[] {
  const decided = decisions?.();
  return (subjects?.() ?? []).map((subject, index): RecordDecision => {
    const decision = decided?.[index];
    if (decision !== undefined) return { ...subject, ...decision };
    return { ...subject, ...nothingDecided, warnings: 0, ...(failure !== undefined && { problem: failure.problem }) };
  });
}

/** Callers may send any number of field names. */
const maxReasonLength = 300;

const contractCodes = new Set(['Invalid request', 'Invalid JSON', 'Body too large', 'Unsupported media type']);

function problemOf(thrown: unknown): NotedProblem {
  const isCrm = [CrmRejectedError, CrmUnavailableError, DeadlineError, AnswerTooLargeError].some(
    (each) => thrown instanceof each,
  );
  if (isCrm) return noteProblem(problemOfError(thrown, 'ambiguous'));
  // Its message names fields and places, never values. The messages of other codes may contain words of the CRM.
  if (thrown instanceof InvalidRequestError && contractCodes.has(thrown.code)) {
    return { kind: 'request', text: thrown.message.slice(0, maxReasonLength) };
  }
  if (thrown instanceof NotFoundError) return { kind: 'not-found', text: thrown.code };
  return thrown instanceof GatewayError ? { kind: 'request', text: thrown.code } : { kind: 'fault' };
}

/** A request without records has no other place for the reason. */
function failureOf({ failure }: Notes, records: readonly RecordDecision[]): Pick<DecidedRequest, 'error' | 'reason'> {
  if (failure === undefined) return {};
  const { code, problem } = failure;
  const reason = problem.because ?? problem.text;
  const hasReason = records.length === 0 && reason !== undefined && reason !== code;
  return { error: code, ...(hasReason && { reason }) };
}

const paths = new Set<string>(operations.map(({ path }) => path));

/** A request whose body was rejected has no route yet; the path of an endpoint is its pattern, any other path is the caller's. */
function routeOrPath(request: Request): string {
  const route = routeOf(request);
  return route === 'none' && paths.has(request.path) ? request.path : route;
}

/** Values by which a person can be found, the record's custom fields included: texts that look like one. */
export function personValuesIn(
  record: Readonly<Record<string, unknown>>,
): Pick<Subject, 'emails' | 'phones' | 'profiles'> {
  const found: Found = { emails: [], phones: [], profiles: [] };
  collect(record, found);
  if (isObject(record.customFields)) collect(record.customFields, found);
  const { emails, phones, profiles } = found;
  return { emails, ...(phones.length > 0 && { phones }), ...(profiles.length > 0 && { profiles }) };
}

type Found = Record<'emails' | 'phones' | 'profiles', string[]>;

/** Of each kind. */
const maxValues = 4;
const maxLength = 254;
/** Only fields with such a name, because digits may mean anything. */
const phoneName = /phone|mobile|tel/i;

function collect(record: Readonly<Record<string, unknown>>, found: Found): void {
  for (const name in record) {
    const value = record[name];
    if (typeof value !== 'string' || value.length > maxLength) continue;
    const list = value.includes('linkedin.com/')
      ? found.profiles
      : value.indexOf('@') > 0
        ? found.emails
        : phoneName.test(name)
          ? found.phones
          : undefined;
    if (list !== undefined && list.length < maxValues && !list.includes(value)) list.push(value);
  }
}
