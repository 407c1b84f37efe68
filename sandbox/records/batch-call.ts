import { formatInstant } from '../clock.ts';
import { type Answer, okText } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { asList, asObject, optionalString, requiredString } from '../http/read-json.ts';
import { batchError, invalid, type Problem, Refusal } from '../http/problem-body.ts';
import type { Portal } from '../portal.ts';

export type RawInput = Readonly<Record<string, unknown>>;

/**
 * The inputs of a batch call. Undefined when `inputs` is missing: HubSpot then answers a success in which nothing was done (rudder-transformer #5147).
 */
export function readInputs(call: Call, max: number): readonly RawInput[] | undefined {
  const body = asObject(call.body ?? {});
  if (body.inputs === undefined || body.inputs === null) return undefined;
  const inputs = asList(body.inputs).map(asObject);
  if (inputs.length > max)
    throw new Refusal(invalid(`The batch holds ${inputs.length} inputs; at most ${max} are allowed in one call`));
  if (inputs.length === 0) throw new Refusal(invalid('The batch must hold at least one object'));
  return inputs;
}

/** Rejects the whole call if an id occurs in it twice, with or without trace ids. */
export function refuseDuplicates(ids: readonly string[]): void {
  if (new Set(ids).size === ids.length) return;
  const listed = [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))];
  throw new Refusal(
    invalid(`Duplicate IDs found in batch input: [${listed.join(', ')}]. IDs must be unique`, {
      context: { ids: listed },
    }),
  );
}

export function inputId(input: RawInput): string {
  return requiredString(input, 'id');
}

/** Trace ids of all inputs, or undefined: HubSpot responds per input only if each input has its own. */
export function traceIds(inputs: readonly RawInput[]): readonly string[] | undefined {
  const ids = inputs.map((input) => optionalString(input, 'objectWriteTraceId')).filter((id) => id !== undefined);
  return ids.length === inputs.length && new Set(ids).size === ids.length ? ids : undefined;
}

export interface BatchEntry {
  readonly problem: Problem;
  readonly traceId?: string | undefined;
}

/** The answer of a batch call: 207 as soon as there is an error. */
export function batchAnswer(portal: Portal, results: readonly object[], errors: readonly BatchEntry[]): Answer {
  return batchTextAnswer(
    portal,
    results.map((result) => JSON.stringify(result)),
    errors,
  );
}

/** The same with results that are JSON already. */
export function batchTextAnswer(portal: Portal, results: readonly string[], errors: readonly BatchEntry[]): Answer {
  const time = formatInstant(portal.now);
  const listed = errors.map(({ problem, traceId }) => batchError(problem, traceId));
  const failed = listed.length === 0 ? '' : `"numErrors":${listed.length},"errors":${JSON.stringify(listed)},`;
  const text = `{"status":"COMPLETE","results":[${results.join(',')}],${failed}"startedAt":"${time}","completedAt":"${time}"}`;
  return okText(text, listed.length === 0 ? 200 : 207);
}

/** A batch that creates returns 201 instead of 200. */
export function asCreated(answer: Answer): Answer {
  return answer.status === 200 ? { ...answer, status: 201 } : answer;
}

/** Puts results into an order that has nothing to do with the inputs', the same one each time. */
export function inOwnOrder<Result>(
  portal: Portal,
  results: readonly Result[],
  idOfResult: (result: Result) => number,
): Result[] {
  if (portal.switches.resultOrder === 'input') return [...results];
  const ranked = results.map((result) => ({ result, rank: Math.imul(idOfResult(result), 0x9e37_79b1) }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ result }) => result);
}
