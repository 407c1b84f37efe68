import { styleText } from 'node:util';
import type { JournalEntry, JournalRequest } from '../../journal/journal.ts';
import type { MappingPlaces } from '../../reasons/mapping-places.ts';
import { endpointName, outcomeLine, shortId, timeOf } from '../../reasons/entry-words.ts';
import { heldBackLines } from '../../reasons/held-back-words.ts';

/** Of the rest of a line that is wider than the terminal; deeper than what is unfolded below it. */
export const requestIndent = 8;

/** One line: time, id, endpoint, status, duration, the result of its records. */
export function formatRequest(request: JournalRequest, hasColor: boolean): string {
  const { at, requestId, status, durationMs, error, reason } = request;
  const cells = [
    timeOf(at),
    shortId(requestId).padEnd(8),
    endpointName(request).padEnd(20),
    String(status),
    `${durationMs} ms`.padStart(9),
  ];
  const line =
    `${cells.join('  ')}  ${summaryOf(request)}${error === undefined ? '' : `  ${error}${reason === undefined ? '' : `: ${reason}`}`}`.trimEnd();
  return hasColor ? styleText(colorOf(request), line, { validateStream: false }) : line;
}

function summaryOf({ outcomes, heldBack }: JournalRequest): string {
  const parts = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  return [...parts, ...(heldBack > 0 ? [`${heldBack} with fields held back`] : [])].join(', ');
}

function colorOf({ status, outcomes, heldBack }: JournalRequest): 'green' | 'yellow' | 'red' {
  const failed = (outcomes.failed ?? 0) + (outcomes.several ?? 0);
  if (status >= 400 || failed > 0) return 'red';
  return heldBack > 0 ? 'yellow' : 'green';
}

/** The records of a request that failed or of which a field was held back, below its line. */
export function formatTroubles(entries: readonly JournalEntry[], places: MappingPlaces): string[] {
  return entries.flatMap((entry) => {
    const isFailed = entry.outcome === 'failed' || entry.outcome === 'several';
    if (!isFailed && entry.heldBack.length === 0) return [];
    const held = entry.heldBack.flatMap((each) => heldBackLines(each, entry.object, places));
    return [`    ${outcomeLine(entry)}`, ...held.map((line) => `      ${line}`)];
  });
}
