import type { AnswerReader, CallMeaning, CrmProtocol, Json } from '../../crm/crm-protocol.ts';
import { isObject, objectsIn } from '../../json.ts';
import { captureReference } from '../capture-file.ts';
import type { Capture, CapturedExchange } from '../capture-schema.ts';
import { callTitle } from './call-title.ts';
import { reasonOf, storyOf } from './capture-story.ts';
import { firstFew, maxValues } from './first-few.ts';
import { counted } from '../../counted.ts';
import { clipped } from '../../clipped.ts';

/** One line of a list: time, endpoint, status, counts, duration. */
export function listRow(capture: Capture, name: string): (string | number)[] {
  const { startedAt, request, answer, summary, durationMs } = capture;
  return [
    startedAt.replace('T', ' ').replace(/\.\d+Z$/, ''),
    `${request.method} ${request.path}`,
    answer?.status ?? 'none',
    summary.records,
    summary.errors,
    summary.warnings,
    summary.upstreamCalls,
    durationMs,
    captureReference(name),
    short(reasonOf(capture), maxReason),
  ];
}

export const listHead = [
  'time (UTC)',
  'endpoint',
  'status',
  'records',
  'errors',
  'warnings',
  'calls',
  'ms',
  'name',
  'reason',
];

/**
 * What happened to a request, for a person: what was sent, found, written and held back, then each call of the CRM and the answer.
 * @param isComplete also what the bridge knew before, and its settings.
 */
export function describeCapture(
  protocol: CrmProtocol,
  capture: Capture,
  { isComplete }: { isComplete: boolean },
): string[] {
  const { request, answer, summary } = capture;
  const status = answer === null ? 'no response: the caller disconnected' : `answered ${answer.status}`;
  const { sent, found, wrote, heldBack } = storyOf(protocol, capture);
  return [
    `${request.method} ${request.path}  ${status} after ${capture.durationMs} ms  (${capture.startedAt})`,
    `  request ${capture.requestId}: ${counted(summary.records, 'record')}, ${counted(summary.errors, 'error')}, ${counted(summary.warnings, 'warning')}`,
    ...(request.key === 'good' ? [] : [`  the API key was ${request.key}`]),
    ...(capture.trimmed === true ? ['  bodies were omitted because of their size'] : []),
    ...part('Sent', sent),
    ...part('Found', found),
    ...part('Wrote', wrote),
    ...part('Held back or failed', heldBack),
    '',
    ...describeCalls(protocol, capture),
    ...(isComplete ? describeKnown(capture) : []),
    '',
    ...describeAnswer(capture),
    ...(isComplete ? describeSettings(capture) : []),
  ];
}

function part(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length > maxLines ? [`  and ${lines.length - maxLines} more`] : [];
  return ['', title, ...lines.slice(0, maxLines).map((line) => `  ${short(line)}`), ...more];
}

function describeSettings({ bridge, mapping, settings, personalData }: Capture): string[] {
  return [
    '',
    `Bridge ${bridge.version} on Node ${bridge.node}${bridge.sandbox ? ', embedded CRM' : ''}; mapping ${mapping.hash}; limits ${settings.burstPerTenSeconds} per 10 s, ${settings.searchPerSecond} searches per s`,
    `Personal data was ${personalData === 'kept' ? 'kept unchanged' : 'replaced by placeholders'}`,
  ];
}

function describeCalls(protocol: CrmProtocol, { exchanges }: Capture): string[] {
  if (exchanges.length === 0) return ['No calls to the CRM.'];
  const ordered = [...exchanges].sort((a, b) => a.call.startedMs - b.call.startedMs);
  return [
    'Calls to the CRM (ms since the request arrived, ms queued, ms taken, status):',
    ...ordered.map((exchange) => {
      const { startedMs, waitedMs, durationMs, failure, networkCode, attempt, shared } = exchange.call;
      const status =
        failure === undefined ? String(exchange.status) : failure === 'time-out' ? 'none' : (networkCode ?? 'network');
      const times = [startedMs, waitedMs, durationMs].map((ms) => String(ms).padStart(7)).join('');
      const notes = [
        ...(attempt > 1 ? [`try ${attempt}`] : []),
        ...(shared === true ? ['shared with other requests'] : []),
      ];
      const tail = notes.length === 0 ? '' : `  (${notes.join(', ')})`;
      return `${times}  ${status.padEnd(4)}  ${describeExchange(protocol, exchange)}${tail}`;
    }),
  ];
}

