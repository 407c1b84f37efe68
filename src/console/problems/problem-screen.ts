import { endpointName } from '../../reasons/entry-words.ts';
import { includesRole } from '../access/roles.ts';
import { ThreadCallError } from '../archive/call-thread.ts';
import type { ConsoleThreads } from '../archive/open-threads.ts';
import { captionedTable } from '../html/captioned-table.ts';
import { type Html, html } from '../html/html.ts';
import { postForm } from '../html/post-form.ts';
import { statusMark } from '../html/status-mark.ts';
import { timeTag } from '../html/time-tag.ts';
import type { ReplayResult } from '../replays/replay-calls.ts';
import type { Job, Jobs } from '../replays/replay-jobs.ts';
import { requestPath } from '../requests/request-path.ts';
import type { Page, ScreenReply, Screen, Visit } from '../screens/screen.ts';
import { markKinds, markPath, type MarkKind, type ProblemMark, type ProblemMarks } from './problem-marks.ts';
import { causePath, describeMark, type Span, sinceOf, spanOf, spanParameter } from './problems-screen.ts';
import type { ProblemView } from './read-problems.ts';

interface ProblemDeps extends Pick<ConsoleThreads, 'archive' | 'workshop'> {
  readonly jobs: Jobs<ReplayResult>;
  readonly marks: ProblemMarks;
}

const path = '/console/problems/:key';

/** One cause: its requests, and what replaying all of them shows. */
export function problemScreen(deps: ProblemDeps): Screen {
  return {
    path,
    title: 'Problem',
    role: 'viewer',
    query: spanParameter,
    show: (visit) => showOne(deps, visit),
    actions: [
      { path: `${path}/replay`, role: 'editor', fields: spanParameter, subject, run: (visit) => start(deps, visit) },
      ...markKinds.map((kind) => ({
        path: markPath(kind),
        role: 'operator' as const,
        fields: spanParameter,
        subject,
        run: (visit: Visit) => mark(deps, visit, kind),
      })),
    ],
  };
}

/** For the audit line. */
function subject({ params }: Visit): string | undefined {
  return params.key;
}

/** What the audit line keeps. */
async function mark(deps: ProblemDeps, visit: Visit, kind: MarkKind): Promise<ScreenReply> {
  const span = spanOf(visit.form);
  const view = await read(deps, visit, span);
  if (view === undefined) return gone;
  deps.marks.set(view.cause.key, kind, visit.identity.name);
  return { redirect: causePath(view.cause, span) };
}

async function read({ archive }: ProblemDeps, visit: Visit, span: Span): Promise<ProblemView | undefined> {
  return await archive.ask('problem', { key: visit.params.key ?? '', since: sinceOf(span) });
}

async function showOne(deps: ProblemDeps, visit: Visit): Promise<Page> {
  const span = spanOf(visit.query);
  const view = await read(deps, visit, span);
  if (view === undefined) return gone;
  const jobId = visit.query.get('job') ?? '';
  const job = deps.jobs.find(jobId);
  const isJobGone = jobId !== '' && job === undefined;
  const canReplay = includesRole(visit.identity.role, 'editor');
  const marked = (await deps.marks.read())(view.cause);
  const refreshS = job?.isDone === false ? 2 : undefined;
  return {
    ...(refreshS !== undefined && { refreshS }),
    ...(isJobGone && { status: 404 }),
    body: html`${isJobGone && html`<p role="alert">This replay is no longer kept.</p>`}${describe(view)}${showMark(visit, span, marked)}${job !== undefined && showJob(job)}${canReplay && replayForm(view, visit, span)}${listRequests(view)}`,
  };
}

const gone: Page = {
  title: 'Problem not found',
  status: 404,
  body: html`<p>This problem did not occur in the selected period. <a href="/console/problems">All problems</a></p>`,
};

function describe({ cause }: ProblemView): Html {
  const { kind, what, remedy, records, firstAt, lastAt, failure } = cause;
  return html`<p>${statusMark(kind === 'failed' ? 'bad' : 'warning', kind === 'failed' ? 'failed' : 'held back')} <span class="code">${endpointName(cause)}</span>: ${what}</p>
<p>${records} ${failure === undefined ? 'record' : 'request'}${records !== 1 && 's'}, first ${timeTag(firstAt)}, last ${timeTag(lastAt)} (UTC).</p>
${remedy !== undefined && html`<p>What to do: ${remedy}.</p>`}`;
}

