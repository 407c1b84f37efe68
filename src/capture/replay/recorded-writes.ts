import { isObject } from '../../json.ts';
import { type Json, type Meaning, meaningOf, type WriteInput } from '../call-meaning.ts';
import type { CapturedExchange } from '../capture-file.ts';
import { asRecorded, type CrmReply, replaceTraceIds, reply } from './crm-reply.ts';
import { resultsOf } from './recorded-reads.ts';

type Write = Extract<Meaning, { kind: 'write' }>;

/** What became of each record that was written, for writes that were cut differently or carry other values now. */
export interface RecordedWrites {
  write(call: Write, assumptions: string[]): CrmReply;
}

/** One input of a recorded write and what the CRM said of it. */
interface Attempt {
  readonly verb: Write['verb'];
  readonly objectType: string;
  readonly input: WriteInput;
  readonly outcome:
    | { readonly kind: 'result'; readonly result: Json }
    | { readonly kind: 'error'; readonly error: Json }
    | { readonly kind: 'whole'; readonly exchange: CapturedExchange };
  isUsed: boolean;
}

/** Ids of records that a replay makes and the recorded request did not. */
const firstMadeUpId = 9_000_000_000_001;

export function createRecordedWrites(exchanges: readonly CapturedExchange[]): RecordedWrites {
  const attempts = exchanges.flatMap(attemptsOf);
  let madeUp = 0;

  function take(call: Write, input: WriteInput): Attempt | undefined {
    const candidates = attempts.filter(({ verb, objectType }) => verb === call.verb && objectType === call.objectType);
    const ranked = candidates
      .map((attempt) => ({ attempt, likeness: likeness(attempt.input, input) }))
      .filter(({ likeness: score }) => score > 0)
      .sort((a, b) => Number(a.attempt.isUsed) - Number(b.attempt.isUsed) || b.likeness - a.likeness);
    const best = ranked[0]?.attempt;
    if (best !== undefined) best.isUsed = true;
    return best;
  }

  return {
    write(call, assumptions) {
      const results: Json[] = [];
      const errors: Json[] = [];
      for (const input of call.inputs) {
        const attempt = take(call, input);
        if (attempt === undefined) {
          madeUp += 1;
          assumptions.push(`that the CRM would ${call.verb} ${call.objectType} ${nameOf(input)}`.trimEnd());
          results.push({ id: input.id ?? String(firstMadeUpId + madeUp), properties: { ...input.properties } });
          continue;
        }
        const { outcome } = attempt;
        if (outcome.kind === 'whole') return asRecorded(outcome.exchange, { method: 'POST', path: '' });
        const numbers = new Map([[attempt.input.traceId ?? '', input.traceId ?? '']]);
        if (outcome.kind === 'error') errors.push(replaceTraceIds(outcome.error, numbers) as Json);
        else {
          const result = replaceTraceIds(outcome.result, numbers) as Json;
          results.push({
            ...result,
            properties: { ...(isObject(result.properties) ? result.properties : {}), ...input.properties },
          });
        }
      }
      const status = errors.length > 0 ? 207 : call.verb === 'create' ? 201 : 200;
      return reply(status, {
        status: 'COMPLETE',
        results,
        ...(errors.length > 0 && { numErrors: errors.length, errors }),
      });
    },
  };
}

function attemptsOf(exchange: CapturedExchange): Attempt[] {
  const meaning = meaningOf(exchange);
  if (meaning.kind !== 'write') return [];
  const { verb, objectType, inputs } = meaning;
  const base = { verb, objectType, isUsed: false };
  if (exchange.call.failure !== undefined || exchange.status >= 400) {
    return inputs.map((input) => ({ ...base, input, outcome: { kind: 'whole', exchange } }));
  }
  const left = [...resultsOf(exchange)];
  const errors =
    isObject(exchange.response) && Array.isArray(exchange.response.errors)
      ? exchange.response.errors.filter(isObject)
      : [];
  return inputs.map((input) => {
    const error = errors.find((entry) => namesInput(entry, input));
    if (error !== undefined) return { ...base, input, outcome: { kind: 'error', error } };
    const result = takeResult(left, input);
    return { ...base, input, outcome: result === undefined ? { kind: 'whole', exchange } : { kind: 'result', result } };
  });
}

function namesInput(error: Json, input: WriteInput): boolean {
  const context = isObject(error.context) ? error.context : {};
  const names = (key: string) => (Array.isArray(context[key]) ? context[key].map(String) : []);
  if (input.traceId !== undefined && names('objectWriteTraceId').length > 0) {
    return names('objectWriteTraceId').includes(input.traceId);
  }
  return input.id !== undefined && names('ids').includes(input.id);
}

function takeResult(results: Json[], input: WriteInput): Json | undefined {
  let best = -1;
  let most = 0;
  results.forEach((result, at) => {
    const properties = isObject(result.properties) ? result.properties : {};
    const shared = Object.entries(input.properties).filter(
      ([name, value]) => String(properties[name]).toLowerCase() === value.toLowerCase(),
    );
    const score =
      (input.traceId !== undefined && result.objectWriteTraceId === input.traceId ? 1_000 : 0) +
      (input.id !== undefined && result.id === input.id ? 1_000 : 0) +
      shared.length;
    if (score > most) {
      most = score;
      best = at;
    }
  });
  if (best < 0 && results.length === 1) best = 0;
  return best < 0 ? undefined : results.splice(best, 1)[0];
}

/** How surely two inputs mean the same record: by id, else by the values that they share. */
export function likeness(a: WriteInput, b: WriteInput): number {
  if (a.id !== undefined || b.id !== undefined) return a.id === b.id ? 1_000 : 0;
  return Object.entries(b.properties).reduce((score, [name, value]) => {
    if (a.properties[name] !== value) return score;
    return score + (/(?:^|_)(?:email|external_id)$/.test(name) ? 100 : 1);
  }, 0);
}

function nameOf({ id, properties }: WriteInput): string {
  return id ?? properties.enginy_external_id ?? properties.email ?? properties.name ?? '';
}
