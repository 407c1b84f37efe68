import { isObject } from '../../json.ts';
import { meaningOf, type WireCall, type WriteInput } from '../call-meaning.ts';
import type { CapturedExchange } from '../capture-file.ts';

/** How a call of the replay is answered. */
export type CrmReply =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly body: unknown;
      readonly headers: Readonly<Record<string, string>>;
      readonly afterMs: number;
    }
  | { readonly kind: 'network failure'; readonly code: string | undefined; readonly afterMs: number }
  | { readonly kind: 'silence' };

export function reply(status: number, body: unknown): CrmReply {
  return { kind: 'reply', status, body, headers: { 'content-type': 'application/json' }, afterMs: 0 };
}

/** The recorded answer; inputs that are numbered differently now are called by their new numbers in it. */
export function asRecorded(exchange: CapturedExchange, call: WireCall): CrmReply {
  const { failure, networkCode, durationMs } = exchange.call;
  if (failure === 'time-out') return { kind: 'silence' };
  if (failure === 'network') return { kind: 'network failure', code: networkCode, afterMs: durationMs };
  const headers = Object.fromEntries(pairs(exchange.rawHeaders ?? []));
  return {
    kind: 'reply',
    status: exchange.status,
    body: renumbered(exchange, call),
    headers: { 'content-type': 'application/json', ...headers },
    afterMs: durationMs,
  };
}

function renumbered(exchange: CapturedExchange, call: WireCall): unknown {
  const then = meaningOf(exchange);
  const now = meaningOf(call);
  if (then.kind !== 'write' || now.kind !== 'write') return exchange.response;
  const left = [...now.inputs];
  const numbers = new Map<string, string>();
  for (const input of then.inputs) {
    const at = left.findIndex((other) => isSameInput(input, other));
    const [same] = at < 0 ? [] : left.splice(at, 1);
    if (input.traceId !== undefined && same?.traceId !== undefined) numbers.set(input.traceId, same.traceId);
  }
  return [...numbers].every(([a, b]) => a === b) ? exchange.response : replaceTraceIds(exchange.response, numbers);
}

function isSameInput(a: WriteInput, b: WriteInput): boolean {
  const names = new Set([...Object.keys(a.properties), ...Object.keys(b.properties)]);
  return a.id === b.id && [...names].every((name) => a.properties[name] === b.properties[name]);
}

export function replaceTraceIds(value: unknown, numbers: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((entry) => replaceTraceIds(entry, numbers));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => {
      if (name !== 'objectWriteTraceId') return [name, replaceTraceIds(entry, numbers)];
      if (Array.isArray(entry)) return [name, entry.map((id) => numbers.get(String(id)) ?? id)];
      return [name, numbers.get(String(entry)) ?? entry];
    }),
  );
}

function pairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((name, at): [string, string][] =>
    at % 2 === 0 ? [[name.toLowerCase(), flat[at + 1] ?? '']] : [],
  );
}
