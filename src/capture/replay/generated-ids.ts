import type { CrmProtocol } from '../../crm/crm-protocol.ts';
import { isObject } from '../../json.ts';
import type { Capture, CapturedExchange } from '../capture-schema.ts';
import { hasFailed } from './crm-reply.ts';

type Recorded = Pick<Capture, 'exchanges' | 'answer'>;

/**
 * Keys that the bridge generates, at random or as a digest of what was sent. A replay generates others, because the random source
 * differs and values were redacted. Each new key is paired with one of the recorded keys.
 */
export interface GeneratedIds {
  /** What the replay sends, with the capture's keys. */
  toRecorded(body: unknown): unknown;
  /** What the capture answers, with the replay's keys. */
  toReplayed(body: unknown): unknown;
}

const generatedId = /(?<![0-9a-f-])(?:[0-9a-f]{64}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})(?![0-9a-f-])/g;

export function createGeneratedIds(protocol: CrmProtocol, capture: Recorded): GeneratedIds {
  const free = recordedKeys(protocol, capture);
  const recorded = new Set(free);
  const recordedOf = new Map<string, string>();
  const replayedOf = new Map<string, string>();

  function recordedFor(key: string): string {
    const known = recordedOf.get(key);
    if (known !== undefined || recorded.has(key)) return known ?? key;
    const next = free.shift();
    if (next === undefined) return key;
    recordedOf.set(key, next);
    replayedOf.set(next, key);
    return next;
  }

  return {
    toRecorded: (body) => replaceKeys(body, recordedFor),
    toReplayed: (body) => (replayedOf.size === 0 ? body : replaceKeys(body, (key) => replayedOf.get(key) ?? key)),
  };
}

function replaceKeys(body: unknown, replace: (key: string) => string): unknown {
  const text = JSON.stringify(body);
  if (text === undefined || text.search(generatedId) < 0) return body;
  return JSON.parse(text.replace(generatedId, replace)) as unknown;
}

/** First those of the record that the answer is about: a shared call also contains keys of other requests. */
function recordedKeys(protocol: CrmProtocol, { exchanges, answer }: Recorded): string[] {
  const answered = isObject(answer?.body) ? answer.body.id : undefined;
  const about = exchanges.flatMap((exchange) => keysOfRecord(protocol, exchange, answered));
  const own = exchanges.filter(({ call }) => call.shared !== true).flatMap(({ body }) => keysIn(body));
  const shared = exchanges.flatMap(({ body }) => keysIn(body));
  return [...new Set([...about, ...own, ...shared])];
}

function keysOfRecord({ answers, calls }: CrmProtocol, exchange: CapturedExchange, id: unknown): string[] {
  if (typeof id !== 'string' || hasFailed(exchange)) return [];
  const meaning = calls.meaningOf(exchange);
  const results = answers.recordsIn(exchange);
  const at = results.findIndex((result) => result.id === id);
  if (at < 0) return [];
  const found = keysIn(results[at]);
  if (found.length > 0 || meaning.kind !== 'write') return found;
  return meaning.inputs.length === results.length ? keysIn(meaning.inputs[at]?.properties) : [];
}

function keysIn(value: unknown): string[] {
  return JSON.stringify(value ?? null).match(generatedId) ?? [];
}
