/**
 * The budgets that a CRM meters, as data. A lane's window is a rolling one: no more than `limit` calls may be counted by the CRM
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
   * How long after a call went onto the wire the CRM counts it at the latest. Infinity: at any moment up to the response, which costs
   * `latency / windowMs` of the rate and is always safe.
   */
  readonly transitMs: number;
  /** Bulk calls that may start in one go; further ones start at the window's average rate, so that slots come free evenly. */
  readonly bulkBurst: number;
  /** Shortest pause after a "too many" that names no time. */
  readonly minimumPauseMs: number;
}

export interface LaneSettings {
  readonly burstPerTenSeconds: number;
  readonly searchPerSecond: number;
  readonly associationsPerTenSeconds?: number;
  readonly concurrency?: number;
}

/** HubSpot's smallest associations budget (Free and Starter), from its associations guide. */
const ASSOCIATIONS_PER_TEN_SECONDS = 100;
const CONCURRENCY = 20;

/**
 * A search window lasts one second, so that counting from the response would cost a sixth of the rate at ordinary latencies.
 * HubSpot's gateway counts on arrival: 25 ms covers how differently long two requests may travel. Should HubSpot disagree with
 * one "too many", the lane counts from the response for a while (see SlotWindow.distrustTransit).
 */
const SEARCH_TRANSIT_MS = 25;

/** The three lanes of HubSpot's usage guidelines. Search and v4 association batches are exempt from the ten-second window. */
export function lanesFor(settings: LaneSettings): Readonly<Record<LaneName, LaneLimits>> {
  const concurrency = settings.concurrency ?? CONCURRENCY;
  const associations = settings.associationsPerTenSeconds ?? ASSOCIATIONS_PER_TEN_SECONDS;
  return {
    burst: tenSeconds(settings.burstPerTenSeconds, concurrency),
    search: {
      limit: settings.searchPerSecond,
      windowMs: 1_000,
      concurrency: Math.max(2 * settings.searchPerSecond, 1),
      transitMs: SEARCH_TRANSIT_MS,
      bulkBurst: settings.searchPerSecond,
      minimumPauseMs: 1_000,
    },
    associations: tenSeconds(associations, concurrency),
  };
}

function tenSeconds(limit: number, concurrency: number): LaneLimits {
  return {
    limit,
    windowMs: 10_000,
    concurrency,
    transitMs: Number.POSITIVE_INFINITY,
    bulkBurst: Math.max(1, Math.floor(limit / 10)),
    minimumPauseMs: 2_000,
  };
}
