import type { ReplayDifference } from '../../capture/replay/replay-difference.ts';

/** What an edit changes, without the record and the values: equal effects of many requests are one group. */
export interface Effect {
  /** `POST /contacts/sync: a record now matches (was: not found)`. */
  readonly text: string;
  /** One line of the replay. */
  readonly example: string;
}

export interface ReplayChanges {
  readonly now: readonly ReplayDifference[];
  readonly noLonger: readonly ReplayDifference[];
}

/** What Enginy would receive and what HubSpot would be sent; that HubSpot is asked differently is no effect. */
export function effectsOf(endpoint: string, { now, noLonger }: ReplayChanges): Effect[] {
  const route = endpoint.replace(/\/\d[^/]*$/, '/:id');
  // The edit removes a difference that exists without it.
  const changes = [...now, ...noLonger.map(reversed)];
  const effects = changes.flatMap((difference): Effect[] => {
    const { kind } = difference;
    const [place, detail] = [difference.what.slice(0, maxText), difference.detail?.slice(0, maxText)];
    const what = describe(route, { kind, what: place, ...(detail !== undefined && { detail }) });
    const example = `${kind} ${place}${detail === undefined ? '' : `: ${detail}`}`;
    return what === undefined ? [] : [{ text: `${route}: ${what}`, example }];
  });
  return [...new Map(effects.map((effect) => [effect.text, effect])).values()];
}

/** Of a place and of a detail; a record may have very many properties. */
const maxText = 2_000;

function reversed(difference: ReplayDifference): ReplayDifference {
  const { kind, detail } = difference;
  const opposite = kind === 'missing' ? 'unexpected' : kind === 'unexpected' ? 'missing' : 'changed';
  const [, was, is] = /^was (.*), is (.*)$/.exec(detail ?? '') ?? [];
  if (was !== undefined && is !== undefined) return { ...difference, detail: `was ${is}, is ${was}` };
  return { ...difference, kind: opposite };
}

function describe(route: string, { kind, what, detail = '' }: ReplayDifference): string | undefined {
  if (what === 'answer status') return `the status ${detail}`;
  const entry = /^answer (results|errors)\[.*?\]$/s.exec(what);
  if (entry !== null) return describeEntry(route, entry[1] ?? '', { kind, detail });
  const field = /^answer results\[.*?\]\.(.+)$/s.exec(what)?.[1];
  if (field !== undefined) return describeField(route, field.replace(/\[.*$/s, ''), kind);
  if (what.startsWith('answer ')) return `${what.replace(/\[.*\]/s, '')} differs`;
  const [, verb, object] = /^(create|update|upsert) (\S+)/.exec(what) ?? [];
  if (verb === undefined) return undefined;
  if (kind === 'unexpected') return `a record of ${object} is written now (${verb})`;
  if (kind === 'missing') return `a record of ${object} is no longer written (${verb})`;
  return `${verb} of ${object}: ${propertiesIn(detail)}`;
}

function describeEntry(
  route: string,
  list: string,
  { kind, detail }: Pick<ReplayDifference, 'kind' | 'detail'>,
): string {
  const isSync = route.endsWith('/sync');
  if (list === 'errors') {
    const error = /"error":"((?:[^"\\]|\\.)*)/.exec(detail ?? '')?.[1]?.replace(/\d{3,}/g, '…');
    return kind === 'unexpected' ? `a record now fails: ${error ?? 'error'}` : 'a record no longer fails';
  }
  if (kind === 'unexpected') return isSync ? 'a record now matches (was: not found)' : 'a record now has a result';
  return isSync ? 'a record no longer matches' : 'a record no longer has a result';
}

function describeField(route: string, field: string, kind: ReplayDifference['kind']): string {
  if (field === 'crmId') return route.endsWith('/sync') ? 'another record matches' : 'another record is written';
  if (field !== 'warnings') return `the response's ${field} differs`;
  if (kind === 'unexpected') return 'a warning is new';
  return kind === 'missing' ? 'a warning is gone' : 'the warnings differ';
}

/** Names of the properties in `jobtitle was "a", is "b", city is sent now: "c"`; values are quoted. */
function propertiesIn(detail: string): string {
  const bare = detail.replace(/"(?:[^"\\]|\\.)*("|…|$)/g, '""');
  const names = [...bare.matchAll(/(?:^|, )([a-z][a-z0-9_]*) (?:was|is sent now|is no longer sent)/g)].map(
    ([, name]) => name,
  );
  return names.length === 0
    ? 'what is sent differs'
    : `${[...new Set(names)].sort().join(', ')} differ${names.length === 1 ? 's' : ''}`;
}
