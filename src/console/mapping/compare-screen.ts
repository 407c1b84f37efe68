import { basename } from 'node:path';
import { hasErrors } from '../../mapping/schema/diagnostic.ts';
import { ThreadCallError } from '../archive/call-thread.ts';
import type { ConsoleThreads } from '../archive/open-threads.ts';
import { captionedTable } from '../html/captioned-table.ts';
import { type Html, html } from '../html/html.ts';
import { noCaptures } from '../html/no-journal.ts';
import { postForm } from '../html/post-form.ts';
import { statusMark } from '../html/status-mark.ts';
import type { CompareResult } from '../replays/replay-calls.ts';
import type { Job, Jobs } from '../replays/replay-jobs.ts';
import type { MappingEdit } from '../replays/replay-settings.ts';
import type { ScreenReply, Screen, Visit } from '../screens/screen.ts';
import { requestPath } from '../requests/request-path.ts';
import { showFindings, showSource } from './mapping-screen.ts';
import { readEdit } from './read-edit.ts';

interface CompareDeps extends Pick<ConsoleThreads, 'archive' | 'workshop'> {
  readonly isCaptureOn: boolean;
  readonly jobs: Jobs<CompareResult>;
}

/** The newest captured requests that an edit is tried on. */
export const maxCompared = 500;

/** What an edited mapping file would change: findings, and its effect on captured requests. It is not saved anywhere. */
export function compareScreen(deps: CompareDeps): Screen {
  return {
    path: '/console/mapping/compare',
    title: 'Compare an edited file',
    role: 'editor',
    query: { open: /^\d{1,5}$/ },
    show: (visit) => showCompare(deps, visit),
    actions: [{ path: '/console/mapping/compare', role: 'editor', run: (visit) => compare(deps, visit) }],
  };
}

const effect = `the effect of an edit on the last ${maxCompared} captured requests; without them, its findings`;
const noneYet = html`<p>There are no captured requests to compare with: <code>CAPTURE</code> defines which are captured.</p>`;

async function showCompare(deps: CompareDeps, visit: Visit): Promise<ScreenReply> {
  const id = visit.query.get('job');
  if (id !== null) {
    const job = deps.jobs.find(id);
    if (job === undefined)
      return {
        status: 404,
        body: html`<p>This comparison is no longer kept. <a href="/console/mapping/compare">Compare again</a></p>`,
      };
    const open = visit.query.get('open') ?? '';
    if (open !== '') return await openRequest(deps, job.results[Number(open)]?.name);
    return { ...(!job.isDone && { refreshS: 2 }), body: showJob(job) };
  }
  const { files } = await deps.archive.ask('mappingFiles');
  const asked = visit.query.get('file');
  const file = files.find(({ name }) => name === (asked ?? 'contacts.yaml')) ?? (asked === null ? files[0] : undefined);
  const others = files.filter((each) => each !== file);
  return {
    ...(file === undefined && { status: 404 }),
    body: html`${file === undefined && html`<p role="alert">There is no mapping file with this name.</p>`}${!deps.isCaptureOn && noCaptures(effect)}<p>${others.map((each) => html`<a href="/console/mapping/compare?file=${encodeURIComponent(each.name)}">Edit ${each.name}</a> `)}</p>${file !== undefined && form(visit, file)}`,
  };
}

/** The name of a capture contains the id of its request, which may be personal data, so it must not appear in a URL. */
async function openRequest({ archive }: CompareDeps, name: string | undefined): Promise<ScreenReply> {
  const request = name === undefined ? undefined : await archive.ask('capturedRequest', name);
  if (request !== undefined) return { redirect: requestPath(request) };
  return { status: 404, body: html`<p>The journal does not have the request of this capture.</p>` };
}

function form({ formToken }: Visit, { name, text }: MappingEdit): Html {
  return postForm(
    { action: '/console/mapping/compare', formToken },
    html`<input type="hidden" name="file" value="${name}">
<p><label>${name}, edited; the file itself is not changed<br><textarea name="text" rows="24" cols="100" spellcheck="false">
${text}</textarea></label></p>
<p><button class="main">Compare</button> <small>replays the last ${maxCompared} captured requests offline, in the background</small></p>`,
  );
}

