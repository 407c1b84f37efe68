import { isObject } from '../../json.ts';
import { type Json, type Meaning, meaningOf } from '../call-meaning.ts';
import type { CapturedExchange } from '../capture-file.ts';
import { asRecorded, type CrmReply, reply } from './crm-reply.ts';

type Read = Extract<Meaning, { kind: 'read' }>;
type Search = Extract<Meaning, { kind: 'search' }>;

/** What the recorded calls say about records, for reads and searches that were cut differently. */
export interface RecordedReads {
  read(call: Read, assumptions: string[]): CrmReply;
  search(call: Search, assumptions: string[]): CrmReply;
}

interface Known {
  readonly id: string;
  readonly properties: Json;
  readonly rest: Json;
}

export function createRecordedReads(exchanges: readonly CapturedExchange[]): RecordedReads {
  const calls = exchanges.map((exchange) => ({ exchange, meaning: meaningOf(exchange) }));
  /** By object type and record id; later calls complete what earlier ones said. */
  const records = new Map<string, Known>();
  /** Properties that were asked of a record: what did not come back then is not there. */
  const asked = new Map<string, Set<string>>();
  for (const { exchange, meaning } of calls) {
    if (meaning.kind !== 'read' && meaning.kind !== 'search' && meaning.kind !== 'write') continue;
    for (const { id, properties, ...rest } of resultsOf(exchange)) {
      const key = `${meaning.objectType} ${String(id)}`;
      const before = records.get(key)?.properties ?? {};
      const wanted = meaning.kind === 'write' ? [] : meaning.properties;
      asked.set(key, new Set([...(asked.get(key) ?? []), ...wanted]));
      records.set(key, {
        id: String(id),
        properties: { ...before, ...(isObject(properties) ? properties : {}) },
        rest,
      });
    }
  }

  function find(call: Read, value: string): Known | 'missing' | CapturedExchange | undefined {
    const wanted = value.toLowerCase();
    let failed: CapturedExchange | undefined;
    for (const { exchange, meaning } of calls) {
      if (meaning.kind !== 'read' || meaning.objectType !== call.objectType || meaning.idProperty !== call.idProperty)
        continue;
      if (!meaning.ids.some((id) => id.toLowerCase() === wanted)) continue;
      if (exchange.call.failure !== undefined || exchange.status >= 400) {
        failed = exchange;
        continue;
      }
      const result = resultsOf(exchange).find((record) => keysOf(record, call.idProperty).includes(wanted));
      return result === undefined ? 'missing' : records.get(`${call.objectType} ${String(result.id)}`);
    }
    if (failed !== undefined) return failed;
    return call.idProperty === undefined ? records.get(`${call.objectType} ${value}`) : undefined;
  }

  return {
    read(call, assumptions) {
      const found: Known[] = [];
      const missing: string[] = [];
      for (const id of call.ids) {
        const known = find(call, id);
        if (typeof known === 'object' && 'call' in known) return asRecorded(known, { method: 'POST', path: '' });
        if (known === undefined)
          assumptions.push(`that no ${call.objectType} has ${call.idProperty ?? 'the id'} ${id}`);
        if (known === undefined || known === 'missing') missing.push(id);
        else if (!found.includes(known)) found.push(known);
      }
      for (const record of found) {
        const known = asked.get(`${call.objectType} ${record.id}`) ?? new Set();
        const unknown = call.properties.filter((name) => !known.has(name) && !Object.hasOwn(record.properties, name));
        assumptions.push(...unknown.map((name) => `that ${call.objectType} ${record.id} has no ${name}`));
      }
      const errors = missing.length === 0 ? [] : [notFound(missing)];
      return reply(missing.length === 0 ? 200 : 207, {
        status: 'COMPLETE',
        results: found.map((record) => withProperties(record, call.properties)),
        ...(errors.length > 0 && { numErrors: errors.length, errors }),
      });
    },
    search(call, assumptions) {
      const results = new Map<string, Known>();
      const terms = new Set(call.terms);
      const answered = new Set<string>();
      let failed: CapturedExchange | undefined;
      for (const { exchange, meaning } of calls) {
        if (meaning.kind !== 'search' || meaning.objectType !== call.objectType) continue;
        const shared = meaning.terms.filter((term) => terms.has(term));
        if (shared.length === 0) continue;
        if (exchange.call.failure !== undefined || exchange.status >= 400) {
          failed = exchange;
          continue;
        }
        for (const term of shared) answered.add(term);
        for (const { id } of resultsOf(exchange)) {
          const record = records.get(`${call.objectType} ${String(id)}`);
          if (record !== undefined) results.set(record.id, record);
        }
      }
      if (answered.size === 0 && failed !== undefined) return asRecorded(failed, { method: 'POST', path: '' });
      for (const term of terms) {
        if (!answered.has(term)) assumptions.push(`that a search of ${call.objectType} for ${term} finds nothing more`);
      }
      const list = [...results.values()].map((record) => withProperties(record, call.properties));
      return reply(200, { total: list.length, results: list });
    },
  };
}

/** Values by which a record can have been asked for. */
function keysOf(record: Json, idProperty: string | undefined): string[] {
  const properties = isObject(record.properties) ? record.properties : {};
  const names =
    idProperty === undefined
      ? ['hs_merged_object_ids', 'hs_calculated_merged_vids']
      : [idProperty, ...(idProperty === 'email' ? ['hs_additional_emails'] : [])];
  const values = names.flatMap((name) =>
    String(properties[name] ?? '')
      .toLowerCase()
      .split(';'),
  );
  // An entry of the merged ids may carry its time behind a colon.
  return idProperty === undefined ? [String(record.id), ...values.map((value) => value.split(':')[0] ?? '')] : values;
}

function withProperties({ id, properties, rest }: Known, names: readonly string[]): Json {
  const kept = ['hs_object_id', 'createdate', ...names].map((name) => [name, properties[name] ?? null]);
  return { id, properties: Object.fromEntries(kept), ...rest };
}

function notFound(ids: readonly string[]): Json {
  return {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    message: 'Could not get some objects, they may be deleted or not exist.',
    context: { ids },
  };
}

export function resultsOf({ response, call, status }: CapturedExchange): Json[] {
  if (call.failure !== undefined || status >= 400 || !isObject(response)) return [];
  return Array.isArray(response.results) ? response.results.filter(isObject) : [];
}
