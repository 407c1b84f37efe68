import type { JournalRequest } from '../../journal/journal.ts';
import type { Archive } from '../archive/archive.ts';
import { type Cause, groupCauses } from './group-causes.ts';

export interface ProblemList {
  readonly isJournalOn: boolean;
  readonly causes: readonly Cause[];
  /** Causes beyond those that are listed. */
  readonly more: number;
  readonly since: number;
  readonly now: number;
}

/** One cause and its requests. */
export interface ProblemView {
  readonly cause: Cause;
  /** Newest first. */
  readonly requests: readonly { readonly request: JournalRequest; readonly capture?: string }[];
}

const maxListed = 60;
const trendParts = 24;
const maxRequests = 500;

/** @param since milliseconds since 1970 */
export async function readProblems(archive: Archive, since: number): Promise<ProblemList> {
  const { causes, now } = await causesOf(archive, since);
  const listed = causes.slice(0, maxListed);
  const isJournalOn = archive.settings.journal !== undefined;
  return { isJournalOn, causes: listed, more: causes.length - listed.length, since, now };
}

/** @returns undefined for a cause that has not occurred since then. */
export async function readProblem(
  archive: Archive,
  { key, since }: { readonly key: string; readonly since: number },
): Promise<ProblemView | undefined> {
  const { causes } = await causesOf(archive, since);
  const cause = causes.find((each) => each.key === key);
  if (cause === undefined) return undefined;
  const found = (await findRequests(archive, cause, since)) ?? [];
  const requests = found.map((request) => {
    const capture = archive.captureOf(request);
    return { request, ...(capture !== undefined && { capture }) };
  });
  return { cause, requests };
}

/** The newest requests of a cause, newest first. */
async function findRequests(
  archive: Archive,
  { endpoint, details, failure }: Cause,
  since: number,
): Promise<readonly JournalRequest[] | undefined> {
  const journal = archive.journal();
  if (failure === undefined) return await journal?.requestsOfCause({ since, endpoint, details }, maxRequests);
  const { status, error } = failure;
  const found = await journal?.requests({ since, endpoint, status: [status, status], limit: maxFailures });
  const own = found?.filter(
    (request) =>
      request.endpoint === endpoint &&
      (request.error ?? '') === error &&
      Object.values(request.outcomes).every((count) => count === 0),
  );
  return own?.toReversed().slice(0, maxRequests);
}

/** This many requests with the status of a failure are looked through. */
const maxFailures = 5_000;

async function causesOf(
  archive: Archive,
  since: number,
): Promise<{ readonly causes: readonly Cause[]; readonly now: number }> {
  const counted = await archive.causes(since, trendParts);
  return { causes: counted === undefined ? [] : groupCauses(counted, archive.places()), now: Date.now() };
}
