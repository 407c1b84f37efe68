import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type IdentityStore, type IndexChange, IndexLostError } from '../../src/identity/identity-store.ts';

export interface SharedStores {
  readonly store: IdentityStore;
  /** Another process on the same contents. */
  readonly other: IdentityStore;
}

/** What every identity store keeps to. @param open an empty store, closed when the test ends. */
export function identityStoreConformance(
  name: string,
  open: () => Promise<Pick<SharedStores, 'store'>>,
  numRuns = 30,
): void {
  test(`${name}: every written pair is proposed, and nothing else, whatever the order of writes, drops and reads`, async () => {
    const index = await (await open()).store.open('portal 1');
    const digest = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const few = fc.constantFrom(0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 65_536n, -65_536n);
    const id = fc.oneof(
      fc.constantFrom('1', '01', '9007199254740991', '9007199254740993', 'a-1', '1e3'),
      fc.nat().map(String),
    );
    const pairs = fc.array(fc.record({ digest: fc.oneof(few, digest), id }), { maxLength: 20 });
    const model = new Map<bigint, Set<string>>();
    const step = fc.record({ pairs, drops: pairs, text: fc.option(fc.string(), { nil: undefined }) });
    let text: string | undefined;
    await fc.assert(
      fc.asyncProperty(step, async ({ pairs: put, drops, text: given }) => {
        const change: IndexChange = {
          pairs: put,
          drops,
          ...(given !== undefined && { state: { name: 'contacts', text: given } }),
        };
        await index.write(change);
        for (const pair of drops) model.get(pair.digest)?.delete(pair.id);
        for (const pair of put) model.set(pair.digest, (model.get(pair.digest) ?? new Set()).add(pair.id));
        text = given ?? text;

        const asked = [...model.keys(), 42n];
        const found = await index.propose(asked);
        expect(found.map((ids) => [...ids].sort())).toEqual(asked.map((each) => [...(model.get(each) ?? [])].sort()));
        expect(await index.readState('contacts')).toBe(text);
      }),
      { numRuns },
    );
    expect(await index.count()).toBe([...model.values()].filter((ids) => ids.size > 0).length);
    expect(await index.propose([])).toEqual([]);
    expect(await index.readState('companies')).toBeUndefined();
  });

  test(`${name}: what was not written again in two passes is removed, of that object alone`, async () => {
    const index = await (await open()).store.open('portal 1');
    const digests = Array.from({ length: 300 }, (_, at) => BigInt(at - 150) * 61_489_146_912_365_172n);
    const pairs = digests.map((digest, at) => ({ digest, id: String(at) }));
    const proposed = async () => (await index.propose(digests)).map((ids) => [...ids].sort());
    await index.write({ of: 'contacts', pairs, state: { name: 'contacts', text: 'built' } });
    await index.write({ of: 'companies', pairs: pairs.slice(0, 3).map(({ digest }) => ({ digest, id: 'c' })) });
    await index.write({ of: 'contacts', pairs: pairs.slice(0, 100), beginsPass: 1 });
    await index.dropStale('contacts', 1);
    const afterOne = await proposed();
    await index.write({ of: 'contacts', pairs: pairs.slice(0, 100), beginsPass: 2 });
    await index.write({ of: 'contacts', pairs: [...pairs.slice(90, 200), { digest: digests[0] ?? 0n, id: 'new' }] });

    await index.dropStale('contacts', 1);
    const ofAnother = await proposed();
    await index.dropStale('contacts', 2);
    const after = await proposed();
    await index.write({ of: 'contacts', pairs: pairs.slice(1, 3), beginsPass: 3 });
    await index.write({ of: 'contacts', pairs: [], beginsPass: 4, state: { name: 'contacts', text: 'built' } });
    await index.write({ of: 'contacts', pairs: pairs.slice(1, 3) });
    await index.dropStale('contacts', 4);

    for (const each of [afterOne, ofAnother]) expect(each.filter((ids) => ids.length > 0)).toHaveLength(300);
    expect(after.slice(0, 4)).toEqual([['0', 'c', 'new'], ['1', 'c'], ['2', 'c'], ['3']]);
    expect(after.slice(4)).toEqual(pairs.slice(4).map(({ id }, at) => (at < 196 ? [id] : [])));
    expect(await proposed()).toEqual(digests.map((_, at) => [['c'], ['1', 'c'], ['2', 'c']][at] ?? []));
    expect(await index.readState('contacts')).toBe('built');
  });

  test(`${name}: ten thousand digests are looked up in one call, in their order`, async () => {
    const index = await (await open()).store.open('portal 1');
    const pairs = Array.from({ length: 5_000 }, (_, at) => ({
      digest: BigInt(at) * 1_234_567_891_234n,
      id: String(at),
    }));
    await index.write({ pairs });

    const found = await index.propose(Array.from({ length: 10_000 }, (_, at) => BigInt(at) * 1_234_567_891_234n));

    expect(found).toEqual(Array.from({ length: 10_000 }, (_, at) => (at < 5_000 ? [String(at)] : [])));
  });

  test(`${name}: the index of another account is emptied, and what was opened before does not answer`, async () => {
    const { store } = await open();
    const first = await store.open('portal 1');
    await first.write({ pairs: [{ digest: 7n, id: '1' }], state: { name: 'contacts', text: 'complete' } });
    const same = await store.open('portal 1');
    expect(await same.propose([7n])).toEqual([['1']]);

    const second = await store.open('portal 2');

    expect(await second.propose([7n])).toEqual([[]]);
    expect(await second.readState('contacts')).toBeUndefined();
    await expect(first.propose([7n])).rejects.toThrow(IndexLostError);
    await expect(first.write({ pairs: [] })).rejects.toThrow(IndexLostError);
    await expect(first.readState('contacts')).rejects.toThrow(IndexLostError);
  });

  test(`${name}: an index that was given up answers nothing, and the next one is empty`, async () => {
    const { store } = await open();
    const first = await store.open('portal 1');
    await first.write({ pairs: [{ digest: 7n, id: '1' }], state: { name: 'contacts', text: 'complete' } });

    await first.discard();

    await expect(first.readState('contacts')).rejects.toThrow(IndexLostError);
    const next = await store.open('portal 1');
    expect(await next.propose([7n])).toEqual([[]]);
    expect(await next.readState('contacts')).toBeUndefined();
  });
}

