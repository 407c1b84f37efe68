import type { Mapping } from '../mapping/schema/record-mapping.ts';
import { failureName } from './index-failures.ts';
import { indexedRules } from './indexed-rules.ts';
import { isListed, type ObjectState, readObjectState } from './object-state.ts';
import type { StoredIndex } from './stored-index.ts';
import { grouped } from '../counted.ts';

/** The progress of a stored index for the rules of one mapping, as last written. */
export interface IndexStanding {
  /** One per rule, in their order. */
  readonly rules: readonly RuleStanding[];
  /** Since the last completed sweep of any process that writes the state started; undefined before the first one. */
  readonly sweptAgoMs: number | undefined;
  /** Records of the last complete listing. */
  readonly records: number;
  /** Keys that sweeps had missed. */
  readonly drift: number;
  readonly overlapMs: number;
  /** Why the last listing or sweep of the background failed; undefined if it succeeded. */
  readonly failing: string | undefined;
}

/** `being built`: with the records that were read so far. */
export type RuleStanding =
  | { readonly state: 'complete' | 'not begun' }
  | { readonly state: 'being built'; readonly read: number; readonly of: number | undefined };

/** @param now milliseconds since 1970. */
export function standingOf(stored: StoredIndex, mapping: Mapping, now: number): IndexStanding {
  const { objectType, fingerprints } = indexedRules(mapping);
  const state = readObjectState(stored.states.get(objectType), 0);
  const { sweptAt, records, drift, overlapMs } = state;
  return {
    rules: fingerprints.map((fingerprint) => ruleStanding(state, fingerprint)),
    sweptAgoMs: sweptAt === undefined ? undefined : Math.max(0, now - sweptAt),
    records,
    drift,
    overlapMs,
    failing: stored.states.get(failureName(objectType)) || undefined,
  };
}

function ruleStanding(state: ObjectState, fingerprint: string): RuleStanding {
  const { listing, records } = state;
  if (isListed(state, fingerprint)) return { state: 'complete' };
  if (listing?.fingerprints.includes(fingerprint) !== true) return { state: 'not begun' };
  return { state: 'being built', read: listing.records, of: records === 0 ? undefined : records };
}

/** `complete`, `being built (41 %)`, `being built (12,300 records read)`, `not begun`. */
export function ruleWords(rule: RuleStanding): string {
  if (rule.state !== 'being built') return rule.state;
  const { read, of } = rule;
  // Records may have been added since they were counted.
  const done = of === undefined ? `${grouped(read)} records read` : `${Math.min(99, Math.floor((100 * read) / of))} %`;
  return `being built (${done})`;
}

/** `swept 12 s ago`, `never swept; the last attempt failed: HubSpot denied access`. */
export function sweptWords({ sweptAgoMs, failing }: IndexStanding): string {
  const swept = sweptAgoMs === undefined ? 'never swept' : `swept ${durationWords(sweptAgoMs)} ago`;
  return failing === undefined ? swept : `${swept}; the last attempt failed: ${failing}`;
}

function durationWords(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}
