import { readCapture } from '../../capture/capture-file.ts';
import type { Capture } from '../../capture/capture-schema.ts';
import { captureFileIn } from '../../capture/inspect/capture-of-request.ts';
import { capturedCrm } from '../../capture/captured-crm.ts';
import type { JournalRequest } from '../../journal/journal.ts';
import { problemLines } from '../../reasons/problem-words.ts';
import type { Archive } from '../archive/archive.ts';
import { readMappingFiles } from '../mapping/read-mapping-files.ts';
import { type EntryView, viewEntry } from '../records/entry-view.ts';
import { showCapture } from '../records/capture-ids.ts';
import { curlCommand } from './curl-command.ts';
import { hiddenId, type RequestPlace } from './request-path.ts';
import { type CaptureView, viewCapture } from './view-capture.ts';

/** Which request, and what may be shown of it. */
export interface RequestReference {
  readonly requestId: string;
  /** Of several requests with this id; by default the newest. */
  readonly position?: number;
  /** True where a person with the right asked for values that a capture keeps unchanged. */
  readonly showsValues?: boolean;
}

/** One request: from the journal, and from its capture where there is one. */
export interface RequestView {
  readonly request: JournalRequest;
  /** Positions of other requests with the same id, newest first; only where it was found by its id alone. */
  readonly others: readonly number[];
  readonly entries: readonly EntryView[];
  readonly records: number;
  /** What to do about a request that failed as a whole. */
  readonly advice: readonly string[];
  readonly capture?: CaptureView;
  /** Why its capture cannot be shown. */
  readonly captureProblem?: string;
  /** To send the request again; values are those of the capture. */
  readonly curl?: string;
  /** Names of today's mapping files: one of them can be replaced for a replay. */
  readonly mappingFiles: readonly string[];
  /** True if the files have changed since. */
  readonly isMappingChanged: boolean;
}

const maxEntries = 100;
const maxOthers = 10;

/** @returns undefined for an id that the journal does not have. */
export async function readRequest(archive: Archive, reference: RequestReference): Promise<RequestView | undefined> {
  const journal = archive.journal();
  const { requestId, position, showsValues = false } = reference;
  // A position is found at once; an id alone is looked for in all requests.
  const place = position === undefined ? {} : { from: position, before: position + 1 };
  const id = requestId === hiddenId && position !== undefined ? {} : { wholeRequestId: requestId };
  const found = await journal?.requests({ ...id, ...place, limit: maxOthers + 1 });
  const requests = (found ?? []).toReversed();
  const request = position === undefined ? requests[0] : requests.find((each) => each.position === position);
  if (request === undefined || journal === undefined) return undefined;
  const entries = await journal.recordsOf(request, maxEntries);
  const places = archive.places();
  const [problem] = entries.flatMap((entry) => entry.problem ?? []);
  return {
    request,
    others: requests.map((each) => each.position).filter((each) => each !== request.position),
    entries: entries.map((entry) => viewEntry(entry, places)),
    records: Object.values(request.outcomes).reduce((sum, number) => sum + number, 0),
    advice: request.status >= 400 && problem !== undefined ? problemLines(problem).map((line) => line.trim()) : [],
    ...readItsCapture(archive, request, showsValues),
    mappingFiles: readMappingFiles(archive).files.map(({ name }) => name),
    isMappingChanged: request.mapping !== undefined && request.mapping !== places.hash,
  };
}

function readItsCapture(
  archive: Archive,
  request: JournalRequest,
  showsValues: boolean,
): Pick<RequestView, 'capture' | 'captureProblem' | 'curl'> {
  const name = archive.captureOf(request);
  if (name === undefined) return {};
  try {
    const { capture } = showCapture(openCapture(archive, name), archive.hideId);
    const view = viewCapture(capturedCrm.protocol, { name, capture }, { showsValues });
    const curl = view.isHidden || view.isTrimmed ? undefined : curlCommand(capture);
    return { capture: view, ...(curl !== undefined && { curl }) };
  } catch (error) {
    return { captureProblem: error instanceof Error ? error.message : 'unknown reason' };
  }
}

/**
 * The request of a capture; undefined if the journal does not have it.
 * @throws CaptureFileError for a capture that cannot be read.
 */
export async function findCapturedRequest(archive: Archive, name: string): Promise<RequestPlace | undefined> {
  const { requestId } = openCapture(archive, name);
  const requests = (await archive.journal()?.requests({ wholeRequestId: requestId, limit: maxSameId })) ?? [];
  const request = requests.findLast((each) => archive.captureOf(each) === name);
  return request && { requestId, position: request.position };
}

/** Older requests with the same id are not looked at. */
const maxSameId = 1_000;

/**
 * One capture of the folder by its file name.
 * @throws CaptureFileError for a name that the folder does not have, and for a file that cannot be read.
 */
export function openCapture({ settings }: Archive, name: string): Capture {
  return readCapture(captureFileIn(settings.captures ?? '', name));
}
