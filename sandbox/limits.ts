import type { Account } from './account/account.ts';
import { accountDay } from './account/account.ts';

/** Calls allowed, as on HubSpot's usage page for a Free or Starter account. */
export interface Limits {
  /** Per rolling ten seconds and token; search and association batches do not count. */
  readonly burst: number;
  /** Searches per second, per account. */
  readonly search: number;
  /** Association calls per rolling ten seconds. */
  readonly associations: number;
  /** Per account and day, which ends at midnight in the account's zone. */
  readonly daily: number;
  /** Association calls per day. */
  readonly associationsDaily: number;
}

export const defaultLimits: Limits = {
  burst: 100,
  search: 5,
  associations: 100,
  daily: 250_000,
  associationsDaily: 500_000,
};

export type LimitName = 'burst' | 'search' | 'associations';
export type PolicyName = 'TEN_SECONDLY_ROLLING' | 'SECONDLY' | 'DAILY';

export const windowMs: Readonly<Record<LimitName, number>> = { burst: 10_000, search: 1000, associations: 10_000 };

/** What is left, for headers. */
export interface RemainingCalls {
  readonly max: number;
  readonly remaining: number;
  readonly daily: number;
  readonly dailyRemaining: number;
}

/** Counts calls in rolling windows of the sandbox's clock. A refused call does not count in its window, but counts toward the daily limit. */
export class RateLimiter {
  readonly limits: Limits;
  readonly #account: Account;
  readonly #windows: Readonly<Record<LimitName, RollingWindow>>;
  #day = Number.NaN;
  #daily = 0;
  #dailyAssociations = 0;

  constructor(limits: Limits, account: Account) {
    this.limits = limits;
    this.#account = account;
    this.#windows = {
      burst: new RollingWindow(limits.burst, windowMs.burst),
      search: new RollingWindow(limits.search, windowMs.search),
      associations: new RollingWindow(limits.associations, windowMs.associations),
    };
  }

  /** Counts a call, or returns the policy that refuses it. */
  take(lane: LimitName, now: number): PolicyName | undefined {
    this.#startDay(now);
    const isOverDay =
      lane === 'associations'
        ? this.#dailyAssociations >= this.limits.associationsDaily
        : this.#daily >= this.limits.daily;
    if (lane === 'associations') this.#dailyAssociations++;
    else this.#daily++;
    if (isOverDay) return 'DAILY';
    if (this.#windows[lane].take(now)) return undefined;
    return lane === 'search' ? 'SECONDLY' : 'TEN_SECONDLY_ROLLING';
  }

  budget(lane: LimitName, now: number): RemainingCalls {
    this.#startDay(now);
    const max = this.limits[lane];
    return {
      max,
      remaining: Math.max(0, max - this.#windows[lane].used(now)),
      daily: this.limits.daily,
      dailyRemaining: Math.max(0, this.limits.daily - this.#daily),
    };
  }

  usage(now: number): { used: number; limit: number } {
    this.#startDay(now);
    return { used: this.#daily, limit: this.limits.daily };
  }

  /** Uses part of the budget, as other apps of the account do. */
  spend(lane: LimitName, calls: number, now: number): void {
    for (let call = 0; call < calls; call++) this.take(lane, now);
  }

  #startDay(now: number): void {
    const day = accountDay(this.#account, now);
    if (day === this.#day) return;
    this.#day = day;
    this.#daily = 0;
    this.#dailyAssociations = 0;
  }
}

/** Times of the last calls; a call is allowed while fewer than `max` lie within the window. */
class RollingWindow {
  readonly #max: number;
  readonly #lengthMs: number;
  #times: number[] = [];
  #first = 0;

  constructor(max: number, lengthMs: number) {
    this.#max = max;
    this.#lengthMs = lengthMs;
  }

  take(now: number): boolean {
    if (this.used(now) >= this.#max) return false;
    this.#times.push(now);
    return true;
  }

  used(now: number): number {
    while ((this.#times[this.#first] ?? Number.POSITIVE_INFINITY) <= now - this.#lengthMs) this.#first++;
    if (this.#first > 1000) {
      this.#times = this.#times.slice(this.#first);
      this.#first = 0;
    }
    return this.#times.length - this.#first;
  }
}
