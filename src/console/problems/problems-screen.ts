import { endpointName } from '../../reasons/entry-words.ts';
import type { ConsoleThreads } from '../archive/open-threads.ts';
import { captionedTable } from '../html/captioned-table.ts';
import { type Html, html } from '../html/html.ts';
import { noJournal } from '../html/no-journal.ts';
import { statusMark } from '../html/status-mark.ts';
import { timeTag } from '../html/time-tag.ts';
import { trendChart } from '../html/trend-chart.ts';
import type { Screen } from '../screens/screen.ts';
import type { Cause } from './group-causes.ts';
import type { ProblemMark, ProblemMarks } from './problem-marks.ts';
import type { ProblemList } from './read-problems.ts';

const spans = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 } as const;
export type Span = keyof typeof spans;

const minuteMs = 60_000;

/** Rounded to a minute, so that several viewers share one count. */
export function sinceOf(span: Span): number {
  return Math.floor((Date.now() - spans[span]) / minuteMs) * minuteMs;
}

/** Of the address of a page of problems. */
export const spanParameter = { since: /^(?:1h|24h|7d)$/ };

/** The span that an address names; a day unless it names another. */
export function spanOf(query: URLSearchParams): Span {
  const given = query.get('since');
  return given === '1h' || given === '7d' ? given : '24h';
}

interface ProblemsDeps extends Pick<ConsoleThreads, 'archive'> {
  readonly marks: Pick<ProblemMarks, 'read'>;
}

type MarkOf = (cause: Cause) => ProblemMark | undefined;

/** What goes wrong, one row per cause. */
export function problemsScreen({ archive, marks }: ProblemsDeps): Screen {
  return {
    path: '/console/problems',
    title: 'Problems',
    navLabel: 'Problems',
    role: 'viewer',
    query: spanParameter,
    async show({ query }) {
      const span = spanOf(query);
      const [list, markOf] = await Promise.all([archive.ask('problems', sinceOf(span)), marks.read()]);
      return { body: showProblems(list, { span, markOf }) };
    },
  };
}

interface Shown {
  readonly span: Span;
  readonly markOf: MarkOf;
}

export function showProblems({ causes, more, isJournalOn }: ProblemList, shown: Shown): Html {
  const { span, markOf } = shown;
  const isIgnored = (cause: Cause) => markOf(cause)?.state === 'ignored';
  const isWrong = (cause: Cause) => cause.kind !== 'as the mapping says' && !isIgnored(cause);
  const [wrong, ignored] = [causes.filter(isWrong), causes.filter(isIgnored)];
  const intended = causes.filter((cause) => !isWrong(cause) && !isIgnored(cause));
  return html`<p>${Object.keys(spans).map((each) =>
    each === span
      ? html`<strong>Last ${each}</strong> `
      : html`<a href="/console/problems?since=${each}">Last ${each}</a> `,
  )}</p>
${!isJournalOn && noJournal(false, 'what failed or was held back, by cause, with what to do')}
${isJournalOn && wrong.length === 0 && html`<p>${statusMark('good', ignored.length > 0 ? 'No problem is open' : 'Nothing failed, and nothing was held back unintentionally')} in the last ${span}.</p>`}
${wrong.length > 0 && table('What failed or was held back, by cause. Times are in UTC.', wrong, { ...shown, maxBytes: 34_000 })}
${intended.length > 0 && html`<h2>As the mapping files say</h2>${table('Fields that were held back because the mapping files say so', intended, { ...shown, maxBytes: 12_000 })}`}
${ignored.length > 0 && html`<h2>Ignored</h2>${table('Causes that an operator chose to ignore', ignored, { ...shown, maxBytes: 8_000 })}`}
${more > 0 && html`<p>${more} rarer causes are not listed.</p>`}`;
}

export function causePath({ key }: Pick<Cause, 'key'>, span: Span): string {
  return `/console/problems/${key}?since=${span}`;
}

/** `acknowledged by anna, Nov 26 15:04:11`. */
export function describeMark({ state, user, at }: ProblemMark): Html {
  return html`${state} by ${user}, ${timeTag(at)}`;
}

function table(
  caption: string,
  causes: readonly Cause[],
  { span, markOf, maxBytes }: Shown & { readonly maxBytes: number },
): Html {
  const columns = [
    { label: 'Cause' },
    { label: 'Records', isNumber: true },
    { label: 'Trend' },
    { label: 'First' },
    { label: 'Last' },
    { label: 'What to do' },
  ];
  return captionedTable(
    caption,
    columns,
    causes.map((cause) => {
      const { kind, what, records, trend, firstAt, lastAt, remedy } = cause;
      const href = causePath(cause, span);
      const mark = markOf(cause);
      return {
        href,
        cells: [
          html`${statusMark(kind === 'failed' ? 'bad' : kind === 'held back' ? 'warning' : 'off', endpointName(cause))}<br><a href="${href}">${what}</a>${mark !== undefined && html`<br><small>${describeMark(mark)}</small>`}`,
          records,
          trendChart(
            trend,
            `${records} over the last ${span}, highest ${highest(trend)} in one of ${trend.length} parts`,
          ),
          timeTag(firstAt),
          timeTag(lastAt),
          remedy ?? '',
        ],
      };
    }),
    { isStacked: true, maxBytes },
  );
}

function highest(trend: readonly number[]): number {
  return trend.reduce((max, number) => Math.max(max, number), 0);
}
