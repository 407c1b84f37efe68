import { captionedTable } from '../html/captioned-table.ts';
import { type Html, html } from '../html/html.ts';
import { isolated } from '../html/isolated.ts';
import type { Page, Screen, Visit } from '../screens/screen.ts';
import {
  associatedRecords,
  type DataKind,
  type DataPage,
  type DataRecord,
  dataKinds,
  type EmbeddedCrm,
  listRecords,
} from './crm-data.ts';
import { clipped } from '../../clipped.ts';

/** What is in the embedded CRM. With a real account the console links into HubSpot instead. */
export function dataScreens(crm: EmbeddedCrm): readonly Screen[] {
  const query = { after: /^\d{1,20}$/ };
  const list = (visit: Visit) => showList(crm, visit);
  return [
    { path: '/console/data', title: 'Data', navLabel: 'Data', role: 'operator', query, show: list },
    { path: '/console/data/:kind', title: 'Data', role: 'operator', query, show: list },
    { path: '/console/data/:kind/:id', title: 'Data', role: 'operator', show: (visit) => showRecord(crm, visit) },
  ];
}

function kindOf({ params }: Visit): DataKind | undefined {
  return params.kind === undefined ? 'contacts' : dataKinds.find((kind) => kind === params.kind);
}

const notFound: Page = { status: 404, title: 'Not found', body: html`<p>The embedded CRM has no such record.</p>` };

function showList(crm: EmbeddedCrm, visit: Visit): Page {
  const kind = kindOf(visit);
  if (kind === undefined) return notFound;
  const after = visit.query.get('after') || undefined;
  const page = listRecords(crm, kind, after);
  return {
    title: `Data: ${kind}`,
    body: html`${kindLinks(kind)}${page.records.length === 0 ? html`<p>There are no records.</p>` : listTable(kind, page)}`,
  };
}

function kindLinks(current: DataKind): Html {
  return html`<p>${dataKinds.map((kind) => (kind === current ? html`<strong>${kind}</strong> ` : html`<a href="/console/data/${kind}">${kind}</a> `))}</p>`;
}

function listTable(kind: DataKind, { records, after }: DataPage): Html {
  return html`${recordTable(kind, records, { caption: `${kind} of the embedded CRM`, maxBytes: 50_000 })}
${after !== undefined && html`<p><a rel="next" href="/console/data/${kind}?after=${after}">Next page</a></p>`}`;
}

const maxCell = 120;

interface TableSettings {
  readonly caption: string;
  /** Room in the page; records beyond it are counted. */
  readonly maxBytes: number;
}

/** Times are shown as the CRM has them: in UTC, or in milliseconds since 1970. */
function recordTable(kind: DataKind, records: readonly DataRecord[], { caption, maxBytes }: TableSettings): Html {
  const isActivity = kind === 'emails' || kind === 'communications' || kind === 'notes';
  const columns = isActivity
    ? [
        { label: 'Id' },
        { label: 'Time (UTC)' },
        { label: 'Direction' },
        { label: 'Subject or type' },
        { label: 'Text' },
      ]
    : kind === 'tasks'
      ? [{ label: 'Id' }, { label: 'Due (UTC)' }, { label: 'Subject' }, { label: 'Status' }, { label: 'Type' }]
      : kind === 'contacts'
        ? [
            { label: 'Id' },
            { label: 'Name' },
            { label: 'Email' },
            { label: 'Title' },
            { label: 'Company' },
            { label: 'Stage' },
          ]
        : [
            { label: 'Id' },
            { label: 'Name' },
            { label: 'Domain' },
            { label: 'Industry' },
            { label: 'City' },
            { label: 'Stage' },
          ];
  const rows = records.map((record) => {
    const href = `/console/data/${kind}/${record.id}`;
    return {
      href,
      cells: [html`<a class="code" href="${href}">${record.id}</a>`, ...cellsOf(kind, record).map(isolated)],
    };
  });
  return captionedTable(caption, columns, rows, { isStacked: true, maxBytes });
}

function cellsOf(kind: DataKind, { properties: p }: DataRecord): readonly string[] {
  const time = p.hs_timestamp ?? '';
  switch (kind) {
    case 'contacts':
      return [`${p.firstname ?? ''} ${p.lastname ?? ''}`.trim(), p.email, p.jobtitle, p.company, p.lifecyclestage].map(
        short,
      );
    case 'companies':
      return [p.name, p.domain, p.industry, p.city, p.lifecyclestage].map(short);
    case 'tasks':
      return [time, p.hs_task_subject, p.hs_task_status, p.hs_task_type].map(short);
    case 'emails':
      return [time, directionOf(p), p.hs_email_subject, plain(p.hs_email_text ?? p.hs_email_html)].map(short);
    case 'communications':
      return [time, directionOf(p), p.hs_communication_channel_type, plain(p.hs_communication_body)].map(short);
    case 'notes':
      return [time, directionOf(p), 'note', plain(p.hs_note_body)].map(short);
  }
}

/** HubSpot has a direction for emails alone; the bridge begins the text of others with it, as `opening` in activities.yaml says. */
function directionOf(p: DataRecord['properties']): string {
  if (p.hs_email_direction === 'INCOMING_EMAIL') return 'inbound';
  if (typeof p.hs_email_direction === 'string') return 'outbound';
  const [line = ''] = plain(p.hs_communication_body ?? p.hs_note_body).split('\n', 1);
  const [opening = ''] = line.split(':', 1);
  if (/\b(?:inbound|received|accepted)\b/i.test(opening)) return 'inbound';
  return /\b(?:outbound|sent)\b/i.test(opening) ? 'outbound' : '';
}

function plain(body: string | null | undefined): string {
  return (body ?? '')
    .replace(/<(?:br|\/p|\/div)\b[^>]{0,200}>/gi, '\n')
    .replace(/<[^>]{0,1000}>/g, '')
    .trim();
}

function short(text: string | null | undefined): string {
  return clipped(text ?? '', maxCell);
}

/** A text of an email may be very long. */
const maxValue = 2_000;

function showRecord(crm: EmbeddedCrm, visit: Visit): Page {
  const kind = kindOf(visit);
  const { id = '' } = visit.params;
  if (kind === undefined || !/^\d{1,20}$/.test(id)) return notFound;
  const record = crm.record(kind, id);
  if (record === undefined) return notFound;
  const others = dataKinds.filter((each) => each !== kind);
  const lists = others.map((to) => ({ to, records: associatedRecords(crm, { kind, id }, to) }));
  const values = Object.entries(record.properties).filter(([, value]) => value !== '');
  const isLogged = kind === 'contacts' || kind === 'companies';
  return {
    title: `Data: ${kind} ${id}`,
    body: html`${kindLinks(kind)}
${isLogged && html`<p><a href="/console/record/${id}">What happened to this record</a></p>`}
${captionedTable(
  'Properties with a value',
  [{ label: 'Property' }, { label: 'Value' }],
  values.map(([name, value]) => ({ cells: [html`<code>${name}</code>`, isolated(clipped(value, maxValue))] })),
  { isStacked: true, maxBytes: 24_000 },
)}
${lists.map(({ to, records }) => records.length > 0 && html`<h2>Associated ${to}</h2>${recordTable(to, records, { caption: `${to} of this record, newest first`, maxBytes: 6_000 })}`)}`,
  };
}
