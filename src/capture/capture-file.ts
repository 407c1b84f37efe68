import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The version of the form below. A reader refuses files of a later one. */
export const captureVersion = 1;

const Call = z.object({
  purpose: z.string(),
  /** Milliseconds after the request arrived. */
  startedMs: z.number(),
  durationMs: z.number(),
  /** Turns, pauses and earlier tries before this one, in milliseconds. */
  waitedMs: z.number(),
  attempt: z.number(),
  /** `time-out`, `network`: no answer arrived; `status` is then only a placeholder for plain nock. */
  failure: z.enum(['time-out', 'network']).optional(),
  /** Node's word for what the network did, e.g. `ECONNRESET`. */
  networkCode: z.string().optional(),
  /** Several requests of Enginy took part. */
  shared: z.boolean().optional(),
});

/** A nock definition (`nock.define` takes it as it is) and what happened around it. */
const Exchange = z.object({
  scope: z.string(),
  method: z.string(),
  path: z.string(),
  body: z.unknown().optional(),
  status: z.number(),
  response: z.unknown(),
  rawHeaders: z.array(z.string()).optional(),
  call: Call,
});
export type CapturedExchange = z.infer<typeof Exchange>;

const CaptureSchema = z.object({
  version: z.literal(captureVersion),
  /** Counts for a list, without reading the rest. */
  summary: z.object({
    records: z.number(),
    errors: z.number(),
    warnings: z.number(),
    upstreamCalls: z.number(),
  }),
  requestId: z.string(),
  /** ISO 8601. */
  startedAt: z.string(),
  durationMs: z.number(),
  personalData: z.enum(['replaced', 'kept']),
  /** Bodies were left out for their size: to be read, not to be replayed. */
  trimmed: z.boolean().optional(),
  bridge: z.object({ version: z.string(), node: z.string(), sandbox: z.boolean() }),
  settings: z.object({
    defaultCountry: z.string().optional(),
    requestTimeoutMs: z.number(),
    hubspotTimeoutMs: z.number(),
    bodyLimitBytes: z.number(),
    burstPerTenSeconds: z.number(),
    searchPerSecond: z.number(),
  }),
  request: z.object({
    method: z.string(),
    path: z.string(),
    headers: z.record(z.string(), z.string()),
    /** Whether it carried the API key; the key itself is never kept. */
    key: z.enum(['good', 'missing', 'wrong']),
    body: z.unknown().optional(),
    /** A body that is no JSON. */
    bodyText: z.string().optional(),
  }),
  /** Null when the caller went away before it was ready. */
  answer: z
    .object({ status: z.number(), headers: z.record(z.string(), z.string()), body: z.unknown().optional() })
    .nullable(),
  exchanges: z.array(Exchange),
  /** What the bridge knew from earlier: property definitions, owners. Served in a replay when asked for. */
  ambient: z.array(Exchange),
  /** Record ids that the bridge remembered from earlier requests and used. */
  remembered: z.array(z.object({ objectType: z.string(), name: z.string(), value: z.string(), id: z.string() })),
  mapping: z.object({
    hash: z.string(),
    files: z.array(z.object({ name: z.string(), text: z.string() })),
  }),
});
export type Capture = z.infer<typeof CaptureSchema>;

const RegressionFile = z.object({ story: z.string(), capture: z.record(z.string(), z.unknown()) });

/** A file that is no capture, or of a form that this version does not know. */
export class CaptureFileError extends Error {
  override readonly name = 'CaptureFileError';
}

/** @throws CaptureFileError that names the file and the first thing that is wrong with it. */
export function readCapture(file: string): Capture {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'it is not JSON';
    throw new CaptureFileError(`${file} cannot be read (${code})`, { cause: error });
  }
  // A regression test holds its capture within.
  const within = RegressionFile.safeParse(content);
  return parseCapture(within.success ? within.data.capture : content, file);
}

/** As {@link readCapture}, of what was read already. */
export function parseCapture(content: unknown, file: string): Capture {
  const parsed = CaptureSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const version = typeof content === 'object' && content !== null && 'version' in content ? content.version : undefined;
  if (typeof version === 'number' && version > captureVersion) {
    throw new CaptureFileError(`${file} was written by a later version of the bridge (form ${version})`);
  }
  const [issue] = parsed.error.issues;
  throw new CaptureFileError(`${file} is not a capture: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}

/** `2026-11-20T12-34-56.789Z_POST_contacts-sync_200_3f2a91c0.json`: sorts by time, tells what it is about. */
export function captureFileName(of: {
  readonly startedAt: string;
  readonly method: string;
  readonly path: string;
  readonly status: number | undefined;
  readonly unique: string;
}): string {
  const route = of.path
    .split('?')[0]
    ?.split('/')
    .filter((segment) => /^[a-z]+$/.test(segment))
    .slice(0, 3)
    .join('-');
  const time = of.startedAt.replace(/:/g, '-');
  return `${time}_${of.method}_${route === undefined || route === '' ? 'other' : route}_${of.status ?? 'none'}_${of.unique}.json`;
}

/** True for the name of a capture, finished and written by this project. */
export function isCaptureFileName(name: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T[\d-]+\.\d{3}Z_[A-Z]+_[a-z-]+_(?:\d{3}|none)_[0-9a-f]+\.json$/.test(name);
}
