import { setTimeout as wait } from 'node:timers/promises';
import { endpointName } from '../../reasons/entry-words.ts';
import { ThreadCallError } from '../archive/call-thread.ts';
import type { ConsoleSources } from '../console-sources.ts';
import { captionedTable } from '../html/captioned-table.ts';
import { type Html, html } from '../html/html.ts';
import { statusMark } from '../html/status-mark.ts';
import { timeTag } from '../html/time-tag.ts';
import { trendChart } from '../html/trend-chart.ts';
import { causePath, sinceOf } from '../problems/problems-screen.ts';
import type { ProblemList } from '../problems/read-problems.ts';

const span = '24h';
const maxShown = 5;

/** The maximum age of a list. */
const keptMs = 30_000;
/** While problems are being counted, the page shows no list older than this: the page may have been opened hours ago. */
const maxAgeMs = 120_000;
/** Counting a large journal takes a while, and the rest of the page does not wait for it. */
const patienceMs = 40;

/** The most severe and frequent problems of a day, as last counted. */
export function openProblems({ threads, marks, journal, log }: ConsoleSources): () => Promise<Html> {
  let known: { readonly html: Html; readonly at: number; readonly changes: number } | undefined;
  let counting: Promise<void> | undefined;
  const count = async () => {
    const { changes } = marks;
    const countedAt = Date.now();
    try {
      const [list, markOf] = await Promise.all([threads.archive.ask('problems', sinceOf(span)), marks.read()]);
      const open = list.causes.filter((cause) => markOf(cause) === undefined);
      known = { html: showProblems({ ...list, causes: open }, countedAt), at: performance.now(), changes };
    } catch (error) {
      if (!(error instanceof ThreadCallError)) log.error({ err: error }, 'could not count the problems');
      const words = error instanceof ThreadCallError ? error.message : 'They could not be counted; see the log';
      // Counted again at the next look.
      known = {
        html: html`<h2>Problems</h2><p>${statusMark('warning', words)}</p>`,
        at: Number.NEGATIVE_INFINITY,
        changes,
      };
    }
    counting = undefined;
  };
  return async () => {
    if (journal === undefined) return html`<h2>Problems</h2><p>Unknown: the journal is off.</p>`;
    const isCurrent = () => known !== undefined && known.changes === marks.changes;
    const age = () => performance.now() - (known?.at ?? 0);
    if (!isCurrent() || age() > keptMs) {
      counting ??= count();
      await Promise.race([counting, wait(patienceMs, undefined, { ref: false })]);
    }
    // A counting failure is shown regardless of its age.
    const isShown = isCurrent() && (known?.at === Number.NEGATIVE_INFINITY || age() <= maxAgeMs);
    return isShown && known !== undefined
      ? known.html
      : html`<h2>Problems</h2><p>They are being counted: <a href="/console/problems">all problems</a></p>`;
  };
}

/** @param countedAt milliseconds since 1970 */
function showProblems({ causes, more }: ProblemList, countedAt: number): Html {
  const open = causes.filter(({ kind }) => kind !== 'as the mapping says');
  const asOf = html`as of ${timeTag(countedAt)} UTC`;
  if (open.length === 0)
    return html`<h2>Problems</h2><p>${statusMark('good', 'None in the last 24 hours')}, ${asOf}</p>`;
  const columns = [{ label: 'Cause' }, { label: 'Records', isNumber: true }, { label: 'Last' }, { label: 'Trend' }];
  const rows = open.slice(0, maxShown).map((cause) => {
    const { kind, what, records, lastAt, trend } = cause;
    const href = causePath(cause, span);
    return {
      href,
      cells: [
        html`${statusMark(kind === 'failed' ? 'bad' : 'warning', endpointName(cause))}<br><a href="${href}">${what}</a>`,
        records,
        timeTag(lastAt),
        trendChart(trend, `${records} records over 24 hours`),
      ],
    };
  });
  const others = open.length - rows.length + more;
  return html`<h2>Problems</h2>
${captionedTable(html`What failed or was held back in the last 24 hours, the worst first, ${asOf}`, columns, rows, { isStacked: true })}
${others > 0 && html`<p><a href="/console/problems">${others} more</a></p>`}`;
}
