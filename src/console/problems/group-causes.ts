import { createHash } from 'node:crypto';
import type { HeldBack, HeldBackReason } from '../../mapping/run/held-back.ts';
import type { CauseCount, FailureCount } from '../../journal/journal.ts';
import { heldBackLines } from '../../reasons/held-back-words.ts';
import type { MappingPlaces } from '../../reasons/mapping-places.ts';
import { problemLines } from '../../reasons/problem-words.ts';

/** One cause of trouble: what failed or was held back for the same reason at the same endpoint. */
export interface Cause {
  /** Identifies the cause in URLs; stable as long as the cause is the same. */
  readonly key: string;
  readonly kind: 'failed' | 'held back' | 'as the mapping says';
  readonly endpoint: string;
  readonly what: string;
  readonly remedy?: string;
  readonly records: number;
  readonly trend: readonly number[];
  /** Milliseconds since 1970. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Digests of the details of its records; empty where requests failed as a whole. */
  readonly details: readonly number[];
  /** How requests without records failed; then requests are counted instead of records. */
  readonly failure?: { readonly status: number; readonly error: string };
}

/** What the mapping files ask for; nothing is wrong. */
const intended: ReadonlySet<HeldBackReason> = new Set(['if-empty', 'never', 'empty', 'as-it-came', 'secondary']);

type Part = Omit<Cause, 'key' | 'trend' | 'details'> & { readonly id: string } & Pick<Cause, 'trend' | 'details'>;

/** Groups what the journal counted, the most severe and frequent first. */
export function groupCauses(
  counted: { readonly records: readonly CauseCount[]; readonly requests: readonly FailureCount[] },
  places: MappingPlaces,
): Cause[] {
  const parts = [...counted.records.flatMap((count) => partsOf(count, places)), ...counted.requests.map(failurePart)];
  const groups = Map.groupBy(parts, ({ id }) => id);
  const causes = [...groups].map(([id, group]) => merge(id, group));
  return causes.sort((a, b) => rank[a.kind] - rank[b.kind] || b.records - a.records);
}

const rank: Readonly<Record<Cause['kind'], number>> = { failed: 0, 'held back': 1, 'as the mapping says': 2 };

function merge(id: string, group: readonly Part[]): Cause {
  const [first] = group as [Part]; // groupBy makes no empty group
  const { id: _id, ...cause } = first;
  return {
    ...cause,
    key: createHash('sha256').update(id).digest('hex').slice(0, 12),
    records: group.reduce((sum, { records }) => sum + records, 0),
    trend: first.trend.map((_number, slot) => group.reduce((sum, { trend }) => sum + (trend[slot] ?? 0), 0)),
    firstAt: group.reduce((least, { firstAt }) => Math.min(least, firstAt), first.firstAt),
    lastAt: group.reduce((most, { lastAt }) => Math.max(most, lastAt), 0),
    details: [...new Set(group.flatMap(({ details }) => details))].slice(0, maxDetails),
  };
}

/** Records of a cause differ in their details; this many are followed back to requests. */
const maxDetails = 500;

function partsOf(count: CauseCount, places: MappingPlaces): Part[] {
  const { endpoint, object, outcome, heldBack, details, records, trend, firstAt, lastAt } = count;
  const common = { endpoint, records, trend, firstAt, lastAt, details: [details] };
  if (outcome === 'failed' || outcome === 'several')
    return [{ ...common, kind: 'failed', ...failureOf(count, places) }];
  const distinct = new Map(heldBack.map((held) => [heldKey(held), held]));
  return [...distinct].map(([id, held]) => {
    const [what = '', remedy] = heldBackLines(held, object, places);
    const kind = intended.has(held.reason) ? 'as the mapping says' : 'held back';
    return { ...common, kind, id: `${endpoint} ${object} ${id}`, what, ...(remedy && { remedy: remedy.trim() }) };
  });
}

/** The record that already has the value differs from case to case; the reason is the same. */
function heldKey({ field, property, reason, detail }: HeldBack): string {
  return [field, property, reason, reason === 'taken' ? '' : detail].join('\u0001');
}

function failureOf({ endpoint, object, outcome, problem, rule }: CauseCount, places: MappingPlaces) {
  if (outcome === 'several') {
    const place = places.key(object, ['match', 'if_several']);
    return {
      id: `${endpoint} ${object} several ${rule}`,
      what: `several ${object} match by ${rule ?? 'a rule'}`,
      remedy: `merge the records in HubSpot, or choose with if_several: oldest or newest in ${place}`,
    };
  }
  if (problem === undefined) return { id: `${endpoint} ${object} failed`, what: 'no reason was noted' };
  const { existingId: _id, ...common } = problem;
  const [what = '', remedy] = problemLines(common);
  return { id: `${endpoint} ${object} ${what}`, what, ...(remedy !== undefined && { remedy: remedy.trim() }) };
}

function failurePart({ endpoint, status, error, requests, trend, firstAt, lastAt }: FailureCount): Part {
  const what = `${status}${error === '' ? '' : ` ${error}`}`;
  const remedy = status === 404 && !endpoint.endsWith(' none') ? undefined : remedies[status];
  const common = { endpoint, records: requests, trend, firstAt, lastAt, details: [], failure: { status, error } };
  return { ...common, kind: 'failed', id: `${endpoint} ${what}`, what, ...(remedy !== undefined && { remedy }) };
}

const remedies: Readonly<Record<number, string>> = {
  400: 'report this to the developer of the caller: the request does not follow the contract',
  401: 'enter the key of API_KEY in Enginy, under the header of API_KEY_HEADER',
  404: 'check the base URL and BASE_PATH: no endpoint has this path',
  413: 'send fewer records at once, or raise BODY_LIMIT',
  429: 'send fewer requests at once',
  500: 'this is a bug: the log has the details under the request id',
  503: 'Enginy can send the request again; if this persists, see status.hubspot.com',
};
