/**
 * The most similar word in the list, or undefined if none is similar.
 * Words that differ only in case or separators are always similar, and so is a prefix; otherwise about one edit per
 * three letters is allowed, and never more than `mostEdits`.
 */
export function nearestWord(
  word: string,
  words: Iterable<string>,
  mostEdits = Number.POSITIVE_INFINITY,
): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.min(mostEdits, Math.max(1, Math.floor(word.length / 3))) + 1;
  for (const candidate of words) {
    const distance = distanceBetween(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `; did you mean "x"?` as the end of a message, or an empty text. */
export function didYouMean(suggestion: string | undefined): string {
  return suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
}

function distanceBetween(word: string, candidate: string): number {
  if (bare(candidate) === bare(word)) return 0;
  const isBeginning = word.length >= 4 && candidate.startsWith(word);
  return isBeginning ? 1 : editDistance(word, candidate);
}

function bare(word: string): string {
  return word.replace(/[\s_-]/g, '');
}

/** Edit distance: insertions, deletions, substitutions and swaps of adjacent letters. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
