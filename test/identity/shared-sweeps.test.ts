import { expect, test } from 'vitest';
import type { CallContext, Crm } from '../../src/crm/crm.ts';
import { deadlineIn } from '../../src/crm/deadline.ts';
import { Freshness } from '../../src/identity/freshness.ts';
import type { OpenIndex, SharedSweeps } from '../../src/identity/identity-store.ts';
import { indexedRules } from '../../src/identity/indexed-rules.ts';
import { createKeyDigest } from '../../src/identity/key-digest.ts';
import { ObjectIndex } from '../../src/identity/object-index.ts';
import { createMemoryStore } from '../../src/identity/sqlite-store.ts';
import type { Mapping } from '../../src/mapping/schema/record-mapping.ts';
import { logSink } from '../support/log-sink.ts';
import { loadShippedOnce } from '../support/shipped-mappings.ts';
import { LaggingPortal } from './lagging-portal.ts';

const mapping = loadShippedOnce(new URL('../../mappings/hubspot', import.meta.url).pathname).contacts as Mapping;
const limits = { overlapMs: 300_000, freshMs: 2_000, fullPassMs: 7 * 86_400_000 };
const context: CallContext = { requestId: 'test', urgency: 'bulk', deadline: deadlineIn(60_000) };

/** What processes share, by one clock. */
class Shared {
  readonly #portal: LaggingPortal;
  #flight: { readonly by: number; readonly at: number } | undefined;
  #last: { readonly at: number; readonly rules: readonly string[] } | undefined;

  constructor(portal: LaggingPortal) {
    this.#portal = portal;
  }

  of(process: number): SharedSweeps {
    return {
      begin: async () => {
        if (this.#flight !== undefined && this.#flight.by !== process) return false;
        this.#flight = { by: process, at: this.#portal.now };
        return true;
      },
      end: async (_name, rules) => {
        if (rules !== undefined) this.#last = { at: this.#flight?.at ?? 0, rules };
        this.#flight = undefined;
      },
      last: async () => this.#last && { agoMs: this.#portal.now - this.#last.at, rules: this.#last.rules },
    };
  }
}

async function startSharing(count = 3) {
  const portal = new LaggingPortal(100);
  portal.set(1, 'https://www.linkedin.com/in/ada', 0);
  let sweeps = 0;
  let fails = false;
  const modifiedSince: Crm['modifiedSince'] = async (request, callContext) => {
    sweeps += 1;
    // Others ask meanwhile.
    await new Promise((resolve) => setImmediate(resolve));
    if (fails) throw new Error('the search failed');
    return portal.modifiedSince(request, callContext);
  };
  const stored = await createMemoryStore().open('portal');
  const shared = new Shared(portal);
  const { log } = logSink('silent');
  const processes: { readonly object: ObjectIndex; readonly freshness: Freshness }[] = [];
  for (let number = 1; number <= count; number += 1) {
    const index: OpenIndex = { ...stored, sweeps: shared.of(number) };
    const deps = { crm: { list: portal.list, modifiedSince }, index, clock: portal.clock, wallClock: () => portal.now };
    const digest = createKeyDigest(Buffer.from('secret'));
    const object = await ObjectIndex.load({ ...deps, digest, log }, limits, indexedRules(mapping));
    processes.push({ object, freshness: new Freshness(() => undefined) });
  }
  const [leader] = processes;
  while (leader?.object.listingDue !== 'no') {
    if (leader?.object.listingDue === 'yes') await leader.object.listPage(context);
    else await leader?.object.sweep(context);
  }
  portal.now += 60_000;
  const refreshAll = async () => {
    const at = portal.now;
    sweeps = 0;
    await Promise.all(
      processes.map(({ object, freshness }) => freshness.refresh(object, { at, searches: 1, context })),
    );
    const answers = processes.map(({ object }) =>
      object.rules.fingerprints.every((rule) => object.isListed(rule) && object.isFresh(rule, at)),
    );
    return { sweeps, answers };
  };
  return {
    portal,
    refreshAll,
    /** Until a sweep has ended that no request waits for any more. */
    untilSwept: () => expect.poll(() => leader?.object.sweptAgoMs).toBe(0),
    pages: () => sweeps,
    fail: (isFailing: boolean) => {
      fails = isFailing;
    },
  };
}

test('requests of several processes that arrive at once, or soon after, share one sweep', async () => {
  const { portal, refreshAll } = await startSharing();

  const atOnce = await refreshAll();
  portal.now += 1_500;
  const soonAfter = await refreshAll();
  portal.now += 1_500;
  const later = await refreshAll();

  expect(atOnce).toEqual({ sweeps: 1, answers: [true, true, true] });
  expect(soonAfter).toEqual({ sweeps: 0, answers: [true, true, true] });
  expect(later).toEqual({ sweeps: 1, answers: [true, true, true] });
});

test('after an import, a request does not start a sweep again that it would not wait for, until the changes are older', async () => {
  const { portal, refreshAll, untilSwept, pages } = await startSharing(1);
  for (let id = 2; id < 2_000; id += 1) portal.set(id, `https://www.linkedin.com/in/person-${id}`, 0);

  const swept: number[] = [];
  // One that reaches far back, and one that does not.
  for (let count = 0; count < 2; count += 1) {
    await refreshAll();
    await untilSwept();
    swept.push(pages());
    portal.now += 10_000;
  }
  const again = await refreshAll();
  portal.now += 400_000;
  await refreshAll();

  expect(swept).toEqual([20, 20]);
  expect(again).toEqual({ sweeps: 0, answers: [false] });
  expect(pages()).toBeGreaterThan(0);
});

test('after a failed sweep no process counts as fresh, and the next sweep starts at once', async () => {
  const { refreshAll, fail } = await startSharing();
  fail(true);
  const failed = await refreshAll();
  fail(false);

  expect(failed.answers).toEqual([false, false, false]);
  expect((await refreshAll()).answers).toEqual([true, true, true]);
});
