import { isObject } from '../../json.ts';
import { type Difference, quoted } from './compare-calls.ts';
import { isSameMoment, type Moments } from './moments.ts';

export interface ComparedAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** Compares two answers to Enginy by what they say about each record; the order of warnings and of keys does not count. */
export function compareAnswers(then: ComparedAnswer, now: ComparedAnswer, moments: Moments): Difference[] {
  const differences: Difference[] = [];
  if (then.status !== now.status) {
    differences.push({ kind: 'changed', what: 'answer status', detail: `was ${then.status}, is ${now.status}` });
  }
  compare(differences, 'answer', then.body, now.body, moments);
  return differences;
}

function compare(into: Difference[], where: string, then: unknown, now: unknown, moments: Moments): void {
  if (Array.isArray(then) && Array.isArray(now)) {
    compareLists(into, where, then, now, moments);
  } else if (isObject(then) && isObject(now)) {
    for (const name of new Set([...Object.keys(then), ...Object.keys(now)])) {
      const place = where === 'answer' ? `answer ${name}` : `${where}.${name}`;
      if (!Object.hasOwn(now, name)) into.push({ kind: 'missing', what: place, detail: `was ${quoted(then[name])}` });
      else if (!Object.hasOwn(then, name))
        into.push({ kind: 'unexpected', what: place, detail: `is ${quoted(now[name])}` });
      else compare(into, place, then[name], now[name], moments);
    }
  } else if (JSON.stringify(then) !== JSON.stringify(now) && !isSameMoment(then, now, moments)) {
    into.push({ kind: 'changed', what: where, detail: `was ${quoted(then)}, is ${quoted(now)}` });
  }
}

function compareLists(
  into: Difference[],
  where: string,
  then: readonly unknown[],
  now: readonly unknown[],
  moments: Moments,
): void {
  const before = keyed(then);
  const after = keyed(now);
  for (const [key, entry] of before) {
    if (after.has(key)) compare(into, `${where}[${key}]`, entry, after.get(key), moments);
    else into.push({ kind: 'missing', what: `${where}[${key}]`, detail: `was ${quoted(entry)}` });
  }
  for (const [key, entry] of after) {
    if (!before.has(key)) into.push({ kind: 'unexpected', what: `${where}[${key}]`, detail: `is ${quoted(entry)}` });
  }
  const shared = [...before.keys()].filter((key) => after.has(key));
  const order = [...after.keys()].filter((key) => before.has(key));
  const isOrdered = then.every(isObject);
  if (isOrdered && shared.join('\u0001') !== order.join('\u0001')) {
    into.push({ kind: 'changed', what: where, detail: 'the order is another one' });
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
