import type { Capture, CapturedExchange } from '../../capture/capture-schema.ts';
import { callTitle } from '../../capture/inspect/call-title.ts';
import type { CrmProtocol } from '../../crm/crm-protocol.ts';
import { isObject } from '../../json.ts';
import { beginningOf, pageBytes } from '../html/page-bytes.ts';

/** What a capture says about a request, for a page. */
export interface CaptureView {
  readonly name: string;
  /** People's values are in it unchanged, and were not asked for: bodies and messages are omitted. */
  readonly isHidden: boolean;
  readonly personalData: Capture['personalData'];
  /** Bodies were omitted because of their size: it cannot be replayed. */
  readonly isTrimmed: boolean;
  readonly mapping: string;
  readonly durationMs: number;
  /** Undefined where the caller disconnected first. */
  readonly status?: number;
  readonly sent: Body;
  readonly answered: Body;
  readonly calls: readonly CallView[];
  /** Calls beyond those that are shown. */
  readonly moreCalls: number;
  /** What the bridge knew from earlier requests. */
  readonly known: readonly string[];
}

/** Shortened JSON; undefined: nothing, or hidden. */
export interface Body {
  readonly text?: string;
  /** Characters that are not shown. */
  readonly omitted: number;
}

export interface CallView {
  readonly title: string;
  /** Milliseconds after the request arrived. */
  readonly startedMs: number;
  readonly waitedMs: number;
  readonly durationMs: number;
  /** `200`, or why there was no answer. */
  readonly status: string;
  readonly isFailed: boolean;
  readonly attempt: number;
  readonly isShared: boolean;
  /** What HubSpot said was wrong. */
  readonly error?: string;
  readonly sent: Body;
  readonly answered: Body;
}

/** Bodies of one page together take at most this many bytes of it, a single one at most a part of them. */
const maxPageBytes = 14_000;
const maxBodyBytes = 4_000;
const maxCalls = 25;
const maxKnown = 20;

/** @param options.showsValues true where a person with the right asked for values that the capture keeps unchanged. */
export function viewCapture(
  protocol: CrmProtocol,
  { name, capture }: { readonly name: string; readonly capture: Capture },
  { showsValues }: { readonly showsValues: boolean },
): CaptureView {
  const { request, answer, ambient, personalData, trimmed, mapping, durationMs } = capture;
  const isHidden = personalData === 'kept' && !showsValues;
  const shorten = bodyShortener(isHidden);
  const exchanges = [...capture.exchanges].sort((a, b) => a.call.startedMs - b.call.startedMs).slice(0, maxCalls);
  const sent = shorten(request.bodyText ?? request.body);
  const answered = shorten(answer?.body);
  return {
    name,
    isHidden,
    personalData,
    isTrimmed: trimmed === true,
    mapping: mapping.hash,
    durationMs,
    ...(answer !== null && { status: answer.status }),
    sent,
    answered,
    moreCalls: capture.exchanges.length - exchanges.length,
    calls: exchanges.map((exchange) => viewCall(protocol, exchange, { shorten, isHidden })),
    known: ambient.slice(0, maxKnown).map(({ call, status }) => `${call.purpose}${status < 400 ? '' : ` (${status})`}`),
  };
}

type Shorten = (body: unknown) => Body;

function bodyShortener(isHidden: boolean): Shorten {
  let left = maxPageBytes;
  return (body) => {
    if (isHidden || body === undefined || body === null || body === '') return { omitted: 0 };
    const text = typeof body === 'string' ? body : JSON.stringify(body, null, 1);
    const shown = beginningOf(text, Math.min(maxBodyBytes, left));
    left -= pageBytes(shown);
    return { text: shown, omitted: text.length - shown.length };
  };
}

function viewCall(
  { calls, answers }: CrmProtocol,
  exchange: CapturedExchange,
  { shorten, isHidden }: { readonly shorten: Shorten; readonly isHidden: boolean },
): CallView {
  const { call, status, response } = exchange;
  const { startedMs, waitedMs, durationMs, attempt, failure, networkCode, shared } = call;
  const isFailed = failure !== undefined || status >= 400;
  const said = isFailed && failure === undefined && isObject(response) ? answers.describeError(response) : undefined;
  return {
    title: callTitle(calls.meaningOf(exchange), exchange),
    startedMs,
    waitedMs: Math.max(0, waitedMs),
    durationMs: Math.max(0, durationMs),
    status: failure === undefined ? String(status) : failure === 'time-out' ? 'timed out' : (networkCode ?? 'network'),
    isFailed,
    attempt,
    isShared: shared === true,
    ...(said !== undefined && { error: isHidden ? said.category : `${said.category} ${said.message}`.trim() }),
    sent: shorten(exchange.body),
    answered: shorten(response),
  };
}
