import type { ObjectState } from './object-state.ts';

/** Records that became visible later than the overlap allows for are seen by a sweep that reaches back this far. */
const wideOverlapMs = 30 * 60_000;
const wideEveryMs = 60_000;
/** A wide sweep that fits one page costs no more than a narrow one. */
export const recordsPerPage = 200;
/** A wide sweep may take a tenth of the time. */
const wideShare = 10;
/** A date further ahead of this machine's clock is not believed: the next sweep would begin after changes that no sweep has read. */
const maxAheadMs = 60_000;

/** The pages of a sweep say for this long how many the next one will have. */
const expectForMs = 5 * 60_000;

interface SweepCost {
  readonly tookMs: number;
  readonly rows: number;
  readonly pages: number;
}

/** Decides how far back each sweep of one object type reaches. */
export class SweepReach {
  #lastWide: (SweepCost & { readonly at: number }) | undefined;
  #lastNarrow: (SweepCost & { readonly at: number }) | undefined;

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

  /** About how many pages the next sweep reads. */
  expectedPages(state: ObjectState, now: number): number {
    const last = this.isWideDue(state, now) ? this.#lastWide : this.#lastNarrow;
    return last === undefined || now - last.at > expectForMs ? 1 : last.pages;
  }

  /** Notes what a sweep cost that started then. */
  note(at: number, isWide: boolean, cost: SweepCost): void {
    if (isWide) this.#lastWide = { at, ...cost };
    else this.#lastNarrow = { at, ...cost };
  }
}
