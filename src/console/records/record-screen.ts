import { includesRole } from '../access/roles.ts';
import type { ConsoleThreads } from '../archive/open-threads.ts';
import { type Html, html } from '../html/html.ts';
import { isolated } from '../html/isolated.ts';
import { noJournal } from '../html/no-journal.ts';
import { postForm } from '../html/post-form.ts';
import { timeTag } from '../html/time-tag.ts';
import type { Page, ScreenReply, Screen, Visit } from '../screens/screen.ts';
import { pathById } from '../requests/request-path.ts';
import { bareName } from './bare-name.ts';
import type { RecordExplainer } from './explain-now.ts';
import { showExplanation } from './show-explanation.ts';
import type { RecordView } from './read-record.ts';
import { isPlainId, type RecordLink, recordPath, showTimeline } from './show-entries.ts';

interface RecordDeps extends Pick<ConsoleThreads, 'archive'> {
  links(): Promise<RecordLink>;
  readonly explainNow: RecordExplainer;
}

/** Everything that happened to one record, found by any of its names. The search text never appears in a URL, log or response. */
export function recordScreen(deps: RecordDeps): Screen {
  return {
    path: '/console/record',
    title: 'Record',
    navLabel: 'Record',
    role: 'viewer',
    show: (visit) => ({ body: searchForm(visit) }),
    actions: [
      { path: '/console/record', role: 'viewer', run: (visit) => search(deps, visit) },
      {
        path: '/console/record/explain',
        role: 'operator',
        fields: { object: /^(?:contacts|companies)$/ },
        subject: subjectOf,
        run: (visit) => explain(deps, visit),
      },
    ],
  };
}

/** The same by an id in the address. */
export function recordByIdScreen(deps: RecordDeps): Screen {
  return {
    path: '/console/record/:id',
    title: 'Record',
    role: 'viewer',
    show: async (visit) => await showFound(deps, visit, { id: visit.params.id ?? '' }),
  };
}

/** The one box for every name of a record. */
export function searchForm({ formToken }: Pick<Visit, 'formToken'>): Html {
  return postForm(
    { action: '/console/record', formToken, className: 'row' },
    html`<label>Enginy id, HubSpot id, email, phone number, LinkedIn URL or request id <input name="name" id="search" type="search" required maxlength="300" size="50" autocomplete="off" spellcheck="false"></label><button class="main">Find</button>`,
  );
}

async function search(deps: RecordDeps, visit: Visit): Promise<ScreenReply> {
  const typed = (visit.form.get('name') ?? '').trim().slice(0, maxName);
  const name = bareName(typed);
  // Browsers accept blanks as a required value.
  if (name === '') return { body: searchForm(visit) };
  const view = await find(deps, name, typed);
  const { entries, request } = view;
  if (entries.length === 0 && request !== undefined) return { redirect: pathById(request) };
  const id = isPlainId(name) && entries.some(({ externalId, crmId }) => externalId === name || crmId === name);
  return id ? { redirect: `/console/record/${encodeURIComponent(name)}` } : await page(deps, visit, { view });
}

/** Quotes or brackets may belong to an id. */
async function find({ archive }: RecordDeps, name: string, typed: string): Promise<RecordView> {
  const view = await archive.ask('record', name);
  const isFound = view.entries.length > 0 || view.request !== undefined;
  return isFound || name === typed ? view : await archive.ask('record', typed);
}

const maxName = 300;

interface Shown {
  readonly id: string;
  readonly explanation?: Html;
}

async function showFound(deps: RecordDeps, visit: Visit, { id, explanation }: Shown): Promise<Page> {
  const view = await deps.archive.ask('record', id.slice(0, maxName));
  return await page(deps, visit, { id, view, explanation });
}

async function page(
  deps: RecordDeps,
  visit: Visit,
  {
    id,
    view,
    explanation,
  }: { readonly id?: string; readonly view: RecordView; readonly explanation?: Html | undefined },
): Promise<Page> {
  const linkOf = await deps.links();
  const ids = [...view.externalIds, ...view.crmRecords.map(({ crmId }) => crmId)];
  // A record may have several ids; the page shows the one in its URL.
  const title = ids.find((each) => each === id) ?? ids.find(isPlainId);
  return {
    ...(title !== undefined && { title: `Record ${title.slice(0, maxTitle)}` }),
    body: html`${searchForm(visit)}
${explanation}
${view.entries.length === 0 ? nothingFound(view) : showFoundRecord(view, linkOf, visit)}`,
  };
}

const maxTitle = 60;

function showFoundRecord(view: RecordView, linkOf: RecordLink, visit: Visit): Html {
  const { crmRecords, externalIds, entries } = view;
  const canExplain = includesRole(visit.identity.role, 'operator');
  return html`<p>${externalIds.length > 0 && html`Enginy: ${externalIds.map((id) => idLink(id))}. `}${crmRecords.map(
    ({ object, crmId }) => {
      const url = linkOf(object, crmId);
      return html`HubSpot ${object}: ${idLink(crmId)}${url !== undefined && html`<a href="${url}" rel="noreferrer">open in HubSpot</a>`}. `;
    },
  )}</p>
${
  canExplain &&
  crmRecords.map(({ object, crmId }) =>
    postForm(
      { action: '/console/record/explain', formToken: visit.formToken },
      html`<input type="hidden" name="object" value="${object}"><input type="hidden" name="id" value="${crmId}"><button>Explain ${object} ${crmId} now</button> <small>reads HubSpot, writes nothing, stores nothing</small>`,
    ),
  )
}
${showTimeline(`What happened to this record, newest first. Times are in UTC.`, entries)}`;
}

function idLink(id: string): Html {
  const path = recordPath(id);
  return path === undefined
    ? html`<code>${isolated(id)}</code> `
    : html`<a class="code" href="${path}">${isolated(id)}</a> `;
}

function nothingFound({ isJournalOn, since }: RecordView): Html {
  if (!isJournalOn || since === undefined) return noJournal(isJournalOn, 'everything that happened to a record');
  return html`<p role="status">The journal has no entry for this name. It goes back to ${timeTag(since)} UTC: Enginy has not sent such a record since then, or sent it under another name. Try its HubSpot id, email or phone number. Only whole values are found, because the journal stores digests of them.</p>`;
}

/** `contacts 101`, for the audit line; undefined if it is not a HubSpot id. */
function subjectOf({ form }: Visit): string | undefined {
  const { object, id } = toExplain(form);
  return isCrmId(id) ? `${object} ${id}` : undefined;
}

function toExplain(form: URLSearchParams) {
  const object = form.get('object') === 'companies' ? 'companies' : 'contacts';
  return { object, id: form.get('id') ?? '' } as const;
}

function isCrmId(id: string): boolean {
  return /^\d{1,20}$/.test(id);
}

async function explain(deps: RecordDeps, visit: Visit): Promise<Page> {
  const { object, id } = toExplain(visit.form);
  if (!isCrmId(id)) return { status: 400, body: html`<p role="alert">This is not a HubSpot id.</p>` };
  const explained = await deps.explainNow({ object, id });
  const title = `What would happen to ${object} ${id} now`;
  const body =
    'fault' in explained
      ? html`<p class="bad" role="alert">${explained.fault}</p>`
      : html`<p class="faint">As if Enginy sent the record as HubSpot has it now. Nothing was written or stored.</p>${explained.explanations.map((each) => showExplanation(each))}`;
  const found = await showFound(deps, visit, {
    id,
    explanation: html`<section class="result" aria-label="${title}"><h2>${title}</h2>${body}</section>`,
  });
  return 'fault' in explained ? { ...found, status: 409 } : found;
}