/** What a store keeps to that several processes use. @param open two processes on one empty store, closed when the test ends. */
export function sharedStoreConformance(name: string, open: () => Promise<SharedStores>): void {
  test(`${name}: another process sees what one has written`, async () => {
    const { store, other } = await open();
    const index = await store.open('portal 1');
    const beside = await other.open('portal 1');
    await index.write({ pairs: [{ digest: 7n, id: '1' }], state: { name: 'contacts', text: 'one' } });
    await beside.write({ pairs: [{ digest: 7n, id: '2' }] });

    expect((await index.propose([7n]))[0]?.toSorted()).toEqual(['1', '2']);
    expect((await beside.propose([7n]))[0]?.toSorted()).toEqual(['1', '2']);
    expect(await beside.readState('contacts')).toBe('one');
  });

  test(`${name}: what another process has emptied for another account does not answer`, async () => {
    const { store, other } = await open();
    const index = await store.open('portal 1');
    await index.write({ pairs: [{ digest: 7n, id: '1' }], state: { name: 'contacts', text: 'complete' } });
    const beside = await other.open('portal 2').catch(() => undefined);

    const results = await Promise.allSettled([index.propose([7n]), index.readState('contacts'), index.count()]);
    const write = await index
      .write({ pairs: [], state: { name: 'contacts', text: 'of the first' } })
      .catch(() => 'lost');

    // Another process empties the index, or leaves it to the one that leads.
    if (beside === undefined) return void expect(results[0]).toMatchObject({ value: [['1']] });
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(write).toBe('lost');
    expect(await beside.readState('contacts')).toBeUndefined();
  });
}
