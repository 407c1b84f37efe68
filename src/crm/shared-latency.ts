interface Sample {
  readonly at: number;
  readonly ms: number;
}

const FEWEST_SAMPLES = 30;
const MOST_SAMPLES = 200;
const FRESH_FOR_MS = 10 * 60_000;
/** The least latency seen is not the least there can be. */
const SHARE = 0.8;
const FIRST_DISTRUST_MS = 10 * 60_000;
const LONGEST_DISTRUST_MS = 24 * 3_600_000;

/**
 * The part of the latency that all recent calls of a lane have in common. A call is counted at the earliest after the shortest way
 * there, and at the latest so long before its response as the shortest work and way back take; both together are the least latency.
 * So between two calls that much of the first one's latency is no uncertainty.
 */
export class SharedLatency {
  #samples: Sample[] = [];
  #distrustedUntil = 0;
  #distrustMs = FIRST_DISTRUST_MS;

  /** What may be set off for a call that took `ms`; zero until enough recent calls are known. */
  after(ms: number, now: number): number {
    this.#samples.push({ at: now, ms });
    if (this.#samples.length > MOST_SAMPLES) this.#samples.shift();
    if (now < this.#distrustedUntil) return 0;
    const recent = this.#samples.filter(({ at }) => now - at < FRESH_FOR_MS);
    if (recent.length < FEWEST_SAMPLES) return 0;
    return SHARE * Math.min(...recent.map((sample) => sample.ms));
  }

  /** The CRM counted otherwise than assumed: nothing is set off for a while, longer each time. */
  distrust(now: number): void {
    if (now < this.#distrustedUntil) return;
    this.#distrustedUntil = now + this.#distrustMs;
    this.#distrustMs = Math.min(2 * this.#distrustMs, LONGEST_DISTRUST_MS);
  }
}
