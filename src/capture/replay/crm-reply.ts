import type { ComposedReply, CrmProtocol, WireCall, WriteInput } from '../../crm/crm-protocol.ts';
import type { CapturedExchange } from '../capture-schema.ts';

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

export function reply({ status, body }: ComposedReply): CrmReply {
  return { kind: 'reply', status, body, headers: { 'content-type': 'application/json' }, afterMs: 0 };
}

/**
 * The recorded answer.
 * @param call the call that gets it: where its inputs are numbered differently, so are those of the answer.
 */
export function asRecorded(protocol: CrmProtocol, exchange: CapturedExchange, call?: WireCall): CrmReply {
  const { failure, networkCode, durationMs } = exchange.call;
  if (failure === 'time-out') return { kind: 'silence' };
  if (failure === 'network') return { kind: 'network failure', code: networkCode, afterMs: durationMs };
  const headers = Object.fromEntries(pairs(exchange.rawHeaders ?? []));
  return {
    kind: 'reply',
    status: exchange.status,
    body: call === undefined ? exchange.response : renumbered(protocol, exchange, call),
    headers: { 'content-type': 'application/json', ...headers },
    afterMs: durationMs,
  };
}

/** True when the CRM refused the whole call or no answer arrived. */
export function hasFailed({ call, status }: CapturedExchange): boolean {
  return call.failure !== undefined || status >= 400;
}

function renumbered({ calls, replies }: CrmProtocol, exchange: CapturedExchange, call: WireCall): unknown {
  const recorded = calls.meaningOf(exchange);
  const replayed = calls.meaningOf(call);
  if (recorded.kind !== 'write' || replayed.kind !== 'write') return exchange.response;
  const left = [...replayed.inputs];
  const traceIds = new Map<string, string>();
  for (const input of recorded.inputs) {
    const at = left.findIndex((other) => isSameInput(input, other));
    const [same] = at < 0 ? [] : left.splice(at, 1);
    if (input.traceId !== undefined && same?.traceId !== undefined) traceIds.set(input.traceId, same.traceId);
  }
  if ([...traceIds].every(([before, after]) => before === after)) return exchange.response;
  return replies.withTraceIds(exchange.response, traceIds);
}

function isSameInput(a: WriteInput, b: WriteInput): boolean {
  const names = new Set([...Object.keys(a.properties), ...Object.keys(b.properties)]);
  return a.id === b.id && [...names].every((name) => a.properties[name] === b.properties[name]);
}

function pairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((name, at): [string, string][] =>
    at % 2 === 0 ? [[name.toLowerCase(), flat[at + 1] ?? '']] : [],
  );
}
