import { isObject } from '../../json.ts';
import { type ReplayDifference, quoted } from './replay-difference.ts';
import type { ReplayedAnswer } from './send-captured-request.ts';
import { differsInWaitsOnly, isSameMoment, type Moments } from './moments.ts';

/** Compares two answers to Enginy by what they say about each record. The order of warnings and of keys does not count. */
export function compareAnswers(
  recorded: ReplayedAnswer,
  replayed: ReplayedAnswer,
  moments: Moments,
): ReplayDifference[] {
  const differences: ReplayDifference[] = [];
  if (recorded.status !== replayed.status) {
    const detail = `was ${recorded.status}, is ${replayed.status}`;
    differences.push({ kind: 'changed', what: 'answer status', detail });
  }
  compare({ differences, moments }, 'answer', [recorded.body, replayed.body]);
  return differences;
}

interface Comparison {
  readonly differences: ReplayDifference[];
  readonly moments: Moments;
}

function compare(into: Comparison, what: string, [before, after]: readonly [unknown, unknown]): void {
  if (Array.isArray(before) && Array.isArray(after)) compareLists(into, what, [before, after]);
  else if (isObject(before) && isObject(after)) compareObjects(into, what, [before, after]);
  else if (!isSame([before, after], into.moments)) {
    into.differences.push({ kind: 'changed', what, detail: `was ${quoted(before)}, is ${quoted(after)}` });
  }
}

function isSame([before, after]: readonly [unknown, unknown], moments: Moments): boolean {
  return (
    JSON.stringify(before) === JSON.stringify(after) ||
    isSameMoment(before, after, moments) ||
    differsInWaitsOnly(before, after)
  );
}

type Json = Record<string, unknown>;

function compareObjects(into: Comparison, where: string, [before, after]: readonly [Json, Json]): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const what = where === 'answer' ? `answer ${name}` : `${where}.${name}`;
    if (!Object.hasOwn(after, name)) {
      into.differences.push({ kind: 'missing', what, detail: `was ${quoted(before[name])}` });
    } else if (!Object.hasOwn(before, name)) {
      into.differences.push({ kind: 'unexpected', what, detail: `is ${quoted(after[name])}` });
    } else compare(into, what, [before[name], after[name]]);
  }
}

type List = readonly unknown[];

function compareLists(into: Comparison, where: string, [before, after]: readonly [List, List]): void {
  const recorded = keyed(before);
  const replayed = keyed(after);
  for (const [key, entry] of recorded) {
    const what = `${where}[${key}]`;
    if (replayed.has(key)) compare(into, what, [entry, replayed.get(key)]);
    else into.differences.push({ kind: 'missing', what, detail: `was ${quoted(entry)}` });
  }
  for (const [key, entry] of replayed) {
    if (recorded.has(key)) continue;
    into.differences.push({ kind: 'unexpected', what: `${where}[${key}]`, detail: `is ${quoted(entry)}` });
  }
  const order = [...recorded.keys()].filter((key) => replayed.has(key));
  const newOrder = [...replayed.keys()].filter((key) => recorded.has(key));
  if (before.every(isObject) && order.join('\u0001') !== newOrder.join('\u0001')) {
    into.differences.push({ kind: 'changed', what: where, detail: 'the order differs' });
  }
}

/** Entries by what they are about; texts by themselves, since their order means nothing. */
function keyed(list: readonly unknown[]): Map<string, unknown> {
  const entries = new Map<string, unknown>();
  for (const entry of list) {
    const base = keyOf(entry);
    let key = base;
    for (let copy = 2; entries.has(key); copy += 1) key = `${base} (${copy})`;
    entries.set(key, entry);
  }
  return entries;
}

function keyOf(entry: unknown): string {
  if (!isObject(entry)) return typeof entry === 'string' ? entry : JSON.stringify(entry);
  if (entry.contactCRMId !== undefined) return `${String(entry.contactCRMId)}–${String(entry.companyCRMId)}`;
  const id = entry.externalId ?? entry.crmId ?? entry.id;
  return id === undefined ? JSON.stringify(entry) : String(id);
}
