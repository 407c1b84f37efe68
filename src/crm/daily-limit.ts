import { CrmUnavailableError } from '../errors.ts';

/** While the daily limit is reached, one call in five minutes checks whether it has been reset; all others fail at once. */
export const DAILY_PROBE_MS = 5 * 60_000;

/** Whether the CRM's daily limit of calls is reached, as far as its responses show. */
export class DailyLimit {
  #until = 0;

  /** A call succeeded. */
  clear(): void {
    this.#until = 0;
  }

  /** The CRM reported that the limit is reached. */
  reach(now: number): void {
    this.#until = now + DAILY_PROBE_MS;
  }

  /** The error for a call that must not start; undefined if it may, be it as the probe. */
  errorFor(now: number): CrmUnavailableError | undefined {
    if (this.#until === 0) return undefined;
    if (now < this.#until) return this.error(now);
    this.#until = now + DAILY_PROBE_MS;
    return undefined;
  }

  error(now: number): CrmUnavailableError {
    const retryAfterSeconds = Math.max(1, Math.ceil((this.#until - now) / 1_000));
    const message = "The CRM's daily limit of API calls is reached; it resets at midnight in the account's time zone";
    return new CrmUnavailableError(message, { retryAfterSeconds });
  }
}
