import type { ConsoleThreads } from '../archive/open-threads.ts';
import { captionedTable } from '../html/captioned-table.ts';
import { type Html, html } from '../html/html.ts';
import { noJournal } from '../html/no-journal.ts';
import { statusMark } from '../html/status-mark.ts';
import { timeTag } from '../html/time-tag.ts';
import type { Screen } from '../screens/screen.ts';
import type { RequestList, RequestRow } from './list-requests.ts';
import { filterForm, omitted, readFilters, withoutPerson } from './request-filters.ts';
import { requestPath } from './request-path.ts';

/** The requests of Enginy, newest first. */
export function requestsScreen({ archive }: Pick<ConsoleThreads, 'archive'>): Screen {
  return {
    path: '/console/requests',
    title: 'Requests',
    navLabel: 'Requests',
    role: 'viewer',
    async show({ query }) {
      const harmless = withoutPerson(query);
      if (harmless !== undefined) return { redirect: `/console/requests?${harmless}` };
      const filters = readFilters(query, Date.now());
      const list = await archive.ask('requests', filters.query);
      const unread = query.get(omitted) === 'text' ? [...filters.unread, 'text'] : filters.unread;
      const isOdd = filters.unread.length > 0;
      return { ...(isOdd && { status: 400 }), body: showRequests(list, query, unread) };
    },
    // The count of new requests needs no text of its own.
    live: () => ({}),
  };
}

export function showRequests(list: RequestList, query: URLSearchParams, unread: readonly string[]): Html {
  const { rows, olderThan, searched, isJournalOn } = list;
  return html`${filterForm(query)}
${unread.length > 0 && html`<p role="alert">Ignored, because it could not be read: ${unread.join(', ')}.${unread.includes('text') && html` To find a person, use the page <a href="/console/record">Record</a>.`}</p>`}
${query.get('before') === null && html`<p class="row"><span role="status" data-news="requests"></span> <button type="button" class="quiet" data-pause hidden aria-pressed="false">Pause</button></p>`}
${
  rows.length === 0
    ? emptyList(isJournalOn, searched)
    : captionedTable('Requests, newest first. Times are in UTC.', columns, rows.map(toRow), { isStacked: true })
}
${olderThan !== undefined && html`<p><a rel="next" href="/console/requests?${withBefore(query, olderThan)}">Older requests</a></p>`}`;
}

const columns = [
  { label: 'Time' },
  { label: 'Route' },
  { label: 'Status' },
  { label: 'Records', isNumber: true },
  { label: 'Failed', isNumber: true },
  { label: 'Held back', isNumber: true },
  { label: 'Calls', isNumber: true },
  { label: 'Waited, ms', isNumber: true },
  { label: 'ms', isNumber: true },
  { label: 'What happened' },
  { label: 'Replica' },
] as const;

function toRow(row: RequestRow) {
  const href = requestPath(row);
  const { at, endpoint, status, records, failed, heldBack, calls, waitedMs, durationMs, reason, replica, isCaptured } =
    row;
  return {
    href,
    cells: [
      html`<a href="${href}">${timeTag(at)}</a>`,
      html`<span class="code">${endpoint}</span>`,
      statusMark(status >= 400 || failed > 0 ? 'bad' : heldBack > 0 ? 'warning' : 'good', String(status)),
      records,
      failed,
      heldBack,
      calls,
      waitedMs,
      durationMs,
      html`${reason ?? ''}${isCaptured && html` <small>captured</small>`}`,
      replica,
    ],
  };
}

function withBefore(query: URLSearchParams, before: number): string {
  const next = new URLSearchParams([...query].filter(([name, value]) => value !== '' && name !== omitted));
  next.set('before', String(before));
  return next.toString();
}

function emptyList(isJournalOn: boolean, searched: number): Html {
  if (!isJournalOn || searched === 0) return noJournal(isJournalOn, 'every request from Enginy, with what went wrong');
  return html`<p>None of the ${searched} requests searched matches the filters.</p>`;
}
