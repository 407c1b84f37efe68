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
/** Counting reads every record since then: several viewers share one result. */
const keptMs = 5_000;

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
  const reference = { since, endpoint: cause.endpoint, details: cause.details };
  const found = cause.details.length === 0 ? [] : await archive.journal()?.requestsOfCause(reference, maxRequests);
  const requests = (found ?? []).map((request) => {
    const capture = archive.captureOf(request);
    return { request, ...(capture !== undefined && { capture }) };
  });
  return { cause, requests };
}

interface Counted {
  readonly causes: readonly Cause[];
  readonly since: number;
  readonly now: number;
}

const kept = new WeakMap<Archive, Counted & { readonly until: number }>();

async function causesOf(archive: Archive, since: number): Promise<Counted> {
  const known = kept.get(archive);
  // Addresses name whole minutes.
  if (known?.since === since && performance.now() < known.until) return known;
  const now = Date.now();
  const counted = await archive.journal()?.causes(since, { now, parts: trendParts });
  const causes = counted === undefined ? [] : groupCauses(counted, archive.places());
  const result = { causes, since, now, until: performance.now() + keptMs };
  kept.set(archive, result);
  return result;
}
