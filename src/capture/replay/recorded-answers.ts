import { isObject } from '../../json.ts';
import { callKey, type Json, type Meaning, meaningOf, type WireCall } from '../call-meaning.ts';
import type { Capture, CapturedExchange } from '../capture-file.ts';
import { asRecorded, type CrmReply, reply } from './crm-reply.ts';
import { answerLinks } from './recorded-links.ts';
import { createRecordedReads } from './recorded-reads.ts';
import { createRecordedWrites } from './recorded-writes.ts';

/** The recorded exchanges as a CRM that answers. */
export interface RecordedAnswers {
  answer(call: WireCall): CrmReply;
  /** What was asked and could not be answered from the capture, in words. */
  readonly assumptions: readonly string[];
}

/**
 * The same call gets the same answer, in the recorded order where it was made several times. A call that was cut differently gets
 * what the recorded calls say of each of its parts. What the capture knows nothing of is answered so that the bridge can go on,
 * and told.
 */
export function createRecordedAnswers(capture: Pick<Capture, 'exchanges' | 'ambient'>): RecordedAnswers {
  const open = new Map<string, CapturedExchange[]>();
  const last = new Map<string, CapturedExchange>();
  const inOrder = [...capture.exchanges].sort((a, b) => a.call.startedMs - b.call.startedMs);
  for (const exchange of inOrder) {
    const key = callKey(exchange);
    open.set(key, [...(open.get(key) ?? []), exchange]);
  }
  // What was known before was not asked for again, until it was.
  for (const exchange of capture.ambient) {
    const key = callKey(exchange);
    const later = open.get(key);
    if (later !== undefined) open.set(key, [{ ...exchange, call: { ...exchange.call, durationMs: 0 } }, ...later]);
  }
  const all = [...capture.ambient, ...inOrder];
  const records = createRecordedReads(all);
  const writes = createRecordedWrites(inOrder);
  const made = new Map<string, Json[]>();
  const assumptions: string[] = [];

  function answer(call: WireCall): CrmReply {
    const key = callKey(call);
    const recorded = open.get(key)?.shift();
    if (recorded !== undefined) {
      last.set(key, recorded);
      return withNewProperties(call, asRecorded(recorded, call));
    }
    const meaning = meaningOf(call);
    return byMeaning(meaning, call) ?? again(key, call) ?? unknown(call, meaning);
  }

  function byMeaning(meaning: Meaning, call: WireCall): CrmReply | undefined {
    switch (meaning.kind) {
      case 'read':
        return records.read(meaning, assumptions);
      case 'search':
        return records.search(meaning, assumptions);
      case 'write':
        return writes.write(meaning, assumptions);
      case 'link':
      case 'read links':
        return answerLinks(inOrder, meaning, assumptions);
      case 'make properties':
        return makeProperties(meaning.objectType, meaning.definitions);
      case 'other':
        return fromAmbient(call);
    }
  }

  /** Asked once more than it was: the last answer still holds. */
  function again(key: string, call: WireCall): CrmReply | undefined {
    const recorded = last.get(key);
    return recorded === undefined ? undefined : withNewProperties(call, asRecorded(recorded, call));
  }

  function fromAmbient(call: WireCall): CrmReply | undefined {
    const [route = ''] = call.path.split('?');
    const exact = capture.ambient.find((exchange) => callKey(exchange) === callKey(call));
    const near = capture.ambient.find(
      ({ method, path }) => method === 'GET' && call.method === 'GET' && path.split('?')[0] === route,
    );
    const found = exact ?? (call.path.includes('archived=true') ? undefined : near);
    return found === undefined ? undefined : withNewProperties(call, { ...asRecorded(found, call), ...noDelay });
  }

  function makeProperties(objectType: string, definitions: readonly Json[]): CrmReply {
    const results: Json[] = [];
    const errors: unknown[] = [];
    for (const definition of definitions) {
      const recorded =
        propertyOutcome(all, objectType, String(definition.name)) ?? refusedAll(capture.ambient, objectType);
      if (recorded?.kind === 'refused') return asRecorded(recorded.exchange, { method: 'POST', path: '' });
      if (recorded?.kind === 'error') errors.push(recorded.error);
      else {
        if (recorded === undefined)
          assumptions.push(`that the property ${String(definition.name)} of ${objectType} can be made`);
        made.set(objectType, [...(made.get(objectType) ?? []), definition]);
        results.push({ ...definition });
      }
    }
    return reply(errors.length > 0 ? 207 : 201, {
      status: 'COMPLETE',
      results,
      ...(errors.length > 0 && { errors, numErrors: errors.length }),
    });
  }

  /** Properties that the replay made although the recorded request did not. */
  function withNewProperties(call: WireCall, answered: CrmReply): CrmReply {
    const objectType = /^\/crm\/v3\/properties\/([^/?]+)/.exec(call.path)?.[1];
    if (objectType === undefined || call.method !== 'GET' || answered.kind !== 'reply' || !isObject(answered.body))
      return answered;
    const known = Array.isArray(answered.body.results) ? answered.body.results : [];
    const names = new Set(known.filter(isObject).map(({ name }) => name));
    const added = (made.get(objectType) ?? []).filter(({ name }) => !names.has(name));
    return added.length === 0 ? answered : { ...answered, body: { ...answered.body, results: [...known, ...added] } };
  }

  function unknown(call: WireCall, meaning: Meaning): CrmReply {
    if (meaning.kind === 'other' && /\/groups$/.test(call.path)) {
      assumptions.push('that the property group can be made');
      return reply(201, isObject(call.body) ? call.body : {});
    }
    assumptions.push(`an answer to ${call.method} ${call.path}`);
    return reply(404, {
      status: 'error',
      category: 'OBJECT_NOT_FOUND',
      message: 'The capture has no answer to this call',
    });
  }

  return { answer, assumptions };
}

const noDelay = { afterMs: 0 } as const;

/** The portal let no property be made, and the bridge remembered it. */
function refusedAll(ambient: readonly CapturedExchange[], objectType: string): PropertyOutcome | undefined {
  const exchange = ambient.find(
    ({ method, path, status }) =>
      method === 'POST' && status === 403 && path.includes('/properties/') && path.includes(`/${objectType}`),
  );
  return exchange === undefined ? undefined : { kind: 'refused', exchange };
}

type PropertyOutcome =
  | { readonly kind: 'made' }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'refused'; readonly exchange: CapturedExchange };

function propertyOutcome(
  exchanges: readonly CapturedExchange[],
  objectType: string,
  name: string,
): PropertyOutcome | undefined {
  for (const exchange of exchanges) {
    const meaning = meaningOf(exchange);
    if (meaning.kind !== 'make properties' || meaning.objectType !== objectType) continue;
    if (!meaning.definitions.some((definition) => definition.name === name)) continue;
    if (exchange.call.failure !== undefined) continue;
    if (exchange.status >= 400) return { kind: 'refused', exchange };
    const errors =
      isObject(exchange.response) && Array.isArray(exchange.response.errors) ? exchange.response.errors : [];
    const error = errors.find((entry) => JSON.stringify(entry).includes(`"${name}"`));
    return error === undefined ? { kind: 'made' } : { kind: 'error', error };
  }
  return undefined;
}
