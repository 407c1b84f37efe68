import type { LaneQuery } from './lane-store.ts';

export type LaneReports = Pick<LaneQuery, 'releases' | 'cancelled' | 'pauseMs' | 'rate'>;

/** What a replica reports to the store with its next query. If a query gets no answer, the next one reports the same again. */
export class LaneOutbox {
  #releases: string[] = [];
  #cancelled: string[] = [];
  #pauseMs = 0;
  #rate: LaneQuery['rate'];

  release(id: string, rate: LaneQuery['rate']): void {
    this.#releases.push(id);
    this.#rate = rate ?? this.#rate;
  }

  cancel(id: string): void {
    this.#cancelled.push(id);
  }

  pause(ms: number): void {
    this.#pauseMs = Math.max(this.#pauseMs, Math.ceil(ms));
  }

  /** Empties the outbox. */
  take(): LaneReports {
    const reports = {
      releases: this.#releases,
      cancelled: this.#cancelled,
      pauseMs: this.#pauseMs,
      rate: this.#rate,
    };
    this.#releases = [];
    this.#cancelled = [];
    this.#pauseMs = 0;
    this.#rate = undefined;
    return reports;
  }

  takeBack({ releases, cancelled, pauseMs, rate }: LaneReports): void {
    this.#releases = [...releases, ...this.#releases];
    this.#cancelled = [...cancelled, ...this.#cancelled];
    this.pause(pauseMs);
    this.#rate ??= rate;
  }
}
