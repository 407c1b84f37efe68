import type { DecidedRequest, RecordDecision } from '../bridge/decisions.ts';
import type { RequestPart, SentDecision } from './journal-messages.ts';

/** Records of one text: what the thread reads of it fits into its young generation several times. */
const partSize = 50;
/** Larger requests become text part by part, so that others get their turn. */
const maxAtOnce = 1_000;
/** A caller may invent fields without end. */
const maxListed = 200;

/** A part on its way to the thread. */
export interface WaitingPart {
  readonly records: number;
  /** The part as JSON. */
  toText(): string;
}

/**
 * The parts of a request, in order. Most requests become text at once: a text that waits costs the garbage collector less than what it was
 * written from.
 * @param sequence equal for all parts of one request.
 */
export function toParts({ records, ...request }: DecidedRequest, sequence: number): readonly WaitingPart[] {
  const common = { sequence, request, ...summaryOf(records) };
  const parts: WaitingPart[] = [];
  for (let offset = 0; offset === 0 || offset < records.length; offset += partSize) {
    const some = offset === 0 && records.length <= partSize ? records : records.slice(offset, offset + partSize);
    const toText = () => JSON.stringify({ ...common, offset, records: some.map(toSent) } satisfies RequestPart);
    const text = records.length <= maxAtOnce ? toText() : undefined;
    parts.push({ records: some.length, toText: text === undefined ? toText : () => text });
  }
  return parts;
}

/** As JSON omits what is undefined. */
function toSent(record: RecordDecision): SentDecision {
  const { written, heldBack, createdProperties, warnings, emails, tried = [], byIndex } = record;
  const isLong = heldBack.length > maxListed || tried.length > maxListed;
  return {
    ...record,
    written: someOf(written),
    heldBack: someOf(isLong ? heldBack.slice(0, maxListed) : heldBack),
    createdProperties: someOf(createdProperties),
    warnings: warnings === 0 ? undefined : warnings,
    emails: someOf(emails),
    ...(isLong && { tried: tried.slice(0, maxListed) }),
    // The index answers no more rules than were tried.
    ...(isLong && byIndex !== undefined && { byIndex: byIndex.slice(0, maxListed) }),
  };
}

function someOf<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list;
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
