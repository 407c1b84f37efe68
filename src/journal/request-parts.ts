import type { DecidedRequest, RecordDecision } from '../bridge/decisions.ts';
import type { KeyKind } from './digests.ts';
import type { PartHead, SharedDecision } from './journal-messages.ts';
import { addKeys, areAlike, detailsOf, idsOf } from './record-details.ts';
import { maxIdLength, type RecordColumns } from './stored-parts.ts';

/** Records of one text, and of one row of the file: a search reads the whole row for one of them. */
const partSize = 200;
/** Larger requests become text part by part, so that others get their turn. */
const maxAtOnce = 1_000;

/** A part on its way to the thread. */
export interface WaitingPart {
  readonly records: number;
  /** The part as journal-messages.ts describes it. */
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
    const some = records.length <= partSize ? records : records.slice(offset, offset + partSize);
    const toText = () => partText({ ...common, offset }, some);
    const text = records.length <= maxAtOnce ? toText() : undefined;
    parts.push({ records: some.length, toText: text === undefined ? toText : () => text });
  }
  return parts;
}

function partText(common: Omit<PartHead, 'decisions' | 'keys'>, records: readonly RecordDecision[]): string {
  const [externalIds, crmIds, decisionOf]: [(string | null)[], (string | null)[], number[]] = [[], [], []];
  let ids: Record<string, ReturnType<typeof idsOf>> | undefined;
  const shared = shareDecisions();
  const keys: [KeyKind, string[], number[]][] = [];
  let index = 0;
  const addKey = (kind: KeyKind, text: string) => {
    const known = keys.find(([each]) => each === kind);
    if (known === undefined) keys.push([kind, [text], [index]]);
    else {
      known[1].push(text);
      known[2].push(index);
    }
  };
  for (const record of records) {
    externalIds.push(short(record.externalId));
    crmIds.push(short(record.crmId));
    decisionOf.push(shared.positionOf(record));
    const own = idsOf(record);
    if (own !== undefined) {
      ids ??= {};
      ids[index] = own;
    }
    addKeys(record, addKey);
    index += 1;
  }
  const head: PartHead = { ...common, decisions: shared.list(), keys };
  const columns: RecordColumns = [externalIds, crmIds, decisionOf];
  return `${JSON.stringify(head)}\n${JSON.stringify(columns)}\n${ids === undefined ? '' : JSON.stringify(ids)}`;
}

/** Compared with a record before its details are written as JSON. */
const maxCompared = 8;

/** What the records of a part have in common, each once. */
function shareDecisions() {
  const found: { readonly sample: RecordDecision; readonly details: string; number: number }[] = [];
  const known = new Map<string, number>();

  function findAlike(record: RecordDecision): number | undefined {
    for (let at = found.length - 1; at >= 0 && at >= found.length - maxCompared; at -= 1) {
      const one = found[at];
      if (one !== undefined && areAlike(one.sample, record)) return at;
    }
    return undefined;
  }

  function addIfNew(record: RecordDecision): number {
    const details = JSON.stringify(detailsOf(record));
    const key = `${record.object} ${record.outcome} ${details}`;
    const at = known.get(key);
    if (at !== undefined) return at;
    known.set(key, found.length);
    return found.push({ sample: record, details, number: 0 }) - 1;
  }

  return {
    /** Counts the record. @returns where in the list its decision is. */
    positionOf(record: RecordDecision): number {
      const at = findAlike(record) ?? addIfNew(record);
      const one = found[at];
      if (one !== undefined) one.number += 1;
      return at;
    },
    list: (): readonly SharedDecision[] =>
      found.map(({ sample, details, number }) => [sample.object, sample.outcome, details, number]),
  };
}

function short(id: string | undefined): string | null {
  if (id === undefined) return null;
  return id.length > maxIdLength ? id.slice(0, maxIdLength) : id;
}

function summaryOf(records: readonly RecordDecision[]): Pick<PartHead, 'outcomes' | 'heldBack'> {
  const outcomes: Record<string, number> = {};
  let heldBack = 0;
  for (const record of records) {
    outcomes[record.outcome] = (outcomes[record.outcome] ?? 0) + 1;
    if (record.heldBack.length > 0) heldBack += 1;
  }
  return { outcomes, heldBack };
}
