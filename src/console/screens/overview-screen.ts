import type { ConsoleAction } from '../../journal/console-action.ts';
import { version } from '../../version.ts';
import { includesRole } from '../access/roles.ts';
import type { ConsoleSources } from '../console-sources.ts';
import { captionedTable } from '../html/captioned-table.ts';
import { type Html, html } from '../html/html.ts';
import { isolated } from '../html/isolated.ts';
import { barWidth, meterBar } from '../html/meter-bar.ts';
import { sparkline } from '../html/sparkline.ts';
import { liveMark, liveMarkTexts, statusMark } from '../html/status-mark.ts';
import { timeTag } from '../html/time-tag.ts';
import type { HourTotals, Step } from '../live/hour-history.ts';
import { openProblems } from './open-problems.ts';
import { readStates } from './overview-states.ts';
import type { Screen } from './screen.ts';
import { grouped } from '../../counted.ts';

/** The state of everything at a glance. */
export function overviewScreen(sources: ConsoleSources): Screen {
  const problems = openProblems(sources);
  return {
    path: '/console',
    title: 'Overview',
    navLabel: 'Overview',
    role: 'viewer',
    async show({ identity }) {
      const steps = sources.history.read();
      return {
        body: html`<ul class="marks" aria-label="State">${readStates(sources).map((mark) => html`<li>${liveMark(mark)}</li>`)}</ul>
${await problems()}
${lanes(sources, steps)}
${records(steps, sources.history.totals())}
${replicas(sources)}
${includesRole(identity.role, 'operator') && (await actions(sources))}
<h2>Versions</h2>
<p>enginy-bridge ${version}, Node ${process.versions.node}, HubSpot API ${sources.config.hubspot.apiVersion}, mapping ${sources.mappings.state().hash}</p>`,
      };
    },
    live: () => ({
      ...liveMarkTexts(readStates(sources)),
      ...laneTexts(sources),
      ...recordTexts(sources.history.totals()),
    }),
  };
}

const laneWords: Readonly<Record<string, string>> = {
  burst: 'Calls, in 10 s',
  search: 'Searches, in 1 s',
  associations: 'Association calls, in 10 s',
};

function laneTexts({ pacer, limits }: ConsoleSources): Record<string, string> {
  const texts = Object.entries(pacer.state()).flatMap(([lane, { used, limit, waiting, pausedMs, sharing }]) => [
    [`lane.${lane}.used`, String(used)],
    [`lane.${lane}.limit`, String(limit)],
    [`lane.${lane}.bar`, barWidth(used, limit)],
    [`lane.${lane}.waiting`, String(waiting)],
    [
      `lane.${lane}.mode`,
      pausedMs > 0 ? `paused for ${Math.ceil(pausedMs / 1_000)} s` : (sharing?.mode ?? 'this process'),
    ],
  ]);
  return { ...Object.fromEntries(texts), day: describeDay(limits()) };
}

function lanes(sources: ConsoleSources, steps: readonly Step[]): Html {
  const texts = laneTexts(sources);
  const live = (name: string) => html`<span data-live="${name}">${texts[name]}</span>`;
  const columns = [
    { label: 'Limit' },
    { label: 'Used', isNumber: true },
    { label: 'Of', isNumber: true },
    { label: 'Now' },
    { label: 'Last hour' },
    { label: 'Waiting', isNumber: true },
    { label: 'State' },
  ];
  const rows = Object.entries(sources.pacer.state()).map(([lane, { used, limit }]) => {
    const name = laneWords[lane] ?? lane;
    const most = steps.map(({ lanes: seen }) => seen[lane]?.used ?? 0);
    const highest = most.reduce((a, b) => Math.max(a, b), 0);
    return {
      cells: [
        name,
        live(`lane.${lane}.used`),
        live(`lane.${lane}.limit`),
        meterBar(`lane.${lane}.bar`, used, limit),
        sparkline(most, { label: `${name}, last hour: at most ${highest}`, of: 'highest' }),
        live(`lane.${lane}.waiting`),
        live(`lane.${lane}.mode`),
      ],
    };
  });
  const caption = html`How much of each limit the bridge uses now, and the most in each minute of the last hour. Charts as of ${timeTag(Date.now())} UTC`;
  return html`<h2>Limits of HubSpot</h2>
${captionedTable(caption, columns, rows, { isStacked: true })}
<p>Daily limit: ${live('day')}</p>`;
}

