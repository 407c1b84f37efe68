import { z } from 'zod';
import { routeWords } from '../contract/route-words.ts';
import { isDeeperThan } from '../json.ts';
import { readRegularFile } from '../regular-file.ts';
import { type Capture, CaptureSchema, captureVersion } from './capture-schema.ts';

/** Bodies of a capture together have at most 24 MB; JSON escapes some of it. */
const maxFileBytes = 64 * 1024 ** 2;
/** The bridge accepts bodies of 100 levels; a capture puts a few around them. */
const maxLevels = 120;

const RegressionFile = z.object({ story: z.string(), capture: z.record(z.string(), z.unknown()) });

/** A file that is no capture, or of a form that this version does not know. */
export class CaptureFileError extends Error {
  override readonly name = 'CaptureFileError';
}

/** @throws CaptureFileError that names the file and the first thing that is wrong with it. */
export function readCapture(file: string): Capture {
  return parseCaptureText(readCaptureText(file), file);
}

/** The text of a file that may be a capture. Throws CaptureFileError for a device, a pipe or a file that is too large. */
export function readCaptureText(file: string): string {
  try {
    return readRegularFile(file, maxFileBytes);
  } catch (error) {
    throw new CaptureFileError(`${file} cannot be read (${reasonOf(error)})`, { cause: error });
  }
}

/** As {@link readCapture}, of a text that was read already. */
export function parseCaptureText(text: string, file: string): Capture {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new CaptureFileError(`${file} cannot be read (it is not JSON)`, { cause: error });
  }
  // A regression test holds its capture within.
  const within = RegressionFile.safeParse(content);
  return parseCapture(within.success ? within.data.capture : content, file);
}

/** As {@link readCapture}, of parsed JSON. */
export function parseCapture(content: unknown, file: string): Capture {
  if (isDeeperThan(maxLevels, content)) throw new CaptureFileError(`${file} has more than ${maxLevels} levels`);
  const parsed = CaptureSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const version = typeof content === 'object' && content !== null && 'version' in content ? content.version : undefined;
  if (typeof version === 'number' && version > captureVersion) {
    throw new CaptureFileError(`${file} was written by a later version of the bridge (form ${version})`);
  }
  const [issue] = parsed.error.issues;
  throw new CaptureFileError(`${file} is not a capture: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}

/** Methods that a file name may have; Node accepts many more. */
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

/** `2026-11-20T12-34-56.789Z_POST_contacts-sync_200_3f2a91c0.json`: sorts by time and says what it is about. */
export function captureFileName(of: {
  readonly startedAt: string;
  readonly method: string;
  readonly path: string;
  readonly status: number | undefined;
  /** Hexadecimal. */
  readonly unique: string;
}): string {
  const segments = of.path.split('?', 1)[0]?.split('/') ?? [];
  const route = segments
    .filter((segment) => routeWords.has(segment))
    .slice(0, 3)
    .join('-');
  const parts = [
    of.startedAt.replace(/:/g, '-'),
    methods.includes(of.method) ? of.method : 'other',
    route === '' ? 'other' : route,
    String(of.status ?? 'none'),
    of.unique,
  ];
  return `${parts.join('_')}.json`;
}

/** The parts that {@link captureFileName} joins, in its order. */
const FILE_NAME = new RegExp(
  `^${[
    '\\d{4}-\\d{2}-\\d{2}T[\\d-]+\\.\\d{3}Z',
    // Versions before 0.2 used any method; their files are counted and deleted, too.
    `(?:${methods.join('|')}|other|[A-Z-]+)`,
    '[a-z-]+',
    '(?:\\d{3}|none)',
    '[0-9a-f]+',
  ].join('_')}\\.json$`,
);

/** True for the name of a capture, finished and written by this project. */
export function isCaptureFileName(name: string): boolean {
  return FILE_NAME.test(name);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  return 'code' in error ? String(error.code) : error.message;
}
