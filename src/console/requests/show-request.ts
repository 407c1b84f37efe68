import { endpointName } from '../../reasons/entry-words.ts';
import { captionedTable, fitting } from '../html/captioned-table.ts';
import { type Html, html } from '../html/html.ts';
import { noCaptures } from '../html/no-journal.ts';
import { beginningOf } from '../html/page-bytes.ts';
import { postForm } from '../html/post-form.ts';
import { type Status, statusMark } from '../html/status-mark.ts';
import { timeTag } from '../html/time-tag.ts';
import { type RecordLink, showEntries } from '../records/show-entries.ts';
import type { ReplayResult } from '../replays/replay-calls.ts';
import type { RequestView } from './read-request.ts';
import { requestPath, requestPathById } from './request-path.ts';
import type { Body, CallView, CaptureView } from './view-capture.ts';
import { waterfallBar } from './waterfall.ts';

/** What the page of a request may offer, and what a form on it has just done. */
export interface RequestPageParts {
  readonly formToken: string;
  readonly canReplay: boolean;
  readonly canShowValues: boolean;
  readonly isCaptureOn: boolean;
  readonly linkOf: RecordLink;
  readonly replay?: { readonly mapping: string } & (ReplayResult | { readonly problem: string });
  /** Why what was asked for was not done. */
  readonly failure?: string;
}

export function showRequest(view: RequestView, parts: RequestPageParts): Html {
  const { request, entries, capture, captureProblem, advice, others } = view;
  const { requestId, at, status, durationMs, replica, mapping, error } = request;
  const changed = view.isMappingChanged ? ' (changed since)' : '';
  return html`<p>${statusMark(statusOf(request), `${endpointName(request)} ${status}`)} in ${durationMs} ms, ${timeTag(at)} UTC, replica ${replica}${mapping !== undefined && html`, mapping <code>${mapping}</code>${changed}`}. <a href="${requestPath(request)}">Permanent link</a></p>
${error !== undefined && html`<p class="bad">${error}</p>`}
${advice.length > 0 && html`<ul>${advice.map((line) => html`<li>${line}</li>`)}</ul>`}
${others.length > 0 && html`<p>Other requests with this id: ${others.map((position) => html`<a href="${requestPath({ requestId, position })}">${position}</a> `)}</p>`}
${parts.failure !== undefined && html`<p class="bad" role="alert">${parts.failure}</p>`}
${parts.replay !== undefined && showReplay(parts.replay)}
${capture === undefined ? noCapture(request, captureProblem, parts) : captureBar(view, capture, parts)}
${capture !== undefined && showCalls(capture)}
${capture !== undefined && showBodies(capture)}
<h2>Records</h2>
${entries.length === 0 ? html`<p>The request names no record.</p>` : showRecords(view, parts)}`;
}

/** Records of one page take at most this many bytes of it, and so does what a replay shows. */
const maxRecordBytes = 14_000;
const maxReplayBytes = 5_000;
/** A warning may name very many properties. */
const maxTrouble = 500;

/** As many as fit a page; every record has a page of its own. */
function showRecords({ entries, records }: RequestView, { linkOf }: RequestPageParts): Html {
  const count = fitting(entries, maxRecordBytes, (entry) => showEntries('', [entry], linkOf)).length;
  const words = records > count ? `: ${count} of ${records}, those that failed first` : '';
  return showEntries(`What was done with each record${words}`, entries.slice(0, count), linkOf);
}

/** As in the list of requests. */
function statusOf({ status, outcomes, heldBack }: RequestView['request']): Status {
  if (status >= 400 || (outcomes.failed ?? 0) + (outcomes.several ?? 0) > 0) return 'bad';
  return heldBack > 0 ? 'warning' : 'good';
}

/** Captures are written while the bridge is idle. */
const writtenWithinMs = 60_000;

function noCapture(
  { at, replica }: RequestView['request'],
  problem: string | undefined,
  { isCaptureOn }: RequestPageParts,
): Html {
  if (!isCaptureOn) return noCaptures('the calls, the bodies and a replay; what follows is from the journal');
  if (problem === undefined && Date.now() - at < writtenWithinMs) {
    return html`<p>There is no capture of this request yet. If <code>CAPTURE</code> selects it, one is written within seconds: load this page again. What follows is from the journal, which has names but no values.</p>`;
  }
  return problem === undefined
    ? html`<p>There is no capture of this request: what follows is from the journal, which has names but no values; calls and bodies are unknown. <code>CAPTURE</code> defines which requests are captured; the captures of another replica are on its own disk (this was ${replica}).</p>`
    : html`<p class="bad">Its capture cannot be shown: ${problem}</p>`;
}

