import { captionedTable } from '../html/captioned-table.ts';
import { type Html, html, type Part } from '../html/html.ts';
import { isolated } from '../html/isolated.ts';
import { statusMark } from '../html/status-mark.ts';
import { timeTag } from '../html/time-tag.ts';
import { requestPath } from '../requests/request-path.ts';
import type { EntryView } from './entry-view.ts';

/** Where a record is in HubSpot, or in the embedded CRM; undefined where that is not known. */
export type RecordLink = (object: 'contacts' | 'companies', crmId: string) => string | undefined;

/** What happened to one record, request after request. */
export function showTimeline(caption: Part, entries: readonly EntryView[]): Html {
  return captionedTable(
    caption,
    [{ label: 'Time' }, { label: 'Request' }, { label: 'What happened' }],
    entries.map((entry) => ({
      href: requestPath(entry),
      cells: [
        timeTag(entry.at),
        html`<a href="${requestPath(entry)}">${entry.endpoint}</a>`,
        html`${statusMark(entry.status, words[entry.status])} ${entry.summary}${showDetails(entry)}`,
      ],
    })),
    { isStacked: true },
  );
}

/** What happened to each record of one request. */
export function showEntries(caption: Part, entries: readonly EntryView[], linkOf: RecordLink): Html {
  return captionedTable(
    caption,
    [{ label: 'Record' }, { label: 'What happened' }],
    entries.map((entry) => ({
      cells: [
        recordCell(entry, linkOf),
        html`${statusMark(entry.status, words[entry.status])} ${entry.summary}${showDetails(entry)}`,
      ],
    })),
    { isStacked: true },
  );
}

const words = { good: 'done', warning: 'held back', bad: 'failed' } as const;

function recordCell({ object, externalId, crmId }: EntryView, linkOf: RecordLink): Html {
  const isRecord = object === 'contacts' || object === 'companies';
  const url = isRecord && crmId !== undefined ? linkOf(object, crmId) : undefined;
  const page = isRecord ? recordPath(externalId ?? crmId) : undefined;
  const name = externalId ?? crmId ?? 'without id';
  return html`${object} ${page === undefined ? html`<span class="code">${isolated(name)}</span>` : html`<a class="code" href="${page}">${isolated(name)}</a>`}${url !== undefined && html` <a href="${url}" rel="noreferrer">HubSpot ${crmId}</a>`}`;
}

/** The permanent URL of a record. An id that may be personal data must not appear in a URL. */
export function recordPath(id: string | undefined): string | undefined {
  return id === undefined || !isPlainId(id) ? undefined : `/console/record/${encodeURIComponent(id)}`;
}

/** True for an id such as `lead-7`; false for what may be an email address, a phone number or a profile. */
export function isPlainId(id: string): boolean {
  return /^[A-Za-z0-9][\w.-]{0,127}$/.test(id);
}

/** Why, what was written, and what was held back, with what to do. */
export function showDetails({ advice, search, written, created, heldBack }: EntryView): Html {
  const facts: [title: string, text: string][] = [
    ...search.map((line): [string, string] => ['Looked for', line]),
    ...(written.length > 0 ? [['Wrote', written.join(', ')] as [string, string]] : []),
    ...(created.length > 0 ? [['Created properties', created.join(', ')] as [string, string]] : []),
    ...advice.map((line): [string, string] => ['What to do', line]),
  ];
  if (facts.length + heldBack.length === 0) return html``;
  return html`<dl class="facts">${facts.map(([title, text]) => html`<dt>${title}</dt><dd>${text}</dd>`)}${heldBack.map(
    ({ why, remedy }) =>
      html`<dt>Held back</dt><dd>${why}${remedy !== undefined && html`<br><span class="faint">${remedy}</span>`}</dd>`,
  )}</dl>`;
}
