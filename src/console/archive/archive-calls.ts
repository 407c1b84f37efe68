import { readMappingFiles } from '../mapping/read-mapping-files.ts';
import { readFieldsWithoutRow } from '../mapping/fields-without-row.ts';
import { readProblem, readProblems } from '../problems/read-problems.ts';
import { readRecord } from '../records/read-record.ts';
import { listRequests, type RequestQuery } from '../requests/list-requests.ts';
import { findCapturedRequest, type RequestReference, readRequest } from '../requests/read-request.ts';
import { type ArchiveSettings, openArchive } from './archive.ts';

/** What the thread of the archive can be asked. It only reads. */
export function createArchiveCalls(settings: ArchiveSettings) {
  const archive = openArchive(settings);
  // The first count reads the whole journal, so it begins before a page needs it. If it fails, the page reports the error.
  archive.causes(Date.now(), 1).catch(() => undefined);
  return {
    requests: (query: RequestQuery) => listRequests(archive, query),
    request: (reference: RequestReference) => readRequest(archive, reference),
    record: (name: string) => readRecord(archive, name),
    problems: (since: number) => readProblems(archive, since),
    problem: (which: { readonly key: string; readonly since: number }) => readProblem(archive, which),
    /** What users of the console did, newest first. */
    actions: async (count: number) => (await archive.journal()?.actions(count)) ?? [],
    latestOf: async (actions: readonly string[]) => (await archive.journal()?.latestOf(actions)) ?? [],
    mappingFiles: () => readMappingFiles(archive),
    unknownFields: (since: number) => readFieldsWithoutRow(archive, since),
    /** Names of the newest captures, newest first. */
    newestCaptures: (count: number) => archive.captureNames().slice(-count).toReversed(),
    capturedRequest: (name: string) => findCapturedRequest(archive, name),
  };
}

export type ArchiveCalls = ReturnType<typeof createArchiveCalls>;