function captureBar(view: RequestView, capture: CaptureView, parts: RequestPageParts): Html {
  const { request, curl } = view;
  const { formToken, canReplay, canShowValues } = parts;
  const path = requestPathById(request.requestId);
  const at = html`<input type="hidden" name="at" value="${request.position}">`;
  const values =
    capture.personalData === 'replaced'
      ? 'Personal data is replaced by placeholders.'
      : capture.isHidden
        ? 'The capture contains personal data; it is hidden.'
        : 'Personal data is shown unchanged; this was logged.';
  return html`<p>${values}${capture.isTrimmed && ' Its bodies were omitted because of their size.'}</p>
<div class="bar">
${canReplay && !capture.isTrimmed && postForm({ action: `${path}/replay`, formToken, className: 'row' }, html`${at}<label>Mapping files <select name="mapping"><option value="today">current</option><option value="captured">from the capture</option></select></label><button class="main">Replay offline</button>`)}
${canReplay && !capture.isTrimmed && capture.personalData === 'replaced' && postForm({ action: `${path}/regression`, formToken }, html`${at}<button>Save as regression test</button>`)}
${canShowValues && capture.isHidden && postForm({ action: `${path}/values`, formToken }, html`${at}<button>Show values</button>`)}
</div>
${canReplay && !capture.isTrimmed && pastedForm(`${path}/replay`, view, parts)}
${curl !== undefined && html`<details><summary>Send it with curl</summary><p>Set <code>BRIDGE</code> to the address of the bridge, and <code>API_KEY</code> and <code>API_KEY_HEADER</code> to its settings. ${capture.personalData === 'replaced' ? html`<strong>Personal data is replaced by placeholders, and a bridge would write them unchanged. Send the request to a bridge with the embedded CRM, or replace the placeholders first.</strong>` : 'This writes what the request writes.'}</p><p><button type="button" data-copy="curl" hidden>Copy</button></p><pre tabindex="0" id="curl">${curl}</pre></details>`}`;
}

/** What an edit would change for this request. The page has no room left for the current file. */
function pastedForm(action: string, { request, mappingFiles }: RequestView, { formToken }: RequestPageParts): Html {
  const object = /\/(\w+)/.exec(request.endpoint)?.[1];
  return html`<details><summary>Replay with an edited mapping file</summary>${postForm(
    { action, formToken },
    html`<input type="hidden" name="at" value="${request.position}"><input type="hidden" name="mapping" value="edited">
<p><label>Instead of <select name="file">${mappingFiles.map((name) => html`<option ${name === `${object}.yaml` && html`selected`}>${name}</option>`)}</select></label></p>
<p><label>The whole file, edited; it is not saved anywhere<br><textarea name="text" rows="12" cols="80" spellcheck="false" required></textarea></label></p>
<p><button>Replay offline with this file</button></p>`,
  )}</details>`;
}

function showReplay(replay: NonNullable<RequestPageParts['replay']>): Html {
  const title = `Replayed offline with ${replay.mapping}`;
  if ('problem' in replay)
    return html`<section class="result" aria-label="${title}"><h2>${title}</h2><p class="bad">It could not be replayed: ${replay.problem}</p></section>`;
  const { isSame, lines, status, trouble } = replay;
  return html`<section class="result" aria-label="${title}"><h2>${title}</h2>
<p>${statusMark(isSame ? 'good' : 'warning', isSame ? 'The same as in the capture' : 'Different from the capture')}. Enginy would receive ${status}${trouble === '' ? ' without an error or warning' : `: ${trouble.slice(0, maxTrouble)}`}. Nothing was sent to HubSpot.</p>
${!isSame && html`<pre tabindex="0">${beginningOf(lines.join('\n'), maxReplayBytes)}</pre>`}
</section>`;
}

function showCalls({ calls, moreCalls, durationMs }: CaptureView): Html {
  if (calls.length === 0) return html`<h2>Calls</h2><p>HubSpot was not called.</p>`;
  const count = moreCalls === 0 ? '' : `, the first ${calls.length} of ${calls.length + moreCalls}`;
  const caption = `HubSpot calls over ${durationMs} ms${count}. Light: waiting for a free slot. Dark: in progress`;
  const columns = [
    { label: 'Call' },
    { label: 'Timeline' },
    { label: 'Sent after, ms', isNumber: true },
    { label: 'Waited, ms', isNumber: true },
    { label: 'Took, ms', isNumber: true },
    { label: 'Status' },
  ];
  return html`<h2>Calls</h2>${captionedTable(
    caption,
    columns,
    calls.map((call) => ({
      cells: [
        html`${call.title}${call.attempt > 1 && html` <small>try ${call.attempt}</small>`}${call.isShared && html` <small>shared with other requests</small>`}`,
        waterfallBar(call, durationMs),
        call.startedMs,
        call.waitedMs,
        call.durationMs,
        html`${statusMark(call.isFailed ? 'bad' : 'good', call.status)}${call.error !== undefined && html`<br>${call.error}`}`,
      ],
    })),
  )}`;
}

function showBodies(capture: CaptureView): Html {
  const { sent, answered, status, calls, known, isHidden } = capture;
  if (isHidden) return html``;
  return html`<h2>Requests and responses</h2>
${showBody('Enginy sent', sent)}
${calls.map((call, index) => showCallBodies(call, index))}
${showBody(`Enginy received${status === undefined ? ' nothing: it disconnected' : ` ${status}`}`, answered)}
${known.length > 0 && html`<details><summary>Known from earlier requests</summary><ul>${known.map((each) => html`<li>${each}</li>`)}</ul></details>`}`;
}

function showCallBodies({ title, status, sent, answered }: CallView, index: number): Html {
  if (sent.text === undefined && answered.text === undefined) return html``;
  return html`${showBody(`Call ${index + 1}: ${title}`, sent)}${showBody(`HubSpot's response to call ${index + 1}: ${status}`, answered)}`;
}

function showBody(title: string, { text, omitted }: Body): Html {
  if (text === undefined) return html``;
  return html`<details ${!title.startsWith('HubSpot') && !title.startsWith('Call') && html`open`}><summary>${title}</summary><pre tabindex="0">${text}${omitted > 0 && `\n… ${omitted} more characters`}</pre></details>`;
}
