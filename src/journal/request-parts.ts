import type { DecidedRequest, RecordDecision } from '../bridge/decisions.ts';
import type { RequestPart } from './journal-messages.ts';

/**
 * Records that are passed to the thread at once; between two such parts, requests get their turn. What the thread reads of them fits into
 * its young generation.
 */
export const partSize = 200;
/** A caller may invent fields without end. */
const maxHeldBack = 200;

/** A part on its way to the thread. */
export interface WaitingPart {
  readonly records: number;
  /** The part as JSON. */
  toText(): string;
}

/**
 * The parts of a request, in order. Most requests are one, which becomes text at once: a text that waits costs the garbage collector
 * less than what it was written from. A large request becomes text part by part.
 * @param sequence equal for all parts of one request.
 */
export function toParts({ records, ...request }: DecidedRequest, sequence: number): readonly WaitingPart[] {
  const common = { sequence, request, ...summaryOf(records) };
  const parts: WaitingPart[] = [];
  for (let offset = 0; offset === 0 || offset < records.length; offset += partSize) {
    const some = offset === 0 && records.length <= partSize ? records : records.slice(offset, offset + partSize);
    const toText = () => JSON.stringify({ ...common, offset, records: some.map(shortened) } satisfies RequestPart);
    const text = records.length <= partSize ? toText() : undefined;
    parts.push({ records: some.length, toText: text === undefined ? toText : () => text });
  }
  return parts;
}

function shortened(record: RecordDecision): RecordDecision {
  const { heldBack, tried, byIndex } = record;
  // The index answers no more rules than were tried.
  if (heldBack.length <= maxHeldBack && (tried === undefined || tried.length <= maxHeldBack)) return record;
  return {
    ...record,
    heldBack: heldBack.slice(0, maxHeldBack),
    ...(tried !== undefined && { tried: tried.slice(0, maxHeldBack) }),
    ...(byIndex !== undefined && { byIndex: byIndex.slice(0, maxHeldBack) }),
  };
}

function summaryOf(records: readonly RecordDecision[]): Pick<RequestPart, 'outcomes' | 'heldBack'> {
  const outcomes: Record<string, number> = {};
  let heldBack = 0;
  for (const record of records) {
    outcomes[record.outcome] = (outcomes[record.outcome] ?? 0) + 1;
    if (record.heldBack.length > 0) heldBack += 1;
  }
  return { outcomes, heldBack };
}
