import { setImmediate } from 'node:timers/promises';
import type { CauseCount, FailureCount, JournalReader, SlotCount, TroubleRange } from '../../journal/journal.ts';

/** What went wrong since a moment, in parts of that time. */
export interface CountedCauses {
  readonly records: readonly CauseCount[];
  readonly requests: readonly FailureCount[];
}

/** Counts what went wrong, request by request as they arrive, so that no page waits for all of them to be read. */
export interface CauseCounter {
  /** @param since milliseconds since 1970 */
  count(since: number, parts: number): Promise<CountedCauses>;
}

/** The smallest part of time that is distinguished: a twenty-fourth of an hour. */
const slotMs = 150_000;
/** Older ones are not asked for. */
const maxAgeMs = 8 * 86_400_000;
/** Older requests are not counted: a person looks at what is wrong now. */
const maxRequests = 100_000;
/** Read at once; between two such parts, other questions get their turn. */
const requestsAtOnce = 5_000;
/** More distinct ones are no groups. */
const maxGroups = 5_000;

interface Group<Head> {
  readonly head: Head;
  readonly slots: Map<number, SlotCount>;
}

type RecordHead = Omit<CauseCount, 'records' | 'trend' | 'firstAt' | 'lastAt'>;
type RequestHead = Omit<FailureCount, 'requests' | 'trend' | 'firstAt' | 'lastAt'>;

interface Groups {
  readonly records: Map<string, Group<RecordHead>>;
  readonly requests: Map<string, Group<RequestHead>>;
}

/** A large request is written in parts: the newest ones are counted again each time. */
const settledMs = 10_000;

export function createCauseCounter(journal: JournalReader): CauseCounter {
  const settled: Groups = { records: new Map(), requests: new Map() };
  let seen = 0;
  let updating: Promise<void> | undefined;

  async function read(groups: Groups, range: Pick<TroubleRange, 'from' | 'end'>): Promise<void> {
    const { ofRecords, ofRequests } = await journal.troubles({ ...range, slotMs });
    for (const each of ofRecords) add(groups.records, keyOf(each.head), each);
    for (const each of ofRequests) add(groups.requests, keyOf(each.head), each);
  }

  async function update(): Promise<void> {
    const newest = await journal.newestPosition(Date.now() - settledMs);
    if (newest < seen) {
      // Another journal was started.
      settled.records.clear();
      settled.requests.clear();
      seen = 0;
    }
    for (let from = Math.max(seen, newest - maxRequests) + 1; from <= newest; from += requestsAtOnce) {
      const end = Math.min(newest + 1, from + requestsAtOnce);
      await read(settled, { from, end });
      seen = end - 1;
      await setImmediate();
    }
    forgetBefore(settled.records, Date.now() - maxAgeMs);
    forgetBefore(settled.requests, Date.now() - maxAgeMs);
  }

  return {
    async count(since, parts) {
      updating ??= update().finally(() => {
        updating = undefined;
      });
      await updating;
      const recent: Groups = { records: new Map(), requests: new Map() };
      await read(recent, { from: seen + 1, end: (await journal.newestPosition()) + 1 });
      const count = <Head>(group: Group<Head>) => countSince(group.slots, since, parts);
      return {
        records: together(settled.records, recent.records).flatMap((group) => {
          const counted = count(group);
          return counted === undefined ? [] : [{ ...group.head, ...counted.times, records: counted.number }];
        }),
        requests: together(settled.requests, recent.requests).flatMap((group) => {
          const counted = count(group);
          return counted === undefined ? [] : [{ ...group.head, ...counted.times, requests: counted.number }];
        }),
      };
    },
  };
}

/** The groups of both; neither is changed. */
function together<Head>(a: ReadonlyMap<string, Group<Head>>, b: ReadonlyMap<string, Group<Head>>): Group<Head>[] {
  const groups = new Map(a);
  for (const [key, { head, slots }] of b) {
    const known = groups.get(key);
    const all = new Map(known?.slots);
    for (const slot of slots.values()) {
      const before = all.get(slot.slot);
      all.set(slot.slot, before === undefined ? slot : merged(before, slot));
    }
    groups.set(key, { head, slots: all });
  }
  return [...groups.values()];
}

function keyOf(head: RecordHead | RequestHead): string {
  return 'details' in head
    ? [head.details, head.object, head.outcome, head.endpoint].join('\u0001')
    : [head.endpoint, head.status, head.error].join('\u0001');
}

interface Seen<Head> {
  readonly head: Head;
  readonly slot: SlotCount;
}

function add<Head>(groups: Map<string, Group<Head>>, key: string, { head, slot }: Seen<Head>): void {
  const group = groups.get(key) ?? { head, slots: new Map<number, SlotCount>() };
  if (!groups.has(key) && groups.size >= maxGroups) return;
  groups.set(key, group);
  const known = group.slots.get(slot.slot);
  group.slots.set(slot.slot, known === undefined ? slot : merged(known, slot));
}

function merged(a: SlotCount, b: SlotCount): SlotCount {
  const [firstAt, lastAt] = [Math.min(a.firstAt, b.firstAt), Math.max(a.lastAt, b.lastAt)];
  return { slot: a.slot, number: a.number + b.number, firstAt, lastAt };
}

/** @returns undefined if there was none since then. */
function countSince(slots: ReadonlyMap<number, SlotCount>, since: number, parts: number) {
  const firstSlot = Math.floor(since / slotMs);
  const slotsPerPart = Math.max(1, Math.ceil((Math.floor(Date.now() / slotMs) - firstSlot + 1) / parts));
  const trend = Array.from({ length: parts }, () => 0);
  let [number, firstAt, lastAt] = [0, Number.POSITIVE_INFINITY, 0];
  for (const each of slots.values()) {
    if (each.slot < firstSlot) continue;
    const part = Math.min(parts - 1, Math.floor((each.slot - firstSlot) / slotsPerPart));
    trend[part] = (trend[part] ?? 0) + each.number;
    number += each.number;
    firstAt = Math.min(firstAt, each.firstAt);
    lastAt = Math.max(lastAt, each.lastAt);
  }
  return number === 0 ? undefined : { number, times: { trend, firstAt, lastAt } };
}

function forgetBefore<Head>(groups: Map<string, Group<Head>>, at: number): void {
  for (const [key, { slots }] of groups) {
    for (const [slot, { lastAt }] of slots) if (lastAt < at) slots.delete(slot);
    if (slots.size === 0) groups.delete(key);
  }
}
