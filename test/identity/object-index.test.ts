import { expect, test } from 'vitest';
import type { CallContext } from '../../src/crm/crm.ts';
import { deadlineIn } from '../../src/crm/deadline.ts';
import type { OpenIndex } from '../../src/identity/identity-store.ts';
import { type IndexedRules, indexedRules } from '../../src/identity/indexed-rules.ts';
import { createKeyDigest } from '../../src/identity/key-digest.ts';
import { ObjectIndex, SweepTooLongError } from '../../src/identity/object-index.ts';
import { createMemoryStore } from '../../src/identity/sqlite-store.ts';
import type { Mapping } from '../../src/mapping/schema/record-mapping.ts';
import { logSink } from '../support/log-sink.ts';
import { loadShippedOnce } from '../support/shipped-mappings.ts';
import { LaggingPortal } from './lagging-portal.ts';

const shipped = loadShippedOnce(new URL('../../mappings/hubspot', import.meta.url).pathname).contacts as Mapping;
const context: CallContext = { requestId: 'test', urgency: 'background', deadline: deadlineIn(60_000) };
const day = 86_400_000;
const limits = { overlapMs: 300_000, freshMs: 2_000, fullPassMs: 7 * day };
const linkedIn = 2;

async function open(portal: LaggingPortal, rules: IndexedRules = indexedRules(shipped), stored?: OpenIndex) {
  const sink = logSink();
  const index = stored ?? (await createMemoryStore().open('portal'));
  const digest = createKeyDigest(Buffer.from('secret'));
  const deps = {
    crm: portal,
    index,
    digest,
    clock: portal.clock,
    wallClock: () => portal.now,
    log: sink.log,
  };
  return { object: await ObjectIndex.load(deps, limits, rules), sink, index, digest };
}

async function build(object: ObjectIndex): Promise<void> {
  while (object.listingDue !== 'no') {
    if (object.listingDue === 'yes') await object.listPage(context);
    else await object.sweep(context).catch(ignoreTooLong);
  }
}

/** As the builder does: a shorter one follows. */
function ignoreTooLong(error: unknown): void {
  if (!(error instanceof SweepTooLongError)) throw error;
}

function changed(change: (mapping: { -readonly [Key in keyof Mapping]: Mapping[Key] }) => void): IndexedRules {
  const mapping = structuredClone(shipped);
  change(mapping);
  return indexedRules(mapping);
}

test('an edited rule is listed again, alone; the others go on answering', async () => {
  const portal = new LaggingPortal(10);
  portal.set(1, 'https://www.linkedin.com/in/ada', 0);
  const { object } = await open(portal);
  await build(object);
  const edited = changed((mapping) => {
    const rules = structuredClone(mapping.match.rules);
    Object.assign(rules[linkedIn] as object, { also: [] });
    mapping.match = { ...mapping.match, rules };
  });

  object.follow(edited);
  const before = edited.fingerprints.map((fingerprint) => object.isListed(fingerprint));
  await build(object);

  expect(before).toEqual([true, true, false, true, true]);
  expect(edited.fingerprints.every((fingerprint) => object.isListed(fingerprint))).toBe(true);
});

test('a process whose rule the leading one no longer follows does not take it for listed: its sweeps have a gap', async () => {
  const portal = new LaggingPortal(10);
  portal.set(1, 'https://www.linkedin.com/in/ada', 0);
  const { object, index } = await open(portal);
  await build(object);
  object.follow(
    changed((mapping) => {
      const rules = structuredClone(mapping.match.rules);
      Object.assign(rules[linkedIn] as object, { also: [] });
      mapping.match = { ...mapping.match, rules };
    }),
  );
  portal.now += 60_000;
  await object.sweep(context);

  const { object: beside } = await open(portal, indexedRules(shipped), index);

  const { fingerprints } = beside.rules;
  expect(fingerprints.map((fingerprint) => beside.isListed(fingerprint))).toEqual([true, true, false, true, true]);
});

test('a response dated in the far future does not hide what is modified after it', async () => {
  const portal = new LaggingPortal(10);
  const read = portal.modifiedSince;
  const { object, digest } = await open(portal);
  await build(object);
  portal.modifiedSince = async (...args) => ({ ...(await read(...args)), servedAt: new Date(portal.now + 30 * day) });
  await object.sweep(context);
  portal.modifiedSince = read;
  portal.now += 60 * 60_000;
  portal.set(1, 'https://www.linkedin.com/in/ada', 0);

  await object.sweep(context);

  const fingerprint = indexedRules(shipped).fingerprints[linkedIn] as string;
  const key = digest({ objectType: 'contacts', fingerprint, value: 'https://www.linkedin.com/in/ada' });
  expect(await object.propose([key])).toEqual([['1']]);
});

