import { isObject } from '../../json.ts';
import { meaningOf } from '../call-meaning.ts';
import type { Capture, CapturedExchange } from '../capture-file.ts';
import { resultsOf } from './recorded-reads.ts';

/**
 * Keys that the bridge makes itself, by chance or as the digest of what was sent: those of a replay are others than those of then,
 * since chance is and values were replaced. Each new one stands for one of the recorded ones.
 */
export interface GeneratedIds {
  /** What the replay sends, in the words of the capture. */
  toRecorded(body: unknown): unknown;
  /** What the capture answers, in the words of the replay. */
  toReplayed(body: unknown): unknown;
}

const GENERATED = /(?<![0-9a-f-])(?:[0-9a-f]{64}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})(?![0-9a-f-])/g;

export function createGeneratedIds(capture: Pick<Capture, 'exchanges' | 'answer'>): GeneratedIds {
  const free = recordedKeys(capture);
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
  if (text === undefined || text.search(GENERATED) < 0) return body;
  return JSON.parse(text.replace(GENERATED, replace)) as unknown;
}

/** Those of the record that the answer is about first: in a shared call there are other requests' too. */
function recordedKeys({ exchanges, answer }: Pick<Capture, 'exchanges' | 'answer'>): string[] {
  const answered = isObject(answer?.body) ? answer.body.id : undefined;
  const about = exchanges.flatMap((exchange) => keysOfRecord(exchange, answered));
  const own = exchanges.filter(({ call }) => call.shared !== true).flatMap(({ body }) => keysIn(body));
  const shared = exchanges.flatMap(({ body }) => keysIn(body));
  return [...new Set([...about, ...own, ...shared])];
}

function keysOfRecord(exchange: CapturedExchange, id: unknown): string[] {
  const meaning = meaningOf(exchange);
  if (typeof id !== 'string') return [];
  const results = resultsOf(exchange);
  const at = results.findIndex((result) => result.id === id);
  if (at < 0) return [];
  const found = keysIn(results[at]);
  if (found.length > 0 || meaning.kind !== 'write') return found;
  return meaning.inputs.length === results.length ? keysIn(meaning.inputs[at]?.properties) : [];
}

function keysIn(value: unknown): string[] {
  return JSON.stringify(value ?? null).match(GENERATED) ?? [];
}