const markWords = { acknowledge: 'Acknowledge', ignore: 'Ignore', reopen: 'Reopen' } as const;

/** How it is marked, and the buttons of an operator. */
function showMark({ identity, formToken, params }: Visit, span: Span, marked: ProblemMark | undefined): Html {
  const offered: readonly MarkKind[] = marked === undefined ? ['acknowledge', 'ignore'] : ['reopen'];
  const form = (kind: MarkKind) =>
    postForm(
      { action: `/console/problems/${encodeURIComponent(params.key ?? '')}/${kind}`, formToken },
      html`<input type="hidden" name="since" value="${span}"><button>${markWords[kind]}</button>`,
    );
  return html`${marked !== undefined && html`<p>It was ${describeMark(marked)}. ${marked.state === 'acknowledged' && 'It reopens if it recurs.'}</p>`}
${includesRole(identity.role, 'operator') && html`<div class="bar">${offered.map(form)}</div>`}`;
}

function replayForm({ requests }: ProblemView, visit: Visit, span: Span): Html {
  const captured = requests.filter(({ capture }) => capture !== undefined).length;
  if (captured === 0)
    return html`<p>None of its requests were captured, so they cannot be replayed. <code>CAPTURE</code> defines which requests are captured.</p>`;
  const action = `/console/problems/${encodeURIComponent(visit.params.key ?? '')}/replay`;
  return postForm(
    { action, formToken: visit.formToken },
    html`<input type="hidden" name="since" value="${span}"><p>${captured} of ${requests.length} requests can be replayed. <button class="main">Replay all offline</button> <small>with the current mapping files; nothing is sent to HubSpot</small></p>`,
  );
}

async function start(deps: ProblemDeps, visit: Visit): Promise<ScreenReply> {
  const span = spanOf(visit.form);
  const view = await read(deps, visit, span);
  if (view === undefined) return gone;
  const names = view.requests.flatMap(({ capture }) => capture ?? []);
  try {
    const job = deps.jobs.start(names, (name) => deps.workshop.ask('replay', name, { kind: 'today' }));
    return { redirect: `${causePath(view.cause, span)}&job=${job.id}` };
  } catch (error) {
    if (!(error instanceof ThreadCallError)) throw error;
    return { status: 503, body: html`<p role="alert">${error.message}.</p>` };
  }
}

function showJob({ total, results, isDone }: Job<ReplayResult>): Html {
  const replayed = results.flatMap((each) => ('result' in each ? [each] : []));
  const good = replayed.filter(({ result }) => result.trouble === '').length;
  const failed = results.flatMap((each) => ('problem' in each ? [each] : []));
  const left = replayed.filter(({ result }) => result.trouble !== '').slice(0, maxShown);
  return html`<section class="result" aria-label="Replayed offline"><h2>Replayed offline</h2>
<p role="status">${isDone ? `${replayed.length} of ${total} could be replayed; with the current mapping files, ${good} would succeed.` : `${results.length} of ${total} replayed so far, ${good} would succeed. This page reloads itself.`}</p>
${left.length > 0 && html`<p>Still with an error or warning:</p><ul>${left.map(({ result }) => html`<li>${result.trouble.slice(0, maxTrouble)}</li>`)}</ul>`}
${failed.length > 0 && html`<p>Not replayed:</p><ul>${failed.slice(0, maxShown).map(({ problem }) => html`<li>${problem.slice(0, maxTrouble)}</li>`)}</ul>`}
</section>`;
}

const maxShown = 10;
const maxTrouble = 500;
const maxListed = 50;

function listRequests({ requests }: ProblemView): Html {
  if (requests.length === 0) return html`<p>Its requests are no longer in the journal.</p>`;
  return captionedTable(
    `Its requests, newest first${requests.length > maxListed ? `: ${maxListed} of ${requests.length}` : ''}. Times are in UTC.`,
    [{ label: 'Time' }, { label: 'Request' }, { label: 'Status' }, { label: 'Captured' }],
    requests.slice(0, maxListed).map(({ request, capture }) => ({
      href: requestPath(request),
      cells: [
        timeTag(request.at),
        html`<a href="${requestPath(request)}">${endpointName(request)}</a>`,
        request.status,
        capture === undefined ? 'no' : 'yes',
      ],
    })),
  );
}