test('a rule counts as changed exactly when its keys may change', () => {
  const { fingerprints } = indexedRules(shipped);
  const sameWith = (change: Parameters<typeof changed>[0]) =>
    changed(change).fingerprints.map((fingerprint, rule) => fingerprint === fingerprints[rule]);

  expect(sameWith((mapping) => Object.assign(mapping, { locale: { defaultCountry: 'ES' } }))).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
  expect(sameWith((mapping) => Object.assign(mapping, { hash: 'other', write: { ...mapping.write } }))).toEqual(
    fingerprints.map(() => true),
  );
  expect(
    sameWith((mapping) => {
      const rules = structuredClone(mapping.match.rules);
      for (const rule of rules) if (rule !== 'identity') Object.assign(rule, { unless_differs: [] });
      mapping.match = { ...mapping.match, rules, if_several: 'oldest' };
    }),
  ).toEqual(fingerprints.map(() => true));
});

test('a full pass counts what sweeps have missed, doubles their overlap, and logs it', async () => {
  const portal = new LaggingPortal(10);
  portal.set(1, 'https://www.linkedin.com/in/ada', 0);
  const { object, sink } = await open(portal);
  await build(object);
  // Search shows this one after two hours, which no overlap covers.
  portal.set(2, 'https://www.linkedin.com/in/grace', 2 * 3_600_000);
  for (let hour = 0; hour < 8 * 24; hour += 1) {
    portal.now += 3_600_000;
    await object.sweep(context);
  }
  expect(object.listingDue).toBe('yes');

  await build(object);

  expect(object.state).toMatchObject({ drift: 1, overlapMs: 600_000, records: 2 });
  expect(sink.text()).toContain('had missed changes');
  expect(object.isListed(object.rules.fingerprints[linkedIn] ?? '')).toBe(true);
});

test('two full passes remove the keys that no record holds any more, and no others', async () => {
  const portal = new LaggingPortal(2);
  const url = (id: number, change = '') => `https://www.linkedin.com/in/person-${id}${change}`;
  for (let id = 1; id <= 6; id += 1) portal.set(id, url(id), 0);
  portal.archive(5, 0);
  portal.now += 3_600_000;
  const { object, index, digest } = await open(portal);
  const found = async (value: string) => {
    const key = { objectType: 'contacts', fingerprint: object.rules.fingerprints[linkedIn] ?? '', value };
    return (await object.propose([digest(key)]))[0];
  };
  await build(object);
  portal.set(1, url(1, '-renamed'), 0);
  portal.erase(2);
  await object.sweep(context);
  const before = [await found(url(1)), await found(url(2))];
  // Of another object type.
  const foreign = { digest: 77n, id: '9' };
  await index.write({ of: 'companies', pairs: [foreign] });

  object.askForPass();
  await build(object);
  object.askForPass();
  await object.listPage(context);
  // Written by the bridge during the pass, in front of the page that is being read; and shown by search later than the pass ends.
  portal.set(3, url(3, '-written'), 2 * 3_600_000);
  const written = { objectType: 'contacts', fingerprint: object.rules.fingerprints[linkedIn] ?? '' };
  await object.put([{ digest: digest({ ...written, value: url(3, '-written') }), id: '3' }]);
  await build(object);

  expect(before).toEqual([['1'], ['2']]);
  expect([await found(url(1)), await found(url(2))]).toEqual([[], []]);
  for (const [id, change] of [
    [1, '-renamed'],
    [3, '-written'],
    [4, ''],
    [5, ''],
    [6, ''],
  ] as const) {
    expect(await found(url(id, change)), url(id, change)).toEqual([String(id)]);
  }
  expect(await index.propose([foreign.digest])).toEqual([[foreign.id]]);
});

test('a sweep that a process did not complete goes on in the next one, and makes nothing fresh', async () => {
  const portal = new LaggingPortal(2);
  for (let id = 1; id <= 9; id += 1) portal.set(id, `https://www.linkedin.com/in/person-${id}`, 0);
  const read = portal.modifiedSince;
  const pages: (string | undefined)[] = [];
  portal.modifiedSince = (request, call) => {
    pages.push(request.afterId);
    if (pages.length === 4) return Promise.reject(new Error('the process ended'));
    return read(request, call);
  };
  const { object, index } = await open(portal);
  await expect(object.sweep(context)).rejects.toThrow('the process ended');
  const { object: next } = await open(portal, object.rules, index);

  await next.sweep(context);
  const afterFirst = next.isFresh(object.rules.fingerprints[linkedIn] ?? '', portal.now);
  await next.sweep(context);

  expect(pages.slice(3)).toEqual(['6', '6', '8', undefined, '2', '4', '6', '8']);
  expect(afterFirst).toBe(false);
  expect(next.isFresh(object.rules.fingerprints[linkedIn] ?? '', portal.now)).toBe(true);
});

