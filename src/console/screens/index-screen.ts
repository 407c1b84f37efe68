import type { IndexState } from '../../bridge/identity-index.ts';
import { includesRole } from '../access/roles.ts';
import type { ConsoleSources } from '../console-sources.ts';
import { captionedTable } from '../html/captioned-table.ts';
import { type Html, html } from '../html/html.ts';
import { postForm } from '../html/post-form.ts';
import { type LiveMark, liveMark, liveMarkTexts } from '../html/status-mark.ts';
import type { Screen } from './screen.ts';
import { grouped } from '../../counted.ts';

/** The identity index: how complete and how fresh it is, by object. */
export function indexScreen({ identityIndex }: ConsoleSources): Screen {
  return {
    path: '/console/index',
    title: 'Identity index',
    navLabel: 'Index',
    role: 'viewer',
    show({ identity, formToken }) {
      if (identityIndex === undefined)
        return {
          body: html`<p>The index is off (<code>IDENTITY_INDEX</code>). Every record is matched by searching HubSpot.</p>`,
        };
      const mayStart = includesRole(identity.role, 'operator');
      return {
        body: html`<p>The index contains digests of the values that the match rules compare, so that most records are found without a search. Where it is
not complete or not fresh, the bridge searches.</p>
${stateTable(identityIndex.state())}
<h2>By match rule</h2>
${ruleTable(identityIndex.state())}
${mayStart && startForm(formToken)}`,
      };
    },
    live: () => {
      const states = identityIndex?.state() ?? [];
      return {
        ...liveMarkTexts([...states.map(markOf), ...states.flatMap(ruleMarks)]),
        ...Object.fromEntries(states.flatMap((state) => Object.entries(textsOf(state)))),
      };
    },
    actions: [
      {
        path: '/console/index/pass',
        role: 'operator',
        run() {
          identityIndex?.startFullPass();
          return { redirect: '/console/index', hasFailed: identityIndex === undefined };
        },
      },
    ],
  };
}

function markOf({ objectType, isOpen, rules }: IndexState): LiveMark {
  const name = `index.${objectType}`;
  if (!isOpen) return { name, status: 'off', words: 'not open yet' };
  const words = `${rules.complete} of ${rules.all} rules complete`;
  return { name, status: rules.complete === rules.all ? 'good' : 'warning', words };
}

function ruleMarks({ objectType, rules, listing }: IndexState): readonly LiveMark[] {
  return rules.each.map(({ isComplete }, rule): LiveMark => {
    const name = `index.${objectType}.rule.${rule}`;
    if (isComplete) return { name, status: 'good', words: 'complete' };
    const words = listing === undefined ? 'not listed yet' : 'records are being listed';
    return { name, status: 'warning', words };
  });
}

function ruleTable(states: readonly IndexState[]): Html {
  const rows = states.flatMap((state) => {
    const marks = ruleMarks(state).map(liveMark);
    return state.rules.each.map(({ name }, rule) => ({
      cells: [state.objectType, name === 'identity' ? "Enginy's id" : name, marks[rule]],
    }));
  });
  const caption = 'Until a rule is complete, its values are searched in HubSpot';
  return captionedTable(caption, [{ label: 'Object' }, { label: 'Rule' }, { label: 'State' }], rows);
}

/** By the `data-live` of their element. */
function textsOf({
  objectType,
  listing,
  records,
  sweptAgoMs,
  drift,
  overlapMs,
}: IndexState): Readonly<Record<string, string>> {
  const done = listing === undefined || records === 0 ? '' : ` of about ${grouped(records)}`;
  return {
    [`index.${objectType}.records`]: grouped(records),
    [`index.${objectType}.age`]: sweptAgoMs === undefined ? 'never' : `${Math.round(sweptAgoMs / 1_000)} s ago`,
    [`index.${objectType}.progress`]: listing === undefined ? 'none' : `${grouped(listing.records)}${done} read`,
    [`index.${objectType}.drift`]: grouped(drift),
    [`index.${objectType}.overlap`]: `${Math.round(overlapMs / 1_000)} s`,
  };
}

const columns = [
  { label: 'Object' },
  { label: 'State' },
  { label: 'Records', isNumber: true },
  { label: 'Changes read' },
  { label: 'Listing' },
  { label: 'Missed keys', isNumber: true },
  { label: 'Overlap', isNumber: true },
];

function stateTable(states: readonly IndexState[]): Html {
  const rows = states.map((state) => {
    const texts = textsOf(state);
    const cell = (what: string) => {
      const name = `index.${state.objectType}.${what}`;
      return html`<span data-live="${name}">${texts[name]}</span>`;
    };
    const cells = ['records', 'age', 'progress', 'drift', 'overlap'].map(cell);
    return { cells: [state.objectType, liveMark(markOf(state)), ...cells] };
  });
  const caption =
    'Records: found by the last complete listing. Missed keys: found by full passes since the index was created; after each one, sweeps reach further back.';
  return captionedTable(caption, columns, rows);
}

function startForm(formToken: string): Html {
  return html`<h2>Full pass</h2>
<p>Lists all records again to find changes that sweeps have missed. It gives way to all other calls; at 100 records per call, a million
records take about 10,000 calls of the daily limit.</p>
${postForm({ action: '/console/index/pass', formToken }, html`<button>Start a full pass</button>`)}`;
}
