import { CrmUnavailableError } from '../../errors.ts';

/** While the daily limit is reached, one call in five minutes checks whether it has been reset; all others fail at once. */
export const dailyProbeMs = 5 * 60_000;

/** Whether the CRM's daily limit of calls is reached, as far as its responses show: those to this process, and to the other replicas. */
export class DailyLimit {
  #until = 0;
  /** The other replicas do not know yet that it is reached. */
  #isUnreported = false;
  /** What the store of the replicas said last. */
  #shared = 0;
  #isNews = false;

  /** A call succeeded. */
  clear(): void {
    this.#until = 0;
    this.#isUnreported = false;
  }

  /** The CRM reported that the limit is reached. */
  reach(now: number): void {
    this.#until = now + dailyProbeMs;
    this.#isUnreported = true;
  }

  /** @returns for how many milliseconds the other replicas should make no call either; 0 if there is nothing to report. */
  reportMs(now: number): number {
    return this.#isUnreported ? Math.max(0, Math.ceil(this.#until - now)) : 0;
  }

  /**
   * Follows what the replicas have found; each finding once, since a call may succeed before it ends.
   * @param store until when no call should start, and its time now.
   * @param reportedMs what this replica had just reported to it.
   */
  follow({ dailyUntil = 0, clock }: { dailyUntil?: number; clock: number }, reportedMs: number, now: number): void {
    const isKnown = dailyUntil === this.#shared || reportedMs > 0;
    this.#shared = dailyUntil;
    if (reportedMs > 0) this.#isUnreported = false;
    if (isKnown || dailyUntil <= clock) return;
    this.#until = now + dailyUntil - clock;
    this.#isNews = true;
  }

  /** @returns true once after {@link DailyLimit.follow} learned that the limit is reached. */
  takeNews(): boolean {
    const isNews = this.#isNews;
    this.#isNews = false;
    return isNews;
  }

  /** The error for a call that must not start; undefined if it may, also as the probe. */
  errorFor(now: number): CrmUnavailableError | undefined {
    if (this.#until === 0) return undefined;
    if (now < this.#until) return this.error(now);
    this.#until = now + dailyProbeMs;
    return undefined;
  }

  error(now: number): CrmUnavailableError {
    const retryAfterSeconds = Math.max(1, Math.ceil((this.#until - now) / 1_000));
    const message = "The CRM's daily limit of API calls is reached; it resets at midnight in the account's time zone";
    return new CrmUnavailableError(message, { retryAfterSeconds });
  }
}
