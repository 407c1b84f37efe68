import { z } from 'zod';
import { routeWords } from '../contract/route-words.ts';
import { isDeeperThan } from '../json.ts';
import { readRegularFile, whyUnreadable } from '../regular-file.ts';
import { type Capture, CaptureSchema, captureVersion } from './capture-schema.ts';

/** Bodies of a capture together have at most 8 MB, and had up to 16; JSON escapes some of it. */
const maxFileBytes = 64 * 1024 ** 2;
/** The bridge accepts bodies of 100 levels; a capture puts a few around them. */
const maxLevels = 120;

const RegressionFile = z.object({ story: z.string(), capture: z.record(z.string(), z.unknown()) });

/** A file that is not a capture, or has a format that this version does not support. */
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
    throw new CaptureFileError(`${file} cannot be read (${whyUnreadable(error)})`, { cause: error });
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

/**
 * `2026-11-20T12-34-56.789Z_POST_contacts-sync_200_lead-7_3f2a91c0.json`: sorts by time, says what it is about, and carries the id of
 * its request. A caller may send the same id twice: the end keeps two names apart.
 */
export function captureFileName(of: {
  readonly startedAt: string;
  readonly method: string;
  readonly path: string;
  readonly status: number | undefined;
  readonly requestId: string;
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
    idInName(of.requestId),
    of.unique,
  ];
  return `${parts.join('_')}.json`;
}

/** The parts that {@link captureFileName} joins, in its order. */
const fileNameForm = new RegExp(
  `^${[
    '\\d{4}-\\d{2}-\\d{2}T[\\d-]+\\.\\d{3}Z',
    // Versions before 0.2 used any method; their files are counted and deleted, too.
    `(?:${methods.join('|')}|other|[A-Z-]+)`,
    '[a-z-]+',
    '(?:\\d{3}|none)',
    // Captures of earlier versions have no id in their names.
    '(?:([A-Za-z0-9._=-]{1,64})_)?[0-9a-f]+',
  ].join('_')}\\.json$`,
);

/** True for the name of a capture, finished and written by this project. */
export function isCaptureFileName(name: string): boolean {
  return fileNameForm.test(name);
}

/** When a capture's request began, from the capture's name; milliseconds since 1970. */
export function captureMoment(name: string): number {
  return Date.parse(name.slice(0, 24).replace(/T(\d{2})-(\d{2})-/, 'T$1:$2:'));
}

/** The id of a capture's request as its name carries it; undefined of a name without one. */
export function requestIdInName(name: string): string | undefined {
  return fileNameForm.exec(name)?.[1];
}

/** A request id as file names carry it: `:` and whatever else not every file system accepts becomes `=`. */
export function idInName(requestId: string): string {
  const id = requestId.slice(0, 64).replace(/[^A-Za-z0-9._-]/g, '=');
  return id === '' ? '=' : id;
}

/** The shortest text that names a capture in a command: the beginning of an id that the bridge generated, or a whole id. */
export function captureReference(name: string): string {
  const id = requestIdInName(name);
  if (id === undefined) return name.replace(/^.*_([0-9a-f]+)\.json$/, '$1');
  return /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(id) ? id.slice(0, 8) : id;
}
