import type { JournalReader, JournalRequest, RequestFilter } from '../../journal/journal.ts';
import { endpointName, outcomeLine } from '../../reasons/entry-words.ts';
import { heldBackLines } from '../../reasons/held-back-words.ts';
import type { Archive } from '../archive/archive.ts';

/** The filters of the list; times in milliseconds since 1970. */
export type RequestQuery = Omit<RequestFilter, 'limit' | 'requestId' | 'from' | 'after'>;

export interface RequestRow {
  readonly position: number;
  readonly requestId: string;
  readonly at: number;
  readonly endpoint: string;
  readonly status: number;
  readonly durationMs: number;
  /** Absent of requests of an earlier version. */
  readonly calls?: number;
  readonly waitedMs?: number;
  readonly records: number;
  readonly failed: number;
  readonly heldBack: number;
  readonly replica: string;
  /** The first thing that went wrong; where nothing did, how many records had which outcome. */
  readonly reason?: string;
  readonly isCaptured: boolean;
}

export interface RequestList {
  readonly isJournalOn: boolean;
  /** Newest first. */
  readonly rows: readonly RequestRow[];
  /** Requests before this position are on the next page; undefined: there are none. */
  readonly olderThan?: number;
  /** How many requests were looked through, of which the filter selected the rows. */
  readonly searched: number;
}

export const rowsPerPage = 50;
/** One page looks through this many requests. */
const maxSearched = 20_000;

/** One page of requests. A filter looks through a bounded number of them, and the next page goes on from there. */
export async function listRequests(archive: Archive, query: RequestQuery): Promise<RequestList> {
  const journal = archive.journal();
  if (journal === undefined) return { isJournalOn: archive.settings.journal !== undefined, rows: [], searched: 0 };
  const newest = await journal.newestPosition(query.until);
  const top = Math.min(query.before ?? newest + 1, newest + 1);
  const from = Math.max(0, top - maxSearched);
  const filter = { ...query, before: top, from, limit: rowsPerPage };
  const found = (await journal.requests(filter)).toReversed();
  const rows = await Promise.all(found.map((request) => toRow(archive, journal, request)));
  const last = rows.length >= rowsPerPage ? (rows.at(-1)?.position ?? 0) : from;
  const isEnd = last <= 1 || (await isBeforeAll(journal, { ...query, before: last }));
  return { isJournalOn: true, rows, searched: top - Math.max(last, 1), ...(!isEnd && { olderThan: last }) };
}

/** True if no request comes before; of the filters only the time counts. */
async function isBeforeAll(journal: JournalReader, { since, before }: RequestQuery): Promise<boolean> {
  const filter = { ...(since !== undefined && { since }), ...(before !== undefined && { before }), limit: 1 };
  return (await journal.requests(filter)).length === 0;
}

async function toRow(archive: Archive, journal: JournalReader, request: JournalRequest): Promise<RequestRow> {
  const { position, requestId, at, status, durationMs, outcomes, heldBack, replica, calls, waitedMs } = request;
  const failed = (outcomes.failed ?? 0) + (outcomes.several ?? 0);
  const reason = (await reasonOf(archive, journal, request)) ?? outcomesLine(outcomes);
  return {
    position,
    requestId,
    at,
    endpoint: endpointName(request),
    status,
    durationMs,
    ...(calls !== undefined && { calls }),
    ...(waitedMs !== undefined && { waitedMs }),
    records: Object.values(outcomes).reduce((sum, number) => sum + number, 0),
    failed,
    heldBack,
    replica,
    ...(reason !== undefined && { reason: reason.slice(0, maxReason) }),
    isCaptured: archive.captureOf(request) !== undefined,
  };
}

/** The page of the request has all of it. */
const maxReason = 300;

/** `1 matched, 1 not found`; undefined for a request without records. */
function outcomesLine(outcomes: JournalRequest['outcomes']): string | undefined {
  const counts = Object.entries(outcomes).filter(([, count]) => count > 0);
  return counts.map(([outcome, count]) => `${count} ${outcome.replaceAll('-', ' ')}`).join(', ') || undefined;
}

async function reasonOf(
  archive: Archive,
  journal: JournalReader,
  request: JournalRequest,
): Promise<string | undefined> {
  const { outcomes, heldBack } = request;
  const error = request.reason ?? request.error;
  if ((outcomes.failed ?? 0) + (outcomes.several ?? 0) + heldBack === 0) return error;
  const entry = await journal.firstTrouble(request);
  if (entry === undefined) return error;
  if (entry.outcome === 'failed' || entry.outcome === 'several') return outcomeLine(entry);
  const [held] = entry.heldBack;
  return held === undefined ? error : heldBackLines(held, entry.object, archive.places())[0];
}
