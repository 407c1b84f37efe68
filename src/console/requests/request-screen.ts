import { basename } from 'node:path';
import { type Diagnostic, hasErrors } from '../../mapping/schema/diagnostic.ts';
import { includesRole } from '../access/roles.ts';
import { ThreadCallError } from '../archive/call-thread.ts';
import type { ConsoleThreads } from '../archive/open-threads.ts';
import { html } from '../html/html.ts';
import { noJournal } from '../html/no-journal.ts';
import { readEdit } from '../mapping/read-edit.ts';
import type { RecordLink } from '../records/show-entries.ts';
import type { ReplayedMapping } from '../replays/replay-settings.ts';
import type { Page, ScreenReply, Screen, Visit } from '../screens/screen.ts';
import type { RequestView } from './read-request.ts';
import { hiddenId, requestPathById } from './request-path.ts';
import { type RequestPageParts, showRequest } from './show-request.ts';

interface RequestDeps extends Pick<ConsoleThreads, 'archive' | 'workshop'> {
  readonly isJournalOn: boolean;
  readonly isCaptureOn: boolean;
  links(): Promise<RecordLink>;
}

const path = '/console/requests/:id';
const position = { at: /^\d{1,15}$/ };
const mapping = /^(?:today|captured|edited)$/;

/** One request: what Enginy sent, what was called, and what Enginy was answered. */
export function requestScreen(deps: RequestDeps): Screen {
  return {
    path,
    title: 'Request',
    role: 'viewer',
    query: position,
    show: (visit) => showOne(deps, visit, {}),
    actions: [
      {
        path: `${path}/replay`,
        role: 'editor',
        fields: { ...position, mapping },
        subject,
        run: (visit) => replayOne(deps, visit),
      },
      {
        path: `${path}/regression`,
        role: 'editor',
        fields: position,
        subject,
        run: (visit) => saveRegression(deps, visit),
      },
      { path: `${path}/values`, role: 'operator', fields: position, subject, run: (visit) => showValues(deps, visit) },
    ],
  };
}

/** Of an audit line, which is shown as it is. */
function subject(visit: Visit): string {
  const id = visit.params.id ?? '';
  const position = positionOf(visit);
  const isKnown = position !== undefined && requestPathById(id).endsWith(`/${hiddenId}`);
  return isKnown ? `request at ${position}` : id.slice(0, maxTitle);
}

interface Shown extends Pick<RequestPageParts, 'replay' | 'failure'> {
  readonly showsValues?: boolean;
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

async function showOne(deps: RequestDeps, visit: Visit, { showsValues, replay, failure }: Shown): Promise<Page> {
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
    ...(failure !== undefined && { failure }),
  };
  const id = visit.params.id === hiddenId ? `at ${view.request.position}` : visit.params.id?.slice(0, maxTitle);
  const isRefused = failure !== undefined || (replay !== undefined && 'problem' in replay);
  return { title: `Request ${id}`, ...(isRefused && { status: 409 }), body: showRequest(view, parts) };
}

/** Ids of the caller's own form may be long. */
const maxTitle = 40;

function notFound({ isJournalOn }: RequestDeps): Page {
  if (!isJournalOn) return { status: 404, body: noJournal(false, whatIsShown) };
  return { title: 'Request not found', status: 404, body: unknownId };
}

const whatIsShown = 'what Enginy sent, the calls of HubSpot, and what happened to each record';

const unknownId = html`<p>The journal has no request with this id: it is older than the journal, or a bridge with another journal served it.</p>`;

async function replayOne(deps: RequestDeps, visit: Visit): Promise<Page> {
  const view = await findRequest(deps, visit);
  if (view?.capture === undefined)
    return await showOne(deps, visit, { failure: 'It cannot be replayed: its capture is gone.' });
  const which = readMapping(visit.form);
  if (which === undefined)
    return await showOne(deps, visit, { failure: 'The name of a mapping file must end in .yaml.' });
  const mapping = describeMapping(which);
  try {
    if (which.kind === 'edited') {
      const findings = await deps.workshop.ask('check', which.edit);
      if (hasErrors(findings)) return await showOne(deps, visit, { replay: { mapping, problem: errorsIn(findings) } });
    }
    const result = await deps.workshop.ask('replay', view.capture.name, which);
    return await showOne(deps, visit, { replay: { mapping, ...result } });
  } catch (error) {
    if (!(error instanceof ThreadCallError)) throw error;
    return await showOne(deps, visit, { replay: { mapping, problem: error.message } });
  }
}

/** Undefined for a pasted file whose name no mapping file has. */
function readMapping(form: URLSearchParams): ReplayedMapping | undefined {
  if (form.get('mapping') !== 'edited') return { kind: form.get('mapping') === 'captured' ? 'captured' : 'today' };
  const edit = readEdit(form);
  return edit && { kind: 'edited', edit };
}

function describeMapping(which: ReplayedMapping): string {
  if (which.kind === 'edited') return `the current mapping files and the pasted ${which.edit.name}`;
  return which.kind === 'today' ? 'the current mapping files' : 'the mapping files from the capture';
}

const maxFindings = 5;

/** `the file has errors: contacts.yaml:12:3 no such transform`. */
function errorsIn(findings: readonly Diagnostic[]): string {
  const errors = findings.filter(({ severity }) => severity === 'error').slice(0, maxFindings);
  const lines = errors.map(({ file, line, column, message }) => `${basename(file)}:${line}:${column} ${message}`);
  return `the file has errors: ${lines.join('; ')}`;
}

async function saveRegression(deps: RequestDeps, visit: Visit): Promise<ScreenReply> {
  const view = await findRequest(deps, visit);
  const failure = 'It cannot be saved as a regression test';
  if (view?.capture === undefined) return await showOne(deps, visit, { failure: `${failure}: its capture is gone.` });
  try {
    const text = await deps.workshop.ask('regression', view.capture.name);
    const name = `${view.request.endpoint.toLowerCase().replace(/[^a-z]+/g, '-')}-${view.request.position}.json`;
    return { download: { name, type: 'application/json', text } };
  } catch (error) {
    if (!(error instanceof ThreadCallError)) throw error;
    return await showOne(deps, visit, { failure: `${failure}: ${error.message}.` });
  }
}

async function showValues(deps: RequestDeps, visit: Visit): Promise<Page> {
  const view = await findRequest(deps, visit);
  return view?.capture?.personalData === 'kept'
    ? await showOne(deps, visit, { showsValues: true })
    : await showOne(deps, visit, { failure: 'There are no values to show: its capture is gone, or has placeholders.' });
}
