import { z } from 'zod';

/** The progress of the index for one rule. Moments are milliseconds since 1970 by the CRM's clock. */
const RuleState = z.object({
  /** Sweeps without a gap have read everything that was modified from here on … */
  from: z.number(),
  /** … up to here, as far as the CRM's search showed it. */
  to: z.number(),
  /** True once a listing read every record, and the sweeps reach back behind its start. */
  isListed: z.boolean(),
});

const Listing = z.object({
  /** Number of the pass: see {@link OpenIndex.dropStale}. */
  pass: z.number().default(0),
  /** Rules whose keys every page so far was read for. */
  fingerprints: z.array(z.string()),
  /** A sweep that started then had ended before the first page was read. */
  startedAt: z.number(),
  /** Which of {@link listingStages} the next page belongs to. */
  stage: z.int().min(0).max(2),
  /** The sweeps of a rule must reach back this far behind the start of the listing. */
  marginMs: z.number(),
  after: z.string().optional(),
  /** Not counting archived ones. */
  records: z.number(),
  /** How many keys the pages had. */
  pairs: z.number(),
  /** True where the index was complete before: what is missing is drift. */
  isFullPass: z.boolean(),
  drift: z.number(),
});

/** A sweep of several pages. */
const Sweep = z.object({
  fingerprints: z.array(z.string()),
  /** Everything modified since then is read. */
  since: z.number(),
  /** When it started. */
  at: z.number(),
  /** The last record that was read, and how many pages. */
  afterId: z.string(),
  pages: z.number(),
});

/** What the index of one object type knows about itself; written together with the pairs that it speaks of. */
export const ObjectState = z.object({
  /** Changes with what a complete index contains. */
  form: z.literal(3),
  rules: z.record(z.string(), RuleState),
  /** Start of the last completed sweep. */
  sweptAt: z.number().optional(),
  overlapMs: z.number(),
  /** The sweep under way, for a process that starts. */
  sweep: Sweep.optional(),
  listing: Listing.optional(),
  /** Number of the last listing that began. */
  pass: z.number().default(0),
  /** Start of the last completed listing, and how many records and keys it read. */
  listedAt: z.number().optional(),
  records: z.number(),
  pairs: z.number(),
  /** Keys that sweeps had missed, as full passes found them, since the index was created. */
  drift: z.number(),
});

export type RuleState = z.output<typeof RuleState>;
export type Listing = z.output<typeof Listing>;
export type Sweep = z.output<typeof Sweep>;
export type ObjectState = z.output<typeof ObjectState>;

/** A state that this version does not understand counts as none: the index is built again. */
export function readObjectState(text: string | undefined, overlapMs: number): ObjectState {
  const empty: ObjectState = { form: 3, rules: {}, overlapMs, pass: 0, records: 0, pairs: 0, drift: 0 };
  if (text === undefined) return empty;
  try {
    const state = ObjectState.safeParse(JSON.parse(text));
    // A greater overlap that was set since is used at once; one that drift had doubled stays.
    return state.success ? { ...state.data, overlapMs: Math.max(overlapMs, state.data.overlapMs) } : empty;
  } catch (error) {
    if (error instanceof SyntaxError) return empty;
    throw error;
  }
}

/** True if all records were listed for this rule, and the last sweep followed it: one that other processes no longer follow has a gap. */
export function isListed({ rules, sweptAt }: ObjectState, fingerprint: string): boolean {
  const rule = rules[fingerprint];
  return rule?.isListed === true && rule.to === sweptAt;
}

/** The sweep that an earlier process did not complete, if it was of these rules. */
export function interruptedSweep({ sweep }: ObjectState, fingerprints: readonly string[]): Sweep | undefined {
  return sweep?.fingerprints.join() === fingerprints.join() ? sweep : undefined;
}

/** The state after a page of a sweep that is not the last one. */
export function afterSweepPage(state: ObjectState, sweep: Sweep): ObjectState {
  return { ...state, sweep };
}