function describeExchange({ calls, answers }: CrmProtocol, exchange: CapturedExchange): string {
  const meaning = describeMeaning(calls.meaningOf(exchange), exchange);
  const outcome = describeOutcome(answers, exchange);
  return outcome === '' ? meaning : `${meaning}: ${outcome}`;
}

function describeMeaning(meaning: CallMeaning, exchange: CapturedExchange): string {
  switch (meaning.kind) {
    case 'read':
      return `read ${meaning.objectType} by ${meaning.idProperty ?? 'id'}, ${firstFew(meaning.ids)}`;
    case 'search':
      return `search ${meaning.objectType} for ${firstFew(meaning.terms)}`;
    default:
      return callTitle(meaning, exchange);
  }
}

const maxText = 160;
const maxReason = 80;
/** Lines of each part of the story. */
const maxLines = 20;

function describeOutcome(answers: AnswerReader, exchange: CapturedExchange): string {
  const { response, status, call } = exchange;
  if (call.failure !== undefined) return call.failure === 'time-out' ? 'no response arrived' : 'the network failed';
  if (!isObject(response)) return status >= 400 ? 'a response that is not JSON' : '';
  if (status >= 400) {
    const { category, message } = answers.describeError(response);
    return short(`${category} ${message}`);
  }
  const errors = answers.errorsIn(response);
  const parts = Array.isArray(response.results) ? [`${answers.resultsIn(response).length} returned`] : [];
  for (const error of errors.slice(0, maxValues)) parts.push(short(describeError(answers, error)));
  if (errors.length > maxValues) parts.push(`${errors.length - maxValues} more errors`);
  return parts.join('; ');
}

function describeError(answers: AnswerReader, error: Json): string {
  const { category, message, ids } = answers.describeError(error);
  const inputs = ids.length === 0 ? '' : ` (${firstFew(ids)})`;
  return `${category === '' ? 'error' : category}: ${message}${inputs}`;
}

function describeKnown({ remembered, ambient }: Capture): string[] {
  const lines: string[] = [];
  for (const { objectType, name, value, id, source } of remembered) {
    const how = source === 'index' ? 'proposed by the identity index' : 'remembered';
    const which = id === undefined ? 'no record' : id;
    lines.push(`  ${objectType} ${which} was ${how} for ${name} ${value.replaceAll('\u0001', ' + ')}`);
  }
  const known = ambient.map(({ call, status }) => (status < 400 ? call.purpose : `${call.purpose} (${status})`));
  if (known.length > 0) lines.push(`  known from before: ${known.join(', ')}`);
  return lines.length === 0 ? [] : ['', 'From memory:', ...lines];
}

function describeAnswer({ answer }: Capture): string[] {
  if (answer === null) return [];
  if (!isObject(answer.body)) return ['Answer:', `  ${short(JSON.stringify(answer.body) ?? '(empty)')}`];
  const { results, errors, ...rest } = answer.body;
  const lines = [
    ...objectsIn(results).flatMap(describeResult),
    ...objectsIn(errors).map((entry) => `  ${keyOf(entry)}  error: ${String(entry.error)}`),
  ];
  if (Object.keys(rest).length > 0) lines.push(`  ${short(JSON.stringify(rest))}`);
  return ['Answer:', ...(lines.length === 0 ? ['  (nothing)'] : lines)];
}

function describeResult(entry: Record<string, unknown>): string[] {
  const outcome =
    entry.success === false
      ? `failed: ${String(entry.error)}`
      : entry.crmId === keyOf(entry)
        ? 'done'
        : `→ ${String(entry.crmId ?? entry.id)}`;
  const warnings = Array.isArray(entry.warnings) ? entry.warnings : [];
  return [`  ${keyOf(entry)}  ${outcome}`, ...warnings.map((warning) => `      warning: ${String(warning)}`)];
}

function keyOf(entry: Record<string, unknown>): string {
  if (entry.contactCRMId !== undefined) return `${String(entry.contactCRMId)} – ${String(entry.companyCRMId)}`;
  return String(entry.externalId ?? entry.crmId ?? entry.id);
}

function short(text: string, longest = maxText): string {
  return clipped(text.replace(/\s+/g, ' ').trim(), longest);
}