function describeDay({ callsPerDay, remainingToday }: ReturnType<ConsoleSources['limits']>): string {
  if (callsPerDay === undefined || remainingToday === undefined) return 'HubSpot has not reported it yet.';
  return `${grouped(callsPerDay - remainingToday)} of ${grouped(callsPerDay)} calls are used, by all apps of the account.`;
}

const outcomes: readonly (readonly [outcome: string, words: string])[] = [
  ['matched', 'Matched'],
  ['not-found', 'Not found'],
  ['created', 'Created'],
  ['linked', 'Linked to an existing record'],
  ['updated', 'Updated'],
  ['unchanged', 'Unchanged'],
  ['several', 'Several records match'],
  ['failed', 'Failed'],
];

/** Records with an outcome; `held-back`: those of which a field was not written. */
function countOf({ outcomes, heldBack }: HourTotals, outcome: string): number {
  return outcome === 'held-back' ? heldBack : (outcomes[outcome] ?? 0);
}

const recordRows = [...outcomes, ['held-back', 'With a field that was held back'] as const];

function recordTexts(totals: HourTotals): Record<string, string> {
  const { requests, failedRequests } = totals;
  return {
    ...Object.fromEntries(recordRows.map(([outcome]) => [`records.${outcome}`, String(countOf(totals, outcome))])),
    requests: `${requests} requests, ${failedRequests} of them with an error response`,
  };
}

function records(steps: readonly Step[], totals: HourTotals): Html {
  const texts = recordTexts(totals);
  const rows = recordRows.map(([outcome, words]) => ({
    cells: [
      words,
      html`<span data-live="records.${outcome}">${texts[`records.${outcome}`]}</span>`,
      sparkline(
        steps.map((step) => countOf(step, outcome)),
        { label: `${words}, by minute`, of: 'sums' },
      ),
    ],
  }));
  const caption = html`Records in Enginy's requests by outcome, since this process started or for the last hour. Charts as of ${timeTag(Date.now())} UTC`;
  const columns = [{ label: 'Outcome' }, { label: 'Records', isNumber: true }, { label: 'By minute' }];
  return html`<h2>Last hour</h2>
<p data-live="requests">${texts.requests}</p>
${captionedTable(caption, columns, rows)}`;
}

function replicas({ board, config, mappings }: ConsoleSources): Html {
  if (board === undefined || config.replicas === undefined) return html``;
  const own = { name: `${config.replicas.name} (this one)`, mapping: mappings.state().hash, seen: 'now' };
  const others = board.others.map(({ name, mapping, seenMsAgo }) => ({
    name,
    mapping,
    seen: `${Math.round(seenMsAgo / 1_000)} s ago`,
  }));
  return html`<h2>Replicas</h2>${captionedTable(
    'Replicas with the same access token, and their mapping files',
    [{ label: 'Replica' }, { label: 'Mapping' }, { label: 'Seen' }],
    [own, ...others].map(({ name, mapping, seen }) => ({
      cells: [name, html`<span class="code">${mapping}</span>`, seen],
    })),
  )}`;
}

const maxActions = 10;

/** What users of the console did; shown to operators only. */
async function actions({ config: { journal }, threads, log }: ConsoleSources): Promise<Html | undefined> {
  if (journal === undefined) return undefined;
  let noted: readonly ConsoleAction[] = [];
  try {
    noted = await threads.archive.ask('actions', maxActions);
  } catch (error) {
    log.warn({ err: error }, 'could not read the actions in the console from the journal');
    return html`<h2>Latest actions in the console</h2><p>${statusMark('warning', 'The journal cannot be read; see the log')}</p>`;
  }
  if (noted.length === 0) return undefined;
  return html`<h2>Latest actions in the console</h2>${captionedTable(
    'Who did what; times are in UTC',
    [{ label: 'Time' }, { label: 'User' }, { label: 'Action' }, { label: 'Of' }, { label: 'Result' }],
    noted.map(({ at, user, role, action, subject, result }) => ({
      cells: [
        timeTag(at),
        html`${isolated(user)} <small>(${role})</small>`,
        html`<span class="code">${action}</span>`,
        subject !== undefined && isolated(subject),
        result,
      ],
    })),
    { isStacked: true },
  )}`;
}