/** The rules after a sweep that read everything modified since `since` and started at `at`. A gap before it makes them unlisted. */
export function afterSweep(
  state: ObjectState,
  {
    fingerprints,
    since,
    at,
  }: { readonly fingerprints: readonly string[]; readonly since: number; readonly at: number },
): ObjectState {
  const swept = fingerprints.map((fingerprint): [string, RuleState] => {
    const before = state.rules[fingerprint];
    const isContinuous = before !== undefined && since + state.overlapMs <= before.to;
    if (!isContinuous) return [fingerprint, { from: since, to: at, isListed: false }];
    return [fingerprint, { ...before, from: Math.min(before.from, since), to: Math.max(before.to, at) }];
  });
  const { sweep: _done, ...rest } = state;
  return {
    ...rest,
    rules: { ...state.rules, ...Object.fromEntries(swept) },
    sweptAt: Math.max(at, state.sweptAt ?? at),
  };
}

/**
 * A listing reads the archived records, too: HubSpot may restore one without a new date, so that no sweep sees it. They are read before
 * the others and once more after them, so that a record that is archived, or restored, during the listing is read at least once.
 */
export const listingStages = [{ archived: true }, { archived: false }, { archived: true }] as const;

/** The listing under way, without rules that are no longer followed; a new one if nothing would be left of it. */
export function currentListing(state: ObjectState, followed: readonly string[]): Listing {
  const { listing, sweptAt, overlapMs } = state;
  const kept = listing?.fingerprints.filter((fingerprint) => followed.includes(fingerprint)) ?? [];
  if (listing !== undefined && kept.length > 0) return { ...listing, fingerprints: kept };
  if (sweptAt === undefined) throw new Error('a listing begins after a sweep');
  const isFullPass = followed.every((fingerprint) => isListed(state, fingerprint));
  return {
    pass: state.pass + 1,
    fingerprints: [...followed],
    startedAt: sweptAt,
    stage: 0,
    marginMs: overlapMs,
    records: 0,
    pairs: 0,
    isFullPass,
    drift: 0,
  };
}

/**
 * The state once a page of its listing is written.
 * @param page.listed how many records it has, and `pairs` how many keys.
 * @param page.missed how many keys of it the sweeps should have found, and did not.
 * @param page.next where to continue; undefined for the last one of a stage.
 */
export function afterPage(
  state: ObjectState,
  { after: _read, ...listing }: Listing,
  page: {
    readonly listed: number;
    readonly pairs: number;
    readonly missed: number;
    readonly next: string | undefined;
  },
): ObjectState {
  const { listed, missed, next } = page;
  const read: Listing = {
    ...listing,
    pairs: listing.pairs + page.pairs,
    records: listing.records + (listingStages[listing.stage]?.archived === false ? listed : 0),
    drift: listing.drift + missed,
  };
  const begun = { ...state, pass: listing.pass };
  const counted = missed === 0 ? begun : withDrift(begun, missed, listing.drift === 0);
  if (next !== undefined) return { ...counted, listing: { ...read, after: next } };
  const stage = listing.stage + 1;
  return stage < listingStages.length ? { ...counted, listing: { ...read, stage } } : afterListing(counted, read);
}

const maxOverlapMs = 60 * 60_000;

/** The first drift of a pass doubles the overlap. */
function withDrift(state: ObjectState, missed: number, isFirst: boolean): ObjectState {
  const overlapMs = isFirst ? Math.max(state.overlapMs, Math.min(2 * state.overlapMs, maxOverlapMs)) : state.overlapMs;
  return { ...state, drift: state.drift + missed, overlapMs };
}

/** The state once the last page of its listing is written. A rule whose keys not every page was read for is listed no longer. */
function afterListing(state: ObjectState, listing: Listing): ObjectState {
  const { listing: _done, ...rest } = state;
  const before = Object.entries(state.rules).map(([fingerprint, rule]): [string, RuleState] => [
    fingerprint,
    { ...rule, isListed: rule.isListed && listing.fingerprints.includes(fingerprint) },
  ]);
  const listed = listing.fingerprints.flatMap((fingerprint): [string, RuleState][] => {
    const rule = state.rules[fingerprint];
    if (rule === undefined || rule.from > listing.startedAt - listing.marginMs) return [];
    return [[fingerprint, { ...rule, isListed: true }]];
  });
  return {
    ...rest,
    rules: Object.fromEntries([...before, ...listed]),
    listedAt: listing.startedAt,
    records: listing.records,
    pairs: listing.pairs,
  };
}
