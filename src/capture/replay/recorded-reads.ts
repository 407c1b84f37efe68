import type {
  AnsweredRecord,
  CallMeaning,
  CrmProtocol,
  Json,
  ReadMeaning,
  SearchMeaning,
} from '../../crm/crm-protocol.ts';
import type { CapturedExchange } from '../capture-schema.ts';
import { asRecorded, type CrmReply, hasFailed, reply } from './crm-reply.ts';

/** Answers reads and searches that are batched differently than they were recorded. */
export interface RecordedReads {
  /** @param assumptions receives what the capture does not say. */
  read(call: ReadMeaning, assumptions: string[]): CrmReply;
  search(call: SearchMeaning, assumptions: string[]): CrmReply;
}

interface RecordedCall {
  readonly exchange: CapturedExchange;
  readonly meaning: CallMeaning;
  readonly records: readonly AnsweredRecord[];
}

type Known = Omit<AnsweredRecord, 'traceId'>;

/** What all recorded calls together say about records. */
interface Records {
  /** By object type and record id; later calls complete what earlier ones said. */
  readonly known: Map<string, Known>;
  /** Properties that were requested of a record: those that did not come back are empty. */
  readonly requested: Map<string, Set<string>>;
}

export function createRecordedReads(protocol: CrmProtocol, exchanges: readonly CapturedExchange[]): RecordedReads {
  const calls = exchanges.map(
    (exchange): RecordedCall => ({
      exchange,
      meaning: protocol.calls.meaningOf(exchange),
      records: hasFailed(exchange) ? [] : protocol.answers.recordsIn(exchange),
    }),
  );
  const records = collect(calls);
  const composed = (found: Iterable<Known>, names: readonly string[]): Json[] =>
    [...found].map((record) => protocol.replies.record(record, names));

  return {
    read(call, assumptions) {
      const found = new Set<Known>();
      const missing: string[] = [];
      for (const id of call.ids) {
        const result = findRecord(protocol, { calls, records }, { call, id });
        if (typeof result === 'object' && 'call' in result) return asRecorded(protocol, result);
        if (result === undefined)
          assumptions.push(`that no ${call.objectType} has ${call.idProperty ?? 'the id'} ${id}`);
        if (result === undefined || result === 'missing') missing.push(id);
        else found.add(result);
      }
      for (const record of found) {
        for (const assumption of unknownProperties(records, call, record)) assumptions.push(assumption);
      }
      const errors = missing.length === 0 ? [] : [protocol.replies.missing(missing)];
      return reply(protocol.replies.batch('read', { results: composed(found, call.properties), errors }));
    },
    search(call, assumptions) {
      const { found, answered, failed } = findByTerms({ calls, records }, call);
      if (answered.size === 0 && failed !== undefined) return asRecorded(protocol, failed);
      for (const term of new Set(call.terms)) {
        if (answered.has(term)) continue;
        assumptions.push(`that a search of ${call.objectType} for ${term} finds nothing more`);
      }
      return reply(protocol.replies.search(composed(found, call.properties)));
    },
  };
}

function collect(calls: readonly RecordedCall[]): Records {
  const known = new Map<string, Known>();
  const requested = new Map<string, Set<string>>();
  for (const { meaning, records } of calls) {
    if (meaning.kind !== 'read' && meaning.kind !== 'search' && meaning.kind !== 'write') continue;
    for (const { id, properties, rest } of records) {
      const key = `${meaning.objectType} ${id}`;
      const wanted = meaning.kind === 'write' ? [] : meaning.properties;
      requested.set(key, new Set([...(requested.get(key) ?? []), ...wanted]));
      known.set(key, { id, properties: { ...known.get(key)?.properties, ...properties }, rest });
    }
  }
  return { known, requested };
}

interface Source {
  readonly calls: readonly RecordedCall[];
  readonly records: Records;
}

/** @returns `missing` where a recorded call says so; the failed exchange where every one failed. */
function findRecord(
  { answers }: CrmProtocol,
  { calls, records }: Source,
  { call, id }: { readonly call: ReadMeaning; readonly id: string },
): Known | 'missing' | CapturedExchange | undefined {
  const wanted = id.toLowerCase();
  let failed: CapturedExchange | undefined;
  for (const { exchange, meaning, records: answered } of calls) {
    if (meaning.kind !== 'read' || meaning.objectType !== call.objectType || meaning.idProperty !== call.idProperty)
      continue;
    if (!meaning.ids.some((one) => one.toLowerCase() === wanted)) continue;
    if (hasFailed(exchange)) {
      failed = exchange;
      continue;
    }
    const result = answered.find((record) => answers.lookupValuesOf(record, call.idProperty).includes(wanted));
    return result === undefined ? 'missing' : records.known.get(`${call.objectType} ${result.id}`);
  }
  if (failed !== undefined) return failed;
  return call.idProperty === undefined ? records.known.get(`${call.objectType} ${id}`) : undefined;
}

function unknownProperties({ requested }: Records, { objectType, properties }: ReadMeaning, record: Known): string[] {
  const known = requested.get(`${objectType} ${record.id}`);
  return properties
    .filter((name) => known?.has(name) !== true && !Object.hasOwn(record.properties, name))
    .map((name) => `that ${objectType} ${record.id} has no ${name}`);
}

function findByTerms({ calls, records }: Source, call: SearchMeaning) {
  const found = new Set<Known>();
  const answered = new Set<string>();
  let failed: CapturedExchange | undefined;
  for (const { exchange, meaning, records: results } of calls) {
    if (meaning.kind !== 'search' || meaning.objectType !== call.objectType) continue;
    const shared = meaning.terms.filter((term) => call.terms.includes(term));
    if (shared.length === 0) continue;
    if (hasFailed(exchange)) {
      failed = exchange;
      continue;
    }
    for (const term of shared) answered.add(term);
    for (const { id } of results) {
      const record = records.known.get(`${call.objectType} ${id}`);
      if (record !== undefined) found.add(record);
    }
  }
  return { found, answered, failed };
}
