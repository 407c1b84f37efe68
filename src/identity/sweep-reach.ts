import type { ObjectState } from './object-state.ts';

/** Records that became visible later than the overlap allows for are seen by a sweep that reaches back so far. */
const wideOverlapMs = 30 * 60_000;
const wideEveryMs = 60_000;
/** A wide sweep that fits one page costs no more than a narrow one. */
export const recordsPerPage = 200;
/** A wide sweep may take a tenth of the time. */
const wideShare = 10;
/** A date further ahead of this machine's clock is not believed: the next sweep would begin after changes that no sweep has read. */
const maxAheadMs = 60_000;

/** Decides how far back each sweep of one object type reaches. */
export class SweepReach {
  #lastWide: { readonly at: number; readonly tookMs: number; readonly rows: number } | undefined;

  isWideDue({ sweptAt }: ObjectState, now: number): boolean {
    const last = this.#lastWide;
    if (last === undefined || sweptAt === undefined || last.rows <= recordsPerPage) return true;
    return now - last.at >= Math.max(wideEveryMs, wideShare * last.tookMs);
  }

  /** @returns the moment from which on changes are read, by the CRM's clock. */
  since(
    { sweptAt, overlapMs }: ObjectState,
    { isWide, wallClock }: { isWide: boolean; wallClock: () => number },
  ): number {
    return (sweptAt ?? wallClock()) - (isWide ? Math.max(wideOverlapMs, overlapMs) : overlapMs);
  }

  /** @returns the moment of a sweep by the CRM's clock, or an earlier one: a sweep that begins too early only reads more. */
  servedAt(date: Date, wallClock: () => number): number {
    return Math.min(date.getTime(), wallClock() + maxAheadMs);
  }

  noteWide(at: number, { tookMs, rows }: { readonly tookMs: number; readonly rows: number }): void {
    this.#lastWide = { at, tookMs, rows };
  }
}
