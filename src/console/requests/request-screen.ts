import { includesRole } from '../access/roles.ts';
import { ThreadCallError } from '../archive/call-thread.ts';
import type { ConsoleThreads } from '../archive/open-threads.ts';
import { html } from '../html/html.ts';
import { noJournal } from '../html/no-journal.ts';
import type { RecordLink } from '../records/show-entries.ts';
import type { ReplayedMapping } from '../replays/replay-settings.ts';
import type { Page, ScreenReply, Screen, Visit } from '../screens/screen.ts';
import type { RequestView } from './read-request.ts';
import { type RequestPageParts, showRequest } from './show-request.ts';

interface RequestDeps extends Pick<ConsoleThreads, 'archive' | 'workshop'> {
  readonly isJournalOn: boolean;
  readonly isCaptureOn: boolean;
  links(): Promise<RecordLink>;
}

const path = '/console/requests/:id';

/** One request: what Enginy sent, what was called, and what Enginy was answered. */
export function requestScreen(deps: RequestDeps): Screen {
  return {
    path,
    title: 'Request',
    role: 'viewer',
    show: (visit) => showOne(deps, visit, {}),
    actions: [
      {
        path: `${path}/replay`,
        role: 'editor',
        run: (visit) => replayOne(deps, visit),
      },
      {
        path: `${path}/regression`,
        role: 'editor',
        run: (visit) => saveRegression(deps, visit),
      },
      {
        path: `${path}/values`,
        role: 'operator',
        run: (visit) => showOne(deps, visit, { showsValues: true }),
      },
    ],
  };
}

interface Shown {
  readonly showsValues?: boolean;
  readonly replay?: RequestPageParts['replay'];
}

function positionOf({ query, form }: Visit): number | undefined {
  const text = form.get('at') ?? query.get('at') ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

async function findRequest(
  { archive }: RequestDeps,
  visit: Visit,
  showsValues = false,
): Promise<RequestView | undefined> {
  const position = positionOf(visit);
  const requestId = visit.params.id ?? '';
  return await archive.ask('request', { requestId, showsValues, ...(position !== undefined && { position }) });
}

async function showOne(deps: RequestDeps, visit: Visit, { showsValues, replay }: Shown): Promise<Page> {
  const view = await findRequest(deps, visit, showsValues);
  if (view === undefined) return notFound(deps);
  const { role } = visit.identity;
  const parts = {
    formToken: visit.formToken,
    canReplay: includesRole(role, 'editor'),
    canShowValues: includesRole(role, 'operator'),
    isCaptureOn: deps.isCaptureOn,
    linkOf: await deps.links(),
    ...(replay !== undefined && { replay }),
  };
  return { title: `Request ${visit.params.id?.slice(0, maxTitle) ?? ''}`, body: showRequest(view, parts) };
}

/** Ids of the caller's own form may be long. */
const maxTitle = 40;

function notFound({ isJournalOn }: RequestDeps): Page {
  if (!isJournalOn) return { status: 404, body: noJournal(false, whatIsShown) };
  return { title: 'Request not found', status: 404, body: unknownId };
}

const whatIsShown = 'what Enginy sent, the calls of HubSpot, and what happened to each record';

const unknownId = html`<p>The journal has no request with this id: it is older than the journal, or came to a bridge that keeps its journal elsewhere.</p>`;

async function replayOne(deps: RequestDeps, visit: Visit): Promise<Page> {
  const view = await findRequest(deps, visit);
  if (view?.capture === undefined) return view === undefined ? notFound(deps) : await showOne(deps, visit, {});
  const which: ReplayedMapping = visit.form.get('mapping') === 'captured' ? { kind: 'captured' } : { kind: 'today' };
  const mapping = which.kind === 'today' ? 'of today' : 'of the capture';
  try {
    const result = await deps.workshop.ask('replay', view.capture.name, which);
    return await showOne(deps, visit, { replay: { mapping, ...result } });
  } catch (error) {
    if (!(error instanceof ThreadCallError)) throw error;
    return await showOne(deps, visit, { replay: { mapping, problem: error.message } });
  }
}

async function saveRegression(deps: RequestDeps, visit: Visit): Promise<ScreenReply> {
  const view = await findRequest(deps, visit);
  if (view?.capture === undefined) return view === undefined ? notFound(deps) : await showOne(deps, visit, {});
  try {
    const text = await deps.workshop.ask('regression', view.capture.name);
    const name = `${view.request.endpoint.toLowerCase().replace(/[^a-z]+/g, '-')}-${view.request.position}.json`;
    return { download: { name, type: 'application/json', text } };
  } catch (error) {
    if (!(error instanceof ThreadCallError)) throw error;
    return await showOne(deps, visit, { replay: { mapping: 'of the capture', problem: error.message } });
  }
}
