import type { CrmProtocol, Json } from '../../crm/crm-protocol.ts';
import { isObject, objectsIn, stringsIn } from '../../json.ts';
import type { Capture, CapturedExchange } from '../capture-schema.ts';
import { firstFew } from './first-few.ts';

/** What a person first wants to know about a request. */
export interface CaptureStory {
  /** Per record, the names of its fields. */
  readonly sent: readonly string[];
  /** What was looked for, and how many records were found. */
  readonly found: readonly string[];
  /** Per record, the names of the properties. */
  readonly wrote: readonly string[];
  /** Errors and warnings of the answer. */
  readonly heldBack: readonly string[];
}

export function storyOf(protocol: CrmProtocol, capture: Capture): CaptureStory {
  const exchanges = [...capture.exchanges].sort((a, b) => a.call.startedMs - b.call.startedMs);
  return {
    sent: sentIn(capture.request),
    found: exchanges.flatMap((exchange) => foundBy(protocol, exchange)),
    wrote: exchanges.flatMap((exchange) => writtenBy(protocol, exchange)),
    heldBack: troubleIn(capture.answer),
  };
}

/** The first trouble of a request in its answer's words; empty for a request without any. */
export function reasonOf({ answer }: Capture): string {
  return answer === null ? 'the caller disconnected' : (troubleIn(answer)[0] ?? '');
}

function sentIn({ body, bodyText }: Capture['request']): string[] {
  if (bodyText !== undefined) return ['a body that is not JSON'];
  if (!isObject(body)) return body === undefined ? [] : ['a body that is not an object'];
  const lists = Object.values(body).filter((value) => Array.isArray(value));
  const records = lists.flat().filter(isObject);
  if (records.length > 0) return records.map(fieldsOf);
  return lists.length > 0 ? [firstFew(lists.flat().map(String))] : [fieldsOf(body)];
}

function fieldsOf(record: Record<string, unknown>): string {
  const { externalId, crmId, ...fields } = record;
  const id = externalId ?? crmId;
  return `${id === undefined ? '' : `${String(id)}: `}${Object.keys(fields).join(', ')}`;
}

function foundBy({ calls, answers }: CrmProtocol, exchange: CapturedExchange): string[] {
  const meaning = calls.meaningOf(exchange);
  if (meaning.kind !== 'read' && meaning.kind !== 'search') return [];
  const what =
    meaning.kind === 'read'
      ? `${meaning.objectType} by ${meaning.idProperty ?? 'id'}, ${firstFew(meaning.ids)}`
      : `${meaning.objectType} with ${firstFew(meaning.terms)}`;
  return [`${what}: ${isRefused(exchange) ? 'no response' : `${answers.recordsIn(exchange).length} found`}`];
}

function writtenBy({ calls, answers }: CrmProtocol, exchange: CapturedExchange): string[] {
  const meaning = calls.meaningOf(exchange);
  if (meaning.kind === 'create properties') {
    return meaning.definitions.map(({ name }) => `property ${name} of ${meaning.objectType}${refusal(exchange)}`);
  }
  // An answer that is a success as a whole may name items that were not written; an error about the only item need not name it.
  const errors = isRefused(exchange) ? [] : answers.errorsIn(exchange.response);
  const endOf = (isAbout: (error: Json) => boolean) => (errors.some(isAbout) ? ' (refused)' : refusal(exchange));
  if (meaning.kind === 'link') {
    const { from, to, items } = meaning;
    return items.map((item) => {
      const end = endOf((error) => answers.isAboutLink(error, item));
      return `link ${from} ${item.fromId} to ${to} ${item.toId}${end}`;
    });
  }
  if (meaning.kind !== 'write') return [];
  const isOnlyOne = meaning.inputs.length === 1 && answers.recordsIn(exchange).length === 0;
  return meaning.inputs.map((input) => {
    const names = Object.keys(input.properties).sort().join(', ');
    const end = endOf((error) => isOnlyOne || answers.isAboutInput(error, input));
    return `${meaning.verb} ${meaning.objectType} ${input.id ?? calls.nameOf(input)}: ${names}${end}`;
  });
}

function isRefused({ status, call }: CapturedExchange): boolean {
  return call.failure !== undefined || status >= 400;
}

function refusal(exchange: CapturedExchange): string {
  if (!isRefused(exchange)) return '';
  return exchange.call.failure === undefined ? ` (refused, ${exchange.status})` : ' (no response)';
}

function troubleIn(answer: Capture['answer']): string[] {
  const body = answer?.body;
  if (!isObject(body)) return answer === null || answer.status < 400 ? [] : [`status ${answer.status}`];
  const entries = [...objectsIn(body.errors), ...objectsIn(body.results)];
  const whole =
    typeof body.error === 'string'
      ? [[body.error, body.message].filter((text) => typeof text === 'string').join(': ')]
      : [];
  return [...whole, ...stringsIn(body.warnings), ...entries.flatMap((entry) => troubleOf(entry))];
}

function troubleOf(entry: Record<string, unknown>): string[] {
  const id = entry.externalId ?? entry.crmId ?? entry.contactCRMId ?? entry.id;
  const texts = [...(typeof entry.error === 'string' ? [entry.error] : []), ...stringsIn(entry.warnings)];
  return texts.map((text) => (id === undefined ? text : `${String(id)}: ${text}`));
}