test('after a gap with more changes than a fifth of the records, all records are listed again', async () => {
  const portal = new LaggingPortal(1);
  portal.set(1, 'https://www.linkedin.com/in/ada', 0);
  const { object } = await open(portal);
  await build(object);
  portal.now += day;
  for (let id = 2; id < 140; id += 1) portal.set(id, `https://www.linkedin.com/in/person-${id}`, 0);

  portal.now += 600_000;

  // Neither a wide sweep nor a narrow one is short enough.
  await expect(object.sweep(context)).rejects.toThrow(SweepTooLongError);
  expect(object.isListed(object.rules.fingerprints[linkedIn] ?? '')).toBe(true);
  await expect(object.sweep(context)).rejects.toThrow(SweepTooLongError);

  const listed = object.rules.fingerprints.map((fingerprint) => object.isListed(fingerprint));
  expect(listed).toEqual(listed.map(() => false));
  portal.now += 3_600_000;
  await build(object);
  expect(object.isListed(object.rules.fingerprints[linkedIn] ?? '')).toBe(true);
  expect(object.state.records).toBe(139);
});

/** A store that can go back to what it held at one moment, as Redis does when it starts with an older snapshot. */
async function rewindable() {
  const [now, then] = [await createMemoryStore().open('portal'), await createMemoryStore().open('portal')];
  let current = now;
  let isKept = false;
  const index: OpenIndex = {
    propose: (digests) => current.propose(digests),
    readState: (name) => current.readState(name),
    count: () => current.count(),
    dropStale: (of, pass) => current.dropStale(of, pass),
    discard: () => current.discard(),
    async write(change) {
      await current.write(change);
      if (!isKept) await then.write(change);
    },
  };
  return {
    index,
    keep: () => {
      isKept = true;
    },
    rewind: () => {
      current = then;
    },
  };
}

test('a store that goes back to an older snapshot loses no change, and no page of a listing', async () => {
  const portal = new LaggingPortal(2);
  for (let id = 1; id <= 9; id += 1) portal.set(id, `https://www.linkedin.com/in/person-${id}`, 0);
  const store = await rewindable();
  const { object, digest } = await open(portal, indexedRules(shipped), store.index);
  const idsOf = async (id: number) => {
    const fingerprint = object.rules.fingerprints[linkedIn] ?? '';
    const value = `https://www.linkedin.com/in/person-${id}`;
    return (await object.propose([digest({ objectType: 'contacts', fingerprint, value })]))[0];
  };
  portal.now += 3_600_000;
  for (let page = 0; page < 4; page += 1) {
    if (object.listingDue === 'yes') await object.listPage(context);
    else await object.sweep(context);
  }
  store.keep();
  await object.listPage(context);
  portal.set(10, 'https://www.linkedin.com/in/person-10', 0);
  for (let minute = 0; minute < 60; minute += 1) {
    portal.now += 60_000;
    await object.sweep(context);
  }

  store.rewind();
  await build(object);
  await object.sweep(context);

  expect(object.isListed(object.rules.fingerprints[linkedIn] ?? '')).toBe(true);
  for (let id = 1; id <= 10; id += 1) expect(await idsOf(id), `of ${id}`).toEqual([String(id)]);
});

test('a record that is in the recycle bin during the listing, before it or in part of it, is found when it is restored', async () => {
  for (const [archivedBefore, restoredBefore] of [
    [-1, 99],
    [-1, 1],
    [-1, 3],
    [1, 99],
    [3, 99],
  ] as const) {
    const portal = new LaggingPortal(1);
    for (const id of [1, 2, 3]) portal.set(id, `https://www.linkedin.com/in/person-${id}`, 0);
    portal.archive(1, 0);
    if (archivedBefore < 0) portal.archive(2, 0);
    portal.now += day;
    const { object, digest } = await open(portal);
    for (let page = 0; object.listingDue !== 'no'; page += 1) {
      if (page === archivedBefore) portal.archive(2, 0);
      if (page === restoredBefore) portal.restore(2, 0, false);
      if (object.listingDue === 'yes') await object.listPage(context);
      else await object.sweep(context);
    }
    if (!portal.isAlive(2)) portal.restore(2, 0, false);
    await object.sweep(context);

    const fingerprint = object.rules.fingerprints[linkedIn] ?? '';
    const value = 'https://www.linkedin.com/in/person-2';
    const found = await object.propose([digest({ objectType: 'contacts', fingerprint, value })]);
    expect(found, `archived before page ${archivedBefore}, restored before ${restoredBefore}`).toEqual([['2']]);
  }
});
