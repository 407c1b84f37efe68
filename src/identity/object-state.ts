import { z } from 'zod';

/** How far the index is for one rule. Moments are milliseconds since 1970 by the CRM's clock. */
const RuleState = z.object({
  /** Sweeps without a gap have read everything that was modified from here on … */
  from: z.number(),
  /** … up to here, as far as the CRM's search showed it. */
  to: z.number(),
  /** True once a listing read every record, and the sweeps reach back behind its start. */
  isListed: z.boolean(),
});

const Listing = z.object({
  /** Rules whose keys every page so far was read for. */
  fingerprints: z.array(z.string()),
  /** A sweep that started then had ended before the first page was read. */
  startedAt: z.number(),
  /** The sweeps of a rule must reach back so far behind the start of the listing. */
  marginMs: z.number(),
  after: z.string().optional(),
  records: z.number(),
  /** True where the index was complete before: what is missing is drift. */
  isFullPass: z.boolean(),
  drift: z.number(),
});

/** What the index of one object type knows about itself; written together with the pairs that it speaks of. */
export const ObjectState = z.object({
  rules: z.record(z.string(), RuleState),
  /** Start of the last completed sweep. */
  sweptAt: z.number().optional(),
  overlapMs: z.number(),
  listing: Listing.optional(),
  /** Start of the last completed listing, and how many records it read. */
  listedAt: z.number().optional(),
  records: z.number(),
  /** Keys that sweeps had missed, as full passes found them, since the index was created. */
  drift: z.number(),
});

export type RuleState = z.output<typeof RuleState>;
export type Listing = z.output<typeof Listing>;
export type ObjectState = z.output<typeof ObjectState>;

/** A state that this version does not understand counts as none: the index is built again. */
export function readObjectState(text: string | undefined, overlapMs: number): ObjectState {
  const empty: ObjectState = { rules: {}, overlapMs, records: 0, drift: 0 };
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
  return {
    ...state,
    rules: { ...state.rules, ...Object.fromEntries(swept) },
    sweptAt: Math.max(at, state.sweptAt ?? at),
  };
}

/** The state once the last page of its listing is written. */
export function afterListing(state: ObjectState, listing: Listing): ObjectState {
  const { listing: _done, ...rest } = state;
  const listed = listing.fingerprints.flatMap((fingerprint): [string, RuleState][] => {
    const rule = state.rules[fingerprint];
    if (rule === undefined || rule.from > listing.startedAt - listing.marginMs) return [];
    return [[fingerprint, { ...rule, isListed: true }]];
  });
  return {
    ...rest,
    rules: { ...state.rules, ...Object.fromEntries(listed) },
    listedAt: listing.startedAt,
    records: listing.records,
  };
}
