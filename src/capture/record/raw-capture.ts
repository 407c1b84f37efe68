/** What the bridge's main thread notes of one request, as texts that cost nothing to keep. */

/** One call of the CRM as it went over the wire. */
export interface RawExchange {
  readonly purpose: string;
  readonly method: string;
  readonly path: string;
  readonly requestText?: string;
  readonly status?: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseText?: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** Time between the request to call and this attempt: waiting for the pacer, pauses and earlier attempts. */
  readonly waitedMs: number;
  /** Counts from 1. */
  readonly attempt: number;
  /** Why there is no usable answer, in the bridge's words. */
  readonly error?: string;
  /** True when other requests of Enginy took part in it, or when another one made it for this one. */
  readonly isShared?: boolean;
}

/** A record id that the bridge remembered from an earlier request and used. */
export interface RememberedId {
  readonly objectType: string;
  /** Name of the match rule, as the cache knows it. */
  readonly name: string;
  readonly value: string;
  /** Absent where the identity index, or a recent search, had found that no record holds the key. */
  readonly id?: string;
  /** `index`: the identity index knew all records of this key. */
  readonly source?: 'index';
  /** True if a recent search had found all records of this key. */
  readonly searched?: true;
  /** The request that searched for it was answered before the search ended. */
  readonly awaited?: true;
}

export interface RawCapture {
  readonly requestId: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Absent if the caller disconnected before it was ready. */
  readonly answer?: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly text: string;
  };
  readonly exchanges: readonly RawExchange[];
  readonly remembered: readonly RememberedId[];
  /** Hash of the active mapping files. */
  readonly mappingHash: string;
  /** Bodies were omitted: together they were too large, or replacing their values took too long. */
  readonly isTrimmed: boolean;
}

/** Only the plain texts of a call: what it may have besides, e.g. parsed bodies, must not be copied to another thread. */
export function toRawExchange(from: RawExchange): RawExchange {
  return {
    purpose: from.purpose,
    method: from.method,
    path: from.path,
    ...(from.requestText !== undefined && { requestText: from.requestText }),
    ...(from.status !== undefined && { status: from.status }),
    responseHeaders: { ...from.responseHeaders },
    ...(from.responseText !== undefined && { responseText: from.responseText }),
    startedAt: from.startedAt,
    durationMs: from.durationMs,
    waitedMs: from.waitedMs,
    attempt: from.attempt,
    ...(from.error !== undefined && { error: from.error }),
    ...(from.isShared === true && { isShared: true }),
  };
}

/** Bytes that both bodies take in memory. */
export function bytesOf({ requestText = '', responseText = '' }: RawExchange): number {
  return bytesOfText(requestText) + bytesOfText(responseText);
}

/** One character beyond Latin-1 makes every character of a text take two bytes. */
export function bytesOfText(text: string): number {
  return Buffer.byteLength(text) === text.length ? text.length : 2 * text.length;
}

/** Without the bodies of the call. */
export function withoutTexts({ requestText: _request, responseText, ...exchange }: RawExchange): RawExchange {
  return { ...exchange, ...(responseText !== undefined && { responseText: '' }) };
}

/** Without its bodies. */
export function withoutBodies(raw: RawCapture): RawCapture {
  const { body: _body, ...rest } = raw;
  return {
    ...rest,
    exchanges: raw.exchanges.map(withoutTexts),
    ...(raw.answer !== undefined && { answer: { ...raw.answer, text: '' } }),
    isTrimmed: true,
  };
}
