/**
 * The rate limits of a CRM, as data. A lane's window is a rolling one: no more than `limit` calls may be counted by the CRM
 * in any stretch of `windowMs`, whatever moment between a call's start and its response the CRM counts it at.
 */
export type LaneName = 'burst' | 'search' | 'associations';

export interface LaneLimits {
  /** Calls in any window. */
  readonly limit: number;
  readonly windowMs: number;
  /** Calls in flight at once. */
  readonly concurrency: number;
  /**
   * How long after its start a call is counted by the CRM at the latest, as the lane assumes until the CRM returns a
   * "too many". Infinity: at any moment up to the response, which is always safe.
   */
  readonly countedWithinMs: number;
  /** Bulk calls that may start at once; further ones start at the window's average rate, so that slots come free evenly. */
  readonly bulkBurst: number;
  /** Part of the limit that background calls may use, 0 to 1; one call at least. */
  readonly backgroundShare: number;
  /** Shortest pause after a "too many" that names no time. */
  readonly minimumPauseMs: number;
}

export interface LaneSettings {
  readonly burstPerTenSeconds: number;
  readonly searchPerSecond: number;
  /**
   * `response` (default): a search is counted at any moment up to its response. `arrival`: when it reaches the CRM, so that a slot
   * comes free sooner; 13 % more searches at ordinary latencies, and a 429 if the assumption is wrong.
   */
  readonly searchCounted?: 'response' | 'arrival';
  readonly associationsPerTenSeconds?: number;
  /** Calls in flight at once, per ten-second lane. */
  readonly concurrency?: number;
  /** Part of each limit that background calls may use, 0 to 1. */
  readonly backgroundShare?: number;
}

/** HubSpot's smallest associations budget (Free and Starter), from its associations guide. */
const defaultAssociationsPerTenSeconds = 100;
const defaultConcurrency = 20;
const defaultBackgroundShare = 0.3;
/** By how much the travel times of two requests to HubSpot may differ. */
const travelMs = 20;

/** The three lanes of HubSpot's usage guidelines. Search and v4 association batches are exempt from the ten-second window. */
export function lanesFor(settings: LaneSettings): Readonly<Record<LaneName, LaneLimits>> {
  const { concurrency = defaultConcurrency, backgroundShare = defaultBackgroundShare } = settings;
  const tenSeconds = (limit: number): LaneLimits => ({
    limit,
    windowMs: 10_000,
    concurrency,
    countedWithinMs: Number.POSITIVE_INFINITY,
    bulkBurst: Math.max(1, Math.floor(limit / 10)),
    backgroundShare,
    minimumPauseMs: 2_000,
  });
  return {
    burst: tenSeconds(settings.burstPerTenSeconds),
    search: {
      limit: settings.searchPerSecond,
      windowMs: 1_000,
      concurrency: Math.max(2 * settings.searchPerSecond, 1),
      countedWithinMs: settings.searchCounted === 'arrival' ? travelMs : Number.POSITIVE_INFINITY,
      bulkBurst: settings.searchPerSecond,
      backgroundShare,
      minimumPauseMs: 1_000,
    },
    associations: tenSeconds(settings.associationsPerTenSeconds ?? defaultAssociationsPerTenSeconds),
  };
}

/** Calls that hold a place of a lane. */
export function runningIn({
  activeCount,
  pendingCount,
}: {
  readonly activeCount: number;
  readonly pendingCount: number;
}): number {
  return activeCount + pendingCount;
}
