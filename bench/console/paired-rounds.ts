/** The same work, measured once without and once with something else that happens, one right after the other. */
export interface PairOfRounds<Round> {
  readonly without: Round;
  readonly with: Round;
}

/** How much higher a figure is with it, in per cent; the interval contains the true one with a probability of 95 %. */
export interface Change {
  readonly percent: number;
  readonly between: readonly [number, number];
}

/** A figure of all rounds together, each of which counts as often as its weight says. */
export type Figure = (weights: readonly number[]) => number;

/** Orders of two pairs in a row: what grows or shrinks over time weighs on both kinds alike. */
export const turns = [
  ['without', 'with'],
  ['with', 'without'],
] as const;

const draws = 2_000;

/**
 * How much a figure changes, and between which bounds: pairs are drawn again and again, with replacement (bootstrap). What the machine
 * does for a second or two hits all requests of a round, so rounds are drawn and not requests.
 */
export function changeOf(pairs: number, without: Figure, withIt: Figure): Change {
  const changeIn = (weights: readonly number[]) => (withIt(weights) / without(weights) - 1) * 100;
  const drawn = Array.from({ length: draws }, () => {
    const weights = new Array<number>(pairs).fill(0);
    for (let n = 0; n < pairs; n += 1) {
      const pair = Math.floor(Math.random() * pairs);
      weights[pair] = (weights[pair] ?? 0) + 1;
    }
    return changeIn(weights);
  }).sort((a, b) => a - b);
  const at = (part: number) => drawn[Math.round((draws - 1) * part)] ?? Number.NaN;
  return { percent: changeIn(eachOnce(pairs)), between: [at(0.025), at(0.975)] };
}

export function eachOnce(rounds: number): readonly number[] {
  return new Array<number>(rounds).fill(1);
}

/** A quantile of the values of all rounds. */
export function pooledQuantile(rounds: readonly (readonly number[])[], part: number): Figure {
  const values = rounds
    .flatMap((round, index) => round.map((value) => ({ value, index })))
    .sort((a, b) => b.value - a.value);
  return (weights) => {
    const all = rounds.reduce((sum, round, index) => sum + round.length * (weights[index] ?? 0), 0);
    let above = 0;
    for (const { value, index } of values) {
      above += weights[index] ?? 0;
      if (above >= all * (1 - part)) return value;
    }
    return Number.NaN;
  };
}

/** A sum over all rounds, divided by another one. */
export function pooledRatio<Round>(
  rounds: readonly Round[],
  sum: (round: Round) => number,
  of: (round: Round) => number,
): Figure {
  return (weights) => {
    const total = (figure: (round: Round) => number) =>
      rounds.reduce((known, round, index) => known + figure(round) * (weights[index] ?? 0), 0);
    return total(sum) / total(of);
  };
}