async function compare(deps: CompareDeps, visit: Visit): Promise<ScreenReply> {
  const edit = readEdit(visit.form);
  if (edit === undefined)
    return { status: 400, body: html`<p role="alert">The name of a mapping file must end in .yaml.</p>` };
  try {
    const diagnostics = await deps.workshop.ask('check', edit);
    if (hasErrors(diagnostics)) return { body: html`${findings(edit, diagnostics)}${form(visit, edit)}` };
    const names = await deps.archive.ask('newestCaptures', maxCompared);
    if (names.length === 0) {
      return {
        body: html`${findings(edit, diagnostics)}${deps.isCaptureOn ? noneYet : noCaptures(effect)}${form(visit, edit)}`,
      };
    }
    const job = deps.jobs.start(names, (name) => deps.workshop.ask('compare', name, edit));
    return { redirect: `/console/mapping/compare?job=${job.id}` };
  } catch (error) {
    if (!(error instanceof ThreadCallError)) throw error;
    return { status: 503, body: html`<p role="alert">${error.message}.</p>${form(visit, edit)}` };
  }
}

function findings({ name, text }: MappingEdit, diagnostics: Parameters<typeof showFindings>[1]): Html {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const own = diagnostics.filter(({ file }) => basename(file) === name);
  return html`<p role="status">${statusMark(errors > 0 ? 'bad' : 'good', `${errors} errors, ${diagnostics.length - errors} warnings`)}</p>
${diagnostics.length > 0 && showFindings('Findings', diagnostics)}
${own.length > 0 && html`<details><summary>In place</summary>${showSource(text, own)}</details>`}`;
}

interface Group {
  readonly text: string;
  readonly example: string;
  readonly names: readonly string[];
}

function showJob({ id, total, results, isDone }: Job<CompareResult>): Html {
  const done = results.flatMap((each) => ('result' in each ? [each] : []));
  const failed = results.flatMap((each) => ('problem' in each ? [each] : []));
  const differing = done.flatMap(({ name, result }) => (result.kind === 'differs' ? [{ name, result }] : []));
  const asking = done.filter(({ result }) => result.kind === 'same' && result.asksDifferently).length;
  const assumed = differing.filter(({ result }) => result.isAssumed).length;
  const groups = groupEffects(differing);
  return html`<p role="status">${isDone ? 'Compared' : `Compared ${results.length} of ${total} so far; this page reloads itself. So far`} with the current mapping files: <strong>${done.length - differing.length} the same · ${differing.length} differ</strong>, of ${done.length} captured requests.</p>
${asking > 0 && html`<p>${asking} of the requests with the same result call HubSpot differently.</p>`}
${assumed > 0 && html`<p>${statusMark('warning', `${assumed} are based on assumptions`)}: the edit needs a HubSpot call that is not in the capture, and the replay assumes that it returns nothing.</p>`}
${groups.length > 0 && effectTable(groups, (name) => `/console/mapping/compare?job=${id}&open=${results.findIndex((each) => each.name === name)}`)}
${failed.length > 0 && html`<details><summary>${failed.length} could not be replayed</summary><ul>${failed.slice(0, maxListed).map(({ problem }) => html`<li>${problem.slice(0, maxExample)}</li>`)}</ul></details>`}
<p><a href="/console/mapping/compare">Compare another edit</a></p>`;
}

const maxListed = 20;

function groupEffects(
  differing: readonly { readonly name: string; readonly result: Extract<CompareResult, { kind: 'differs' }> }[],
): Group[] {
  const groups = new Map<string, { text: string; example: string; names: string[] }>();
  for (const { name, result } of differing) {
    for (const { text, example } of result.effects) {
      const group = groups.get(text) ?? { text, example, names: [] };
      group.names.push(name);
      groups.set(text, group);
    }
  }
  return [...groups.values()].sort((a, b) => b.names.length - a.names.length);
}

/** A record may have very many properties. */
const maxExample = 400;

function effectTable(groups: readonly Group[], pathOf: (name: string) => string): Html {
  return captionedTable(
    'Differences, by kind',
    [{ label: 'Difference' }, { label: 'Requests', isNumber: true }, { label: 'Example' }, { label: 'Open one' }],
    groups.map(({ text, example, names }) => ({
      cells: [
        text.slice(0, maxExample),
        names.length,
        html`<code>${example.slice(0, maxExample)}</code>`,
        names[0] !== undefined && html`<a href="${pathOf(names[0])}">open</a>`,
      ],
    })),
  );
}
