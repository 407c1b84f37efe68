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

/** The most severe and frequent problems of a day. */
export async function openProblems({ threads, journal, log }: ConsoleSources): Promise<Html> {
  if (journal === undefined) return html`<h2>Problems</h2><p>Unknown: the journal is off.</p>`;
  try {
    return showProblems(await threads.archive.ask('problems', sinceOf(span)));
  } catch (error) {
    // The rest of the overview is worth showing without them.
    if (!(error instanceof ThreadCallError)) throw error;
    log.warn({ err: error }, 'the overview could not read the problems');
    return html`<h2>Problems</h2><p>${statusMark('warning', error.message)}</p>`;
  }
}

function showProblems({ causes, more }: ProblemList): Html {
  const open = causes.filter(({ kind }) => kind !== 'as the mapping says');
  if (open.length === 0) return html`<h2>Problems</h2><p>${statusMark('good', 'None in the last 24 hours')}</p>`;
  const columns = [{ label: 'Cause' }, { label: 'Records', isNumber: true }, { label: 'Last' }, { label: 'Trend' }];
  const rows = open.slice(0, maxShown).map((cause) => {
    const { kind, endpoint, what, records, lastAt, trend } = cause;
    const href = causePath(cause, span);
    return {
      href,
      cells: [
        html`${statusMark(kind === 'failed' ? 'bad' : 'warning', endpoint)}<br><a href="${href}">${what}</a>`,
        records,
        timeTag(lastAt),
        trendChart(trend, `${records} records over 24 hours`),
      ],
    };
  });
  const others = open.length - rows.length + more;
  return html`<h2>Problems</h2>
${captionedTable('What failed or was held back in the last 24 hours, the worst first', columns, rows)}
${others > 0 && html`<p><a href="/console/problems">${others} more</a></p>`}`;
}
