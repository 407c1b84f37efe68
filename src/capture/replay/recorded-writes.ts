import type { AnsweredRecord, CrmProtocol, Json, WriteInput, WriteMeaning } from '../../crm/crm-protocol.ts';
import type { CapturedExchange } from '../capture-schema.ts';
import { asRecorded, type CrmReply, hasFailed, reply } from './crm-reply.ts';
import { inputSimilarity } from './input-similarity.ts';

/** Answers writes that are batched differently than they were recorded, or carry other values. */
export interface RecordedWrites {
  /** @param assumptions receives what the capture does not say. */
  write(call: WriteMeaning, assumptions: string[]): CrmReply;
}

/** One input of a recorded write and the CRM's answer to it. */
interface Attempt {
  readonly verb: WriteMeaning['verb'];
  readonly objectType: string;
  readonly input: WriteInput;
  readonly outcome:
    | { readonly kind: 'result'; readonly result: AnsweredRecord }
    | { readonly kind: 'error'; readonly error: Json }
    /** The call failed as a whole. */
    | { readonly kind: 'failed call'; readonly exchange: CapturedExchange };
  isUsed: boolean;
}

/** Ids of records that a replay creates and the recorded request did not. */
const firstInventedId = 9_000_000_000_001;

export function createRecordedWrites(protocol: CrmProtocol, exchanges: readonly CapturedExchange[]): RecordedWrites {
  const attempts = exchanges.flatMap((exchange) => attemptsOf(protocol, exchange));
  let invented = 0;

  function take(call: WriteMeaning, input: WriteInput): Attempt | undefined {
    const [best] = attempts
      .filter(({ verb, objectType }) => verb === call.verb && objectType === call.objectType)
      .map((attempt) => ({ attempt, score: inputSimilarity(protocol.calls, attempt.input, input) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => Number(a.attempt.isUsed) - Number(b.attempt.isUsed) || b.score - a.score);
    if (best !== undefined) best.attempt.isUsed = true;
    return best?.attempt;
  }

  return {
    write(call, assumptions) {
      const results: unknown[] = [];
      const errors: unknown[] = [];
      for (const input of call.inputs) {
        const attempt = take(call, input);
        if (attempt === undefined) {
          invented += 1;
          assumptions.push(
            `that the CRM would ${call.verb} ${call.objectType} ${protocol.calls.nameOf(input)}`.trimEnd(),
          );
          results.push({ id: input.id ?? String(firstInventedId + invented), properties: { ...input.properties } });
          continue;
        }
        const { outcome } = attempt;
        if (outcome.kind === 'failed call') return asRecorded(protocol, outcome.exchange);
        const traceIds = new Map([[attempt.input.traceId ?? '', input.traceId ?? '']]);
        if (outcome.kind === 'error') errors.push(protocol.replies.withTraceIds(outcome.error, traceIds));
        else results.push(protocol.replies.withTraceIds(resultFor(outcome.result, input), traceIds));
      }
      const kind = call.verb === 'create' ? 'create' : 'update';
      return reply(protocol.replies.batch(kind, { results, errors }));
    },
  };
}

/** The recorded result with what was written now. */
function resultFor({ id, properties, rest }: AnsweredRecord, input: WriteInput): Json {
  return { id, ...rest, properties: { ...properties, ...input.properties } };
}

function attemptsOf({ answers, calls }: CrmProtocol, exchange: CapturedExchange): Attempt[] {
  const meaning = calls.meaningOf(exchange);
  if (meaning.kind !== 'write') return [];
  const { verb, objectType, inputs } = meaning;
  const base = { verb, objectType, isUsed: false };
  if (hasFailed(exchange)) {
    return inputs.map((input) => ({ ...base, input, outcome: { kind: 'failed call', exchange } }));
  }
  const left = answers.recordsIn(exchange);
  const errors = answers.errorsIn(exchange.response);
  return inputs.map((input) => {
    const error = errors.find((entry) => answers.isAboutInput(entry, input));
    if (error !== undefined) return { ...base, input, outcome: { kind: 'error', error } };
    const result = takeResult(left, input);
    if (result === undefined) return { ...base, input, outcome: { kind: 'failed call', exchange } };
    return { ...base, input, outcome: { kind: 'result', result } };
  });
}

/** Removes and returns the result that belongs to the input. */
function takeResult(results: AnsweredRecord[], input: WriteInput): AnsweredRecord | undefined {
  let best = -1;
  let bestScore = 0;
  results.forEach((result, at) => {
    const score = resultScore(result, input);
    if (score > bestScore) {
      bestScore = score;
      best = at;
    }
  });
  if (best < 0 && results.length === 1) best = 0;
  return best < 0 ? undefined : results.splice(best, 1)[0];
}

function resultScore({ id, properties, traceId }: AnsweredRecord, input: WriteInput): number {
  const shared = Object.entries(input.properties).filter(
    ([name, value]) => String(properties[name]).toLowerCase() === value.toLowerCase(),
  );
  return (
    (input.traceId !== undefined && traceId === input.traceId ? 1_000 : 0) +
    (input.id !== undefined && id === input.id ? 1_000 : 0) +
    shared.length
  );
}
