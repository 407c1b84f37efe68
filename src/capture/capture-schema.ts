import { z } from 'zod';

/** The version of the form below. A reader refuses files of a later one. */
export const captureVersion = 1;

/**
 * A path as it appears in a request line: on this host, visible ASCII, no backslash (URL parsers treat it as a slash). Captures may come
 * from strangers, so their path must never name another host.
 */
const Path = z
  .string()
  .max(20_000)
  .regex(/^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/, 'is not the path of a request');
const count = z.int().min(0);
const milliseconds = z.number().min(-1e9).max(1e9);
const setting = z.number().positive().max(1e12);
const Status = z.int().min(200).max(599);
const HeaderValue = z
  .string()
  .max(10_000)
  // What RFC 9110 allows in a header.
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'is not a header');
const HeaderName = z
  .string()
  .max(200)
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'is not the name of a header');
const Headers = z.record(HeaderName, HeaderValue);
const RequestId = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9._:-]+$/, 'is not the id of a request');

const Call = z.object({
  purpose: z.string().max(1_000),
  /** Milliseconds after the request arrived. */
  startedMs: milliseconds,
  durationMs: milliseconds,
  /** Time spent waiting for its turn, in pauses and in earlier attempts, in milliseconds. */
  waitedMs: milliseconds,
  attempt: z.int().min(0).max(1_000),
  /** `time-out`, `network`: no answer arrived; `status` is then only a placeholder for plain nock. */
  failure: z.enum(['time-out', 'network']).optional(),
  /** Node's code for the network failure, e.g. `ECONNRESET`. */
  networkCode: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,50}$/)
    .optional(),
  /** Several requests of Enginy took part. */
  shared: z.boolean().optional(),
});

/** A nock definition (`nock.define` accepts it as it is) and what happened around it. */
const Exchange = z.object({
  scope: z.string().regex(/^https?:\/\/[a-z0-9.-]+(?::\d+)?$/, 'is not an origin'),
  method: z.string().regex(/^(?:GET|POST|PUT|PATCH|DELETE)$/, 'is not a method'),
  path: Path,
  body: z.unknown().optional(),
  status: Status,
  response: z.unknown(),
  /** Names and values in turn. */
  rawHeaders: z
    .array(HeaderValue)
    .max(100)
    .refine(
      (list) => list.length % 2 === 0 && list.every((name, at) => at % 2 === 1 || HeaderName.safeParse(name).success),
      'are not headers',
    )
    .optional(),
  call: Call,
});
export type CapturedExchange = z.infer<typeof Exchange>;

export const CaptureSchema = z.object({
  version: z.literal(captureVersion),
  /** Counts for a list, without reading the rest. */
  summary: z.object({
    records: count,
    errors: count,
    warnings: count,
    upstreamCalls: count,
  }),
  requestId: RequestId,
  /** ISO 8601. */
  startedAt: z.iso.datetime(),
  durationMs: milliseconds,
  personalData: z.enum(['replaced', 'kept']),
  /** Bodies were omitted because of their size: the capture can be read, but not replayed. */
  trimmed: z.boolean().optional(),
  bridge: z.object({ version: z.string(), node: z.string(), sandbox: z.boolean() }),
  settings: z.object({
    defaultCountry: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .optional(),
    requestTimeoutMs: setting,
    hubspotTimeoutMs: setting,
    bodyLimitBytes: setting,
    burstPerTenSeconds: setting,
    searchPerSecond: setting,
    extraSearches: z.int().min(0).max(10_000).optional(),
  }),
  request: z.object({
    /** Node accepts more methods than the contract has, e.g. `M-SEARCH`. */
    method: z.string().regex(/^[A-Z][A-Z-]{1,19}$/, 'is not a method'),
    path: Path,
    headers: Headers,
    /** Whether it carried the API key; the key itself is never kept. */
    key: z.enum(['good', 'missing', 'wrong']),
    body: z.unknown().optional(),
    /** A body that is not JSON. */
    bodyText: z.string().optional(),
  }),
  /** Null if the caller disconnected before it was ready. */
  answer: z.object({ status: Status, headers: Headers, body: z.unknown().optional() }).nullable(),
  exchanges: z.array(Exchange),
  /** What the bridge knew from earlier: property definitions, owners. Served in a replay when asked for. */
  ambient: z.array(Exchange),
  /** Record ids that the bridge remembered from earlier requests and used. */
  remembered: z.array(
    z.object({
      objectType: z.string(),
      name: z.string(),
      value: z.string(),
      /** Absent where the identity index, or a recent search, had found that no record holds the key. */
      id: z.string().optional(),
      source: z.literal('index').optional(),
      searched: z.literal(true).optional(),
      awaited: z.literal(true).optional(),
    }),
  ),
  mapping: z.object({
    hash: z.string().max(200),
    files: z
      .array(z.object({ name: z.string().regex(/^[\w.-]{1,200}$/, 'is not a file name'), text: z.string() }))
      .max(20),
  }),
});
export type Capture = z.infer<typeof CaptureSchema>;
