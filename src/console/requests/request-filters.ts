import { operations } from '../../contract/operations.ts';
import { requestReasons } from '../../reasons/request-reasons.ts';
import { type Html, html } from '../html/html.ts';
import { bareName } from '../records/bare-name.ts';
import { personalKindOf } from '../records/personal-id.ts';
import type { RequestQuery } from './list-requests.ts';

export const outcomes = [
  'matched',
  'not-found',
  'several',
  'created',
  'linked',
  'updated',
  'unchanged',
  'failed',
] as const;

/** As the journal names them. */
const endpoints = operations
  .filter(({ needsKey }) => needsKey !== false)
  .map(({ method, path }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`);

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30m`, `24h`, `7d`, or a moment in UTC as a form sends it; undefined for anything else. */
export function parseMoment(text: string | null, now: number): number | undefined {
  const [, number, unit = ''] = /^(\d{1,4})([mhd])$/.exec(text ?? '') ?? [];
  if (number !== undefined) return now - Number(number) * (units[unit] ?? 0);
  const isMoment = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?)?$/.test(text ?? '');
  const at = isMoment ? Date.parse(text?.includes('T') ? `${text}Z` : `${text}`) : Number.NaN;
  // February 31 is read as March 3.
  return Number.isNaN(at) || !new Date(at).toISOString().startsWith(text?.slice(0, 10) ?? '') ? undefined : at;
}

/** `503`, `5xx`. */
function parseStatus(text: string | null): readonly [number, number] | undefined {
  const [, digit, exact] = /^(?:([1-5])xx|([1-5]\d\d))$/i.exec(text ?? '') ?? [];
  if (exact !== undefined) return [Number(exact), Number(exact)];
  return digit === undefined ? undefined : [Number(digit) * 100, Number(digit) * 100 + 99];
}

/** Filters of the address; those that cannot be read do not count, and are named. */
export function readFilters(
  query: URLSearchParams,
  now: number,
): { readonly query: RequestQuery; readonly unread: readonly string[] } {
  const given = (name: string) => (query.get(name) ?? '').trim();
  const since = parseMoment(given('since'), now);
  const until = parseMoment(given('until'), now);
  const status = parseStatus(given('status'));
  const outcome = outcomes.find((each) => each === given('outcome'));
  const reason = requestReasons.find((each) => each === given('reason'));
  const before = /^\d{1,15}$/.test(given('before')) ? Number(given('before')) : undefined;
  const text = given('text').slice(0, maxText);
  const read = { since, until, status, outcome, reason, before };
  const unread = Object.entries(read).flatMap(([name, value]) =>
    given(name) !== '' && value === undefined ? name : [],
  );
  return {
    unread,
    query: {
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
      ...(status !== undefined && { status }),
      ...(outcome !== undefined && { outcome }),
      ...(reason !== undefined && { reason }),
      ...(before !== undefined && { before }),
      ...(given('route') !== '' && { endpoint: given('route').slice(0, maxText) }),
      ...(text !== '' && { text }),
    },
  };
}

const maxText = 100;

/** The same filters without a text that is a person's value, so that neither the address nor the browser's history keeps it; undefined if there is none. */
export function withoutPerson(query: URLSearchParams): URLSearchParams | undefined {
  if (!isOfPerson((query.get('text') ?? '').trim())) return undefined;
  const next = new URLSearchParams([...query].filter(([name, value]) => name !== 'text' && value !== ''));
  next.set(omitted, 'text');
  return next;
}

/** In an address: the filter that was taken out of it. */
export const omitted = 'omitted';

/** What is searched for in the screen Record, where it is in no address. */
function isOfPerson(text: string): boolean {
  const name = bareName(text);
  const isDialed = /^[\d\s()./+-]+$/.test(name) && /[\s()/+-]/.test(name);
  const kind = personalKindOf(text);
  // Words of an error read as a name.
  return isDialed || /@|linkedin\.com/i.test(text) || (kind !== undefined && kind !== 'name');
}

/** The form that writes the filters into the address. */
export function filterForm(query: URLSearchParams): Html {
  const value = (name: string) => query.get(name) ?? '';
  return html`<form class="row" method="get" action="/console/requests" data-filter role="search" aria-label="Filter the requests">
${choice(query, ['route', 'Route'], endpoints)}
${choice(query, ['outcome', 'Outcome of a record'], outcomes)}
${choice(query, ['reason', 'Reason'], requestReasons)}
<label>Status <input name="status" value="${value('status')}" size="4" placeholder="5xx"></label>
<label>Since (UTC) <input name="since" value="${value('since')}" size="22" placeholder="24h or 2026-11-24T14:00"></label>
<label>Until (UTC) <input name="until" value="${value('until')}" size="16" placeholder="2026-11-24T15:00"></label>
<label>Id, property or error <input name="text" value="${value('text')}" size="16" maxlength="${maxText}"></label>
<button class="main">Filter</button>
<a href="/console/requests">All</a>
</form>`;
}

function choice(query: URLSearchParams, [name, label]: readonly [string, string], values: readonly string[]): Html {
  const chosen = query.get(name) ?? '';
  return html`<label>${label} <select name="${name}"><option value="">any</option>${values.map(
    (value) => html`<option ${value === chosen && html`selected`}>${value}</option>`,
  )}</select></label>`;
}
