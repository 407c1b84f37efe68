import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CallContext } from '../../src/crm/crm.ts';
import { deadlineIn } from '../../src/crm/deadline.ts';
import { IndexLostError, type OpenIndex } from '../../src/identity/identity-store.ts';
import { indexedRules } from '../../src/identity/indexed-rules.ts';
import { createKeyDigest } from '../../src/identity/key-digest.ts';
import { ObjectIndex } from '../../src/identity/object-index.ts';
import { createMemoryStore } from '../../src/identity/sqlite-store.ts';
import { candidateKeys } from '../../src/mapping/run/match-keys.ts';
import { logSink } from '../support/log-sink.ts';
import { loadShippedOnce } from '../support/shipped-mappings.ts';
import { LaggingPortal, type Shown } from './lagging-portal.ts';

const mapping = loadShippedOnce(new URL('../../mappings/hubspot', import.meta.url).pathname).contacts;
if (mapping === undefined) throw new Error('there is no mapping of contacts');
const rules = indexedRules(mapping);
const linkedIn = 2;
const fingerprint = rules.fingerprints[linkedIn] ?? '';
const digest = createKeyDigest(Buffer.from('secret'));
const context: CallContext = { requestId: 'test', urgency: 'background', deadline: deadlineIn(60_000) };
const limits = { overlapMs: 300_000, freshMs: 2_000, fullPassMs: 7 * 86_400_000 };

/** Among the records 1 to 8. */
const archivedAtFirst = [2, 5, 8];

const urls = Array.from({ length: 6 }, (_, at) => `https://www.linkedin.com/in/person-${at}`);

function digestOf(url: string): bigint {
  const [value = ''] = candidateKeys(mapping as NonNullable<typeof mapping>, linkedIn, { hs_linkedin_url: url });
  return digest({ objectType: 'contacts', fingerprint, value });
}

/** The process ends at one of the writes: before it, or when it is written and not yet confirmed. */
interface Crash {
  readonly atWrite: number;
  readonly isWritten: boolean;
}

const { log: silent } = logSink('silent');

/** An index that survives crashes of the process. */
class Process {
  readonly portal: LaggingPortal;
  readonly #store: OpenIndex;
  #crash: Crash | undefined;
  #writes = 0;
  index!: ObjectIndex;

  constructor(portal: LaggingPortal, store: OpenIndex) {
    this.portal = portal;
    this.#store = store;
  }

  async start(): Promise<void> {
    const index: OpenIndex = {
      ...this.#store,
      write: async (change) => {
        this.#writes += 1;
        const isNow = this.#crash?.atWrite === this.#writes;
        if (!isNow || this.#crash?.isWritten === true) await this.#store.write(change);
        if (isNow) throw new IndexLostError('the process ended');
      },
    };
    const deps = {
      crm: this.portal,
      index,
      digest,
      clock: this.portal.clock,
      wallClock: () => this.portal.now,
      log: silent,
    };
    this.index = await ObjectIndex.load(deps, limits, rules);
  }

  /** @returns false if the process ended, and a new one was started. */
  async run(crash: Crash | undefined, work: () => Promise<void>): Promise<boolean> {
    this.#crash = crash;
    this.#writes = 0;
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof IndexLostError)) throw error;
      await this.start();
      return false;
    } finally {
      this.#crash = undefined;
    }
  }

  async proposed(url: string): Promise<readonly number[]> {
    return ((await this.#store.propose([digestOf(url)]))[0] ?? []).map(Number);
  }
}

const lag = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 10_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 10_000, max: 300_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 300_000, max: 30 * 60_000 }) },
);
const url = fc.constantFrom(...urls);
const person = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), id: fc.integer({ min: 1, max: 12 }), url, lag }),
  fc.record({ kind: fc.constant('archive' as const), id: fc.integer({ min: 1, max: 12 }), url, lag }),
);
const during = fc.array(person, { maxLength: 3 });
const crash = fc.option(fc.record({ atWrite: fc.integer({ min: 1, max: 4 }), isWritten: fc.boolean() }), {
  nil: undefined,
  freq: 4,
});
const step = fc.oneof(
  { weight: 3, arbitrary: person },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.oneof(lag, fc.integer({ min: 0, max: 3_000_000 })),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('sweep' as const), during, crash }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('list' as const), during, crash }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('write' as const), id: fc.integer({ min: 1, max: 12 }), url, lag, crash }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const) }) },
);
type Generated<A> = A extends fc.Arbitrary<infer T> ? T : never;
type Step = Generated<typeof step>;
type PersonStep = Generated<typeof person>;

/** @param isIndexed a restored record that is proposed may keep the date of its last change. */
function change({ portal }: Process, { kind, id, url: held, lag: lagMs }: PersonStep, isIndexed = false): void {
  const exists = portal.ids.includes(id);
  // So may one that was in the recycle bin before there was an index: the listing reads it, wherever it is then.
  const isUndated = isIndexed || (archivedAtFirst.includes(id) && !portal.hasMoved(id, 1));
  if (kind === 'set' && (!exists || portal.isAlive(id))) portal.set(id, held, lagMs);
  else if (kind === 'set') portal.restore(id, lagMs, !isUndated);
  else if (exists && portal.isAlive(id)) portal.archive(id, lagMs);
}

/** A sweep does not see a restored record that keeps an old date: it is found because its pair stayed. */
async function isIndexed(process: Process, id: number): Promise<boolean> {
  const url = process.portal.ids.includes(id) ? process.portal.lastUrlOf(id) : undefined;
  return url !== undefined && (await process.proposed(url)).includes(id);
}

let checked = 0;

/** Whatever a search at the start of the sweep finds must be proposed once the index answers. */
async function check(process: Process, searched: ReadonlyMap<string, readonly Shown[]>): Promise<void> {
  const { index, portal } = process;
  if (!index.isListed(fingerprint) || !index.isFresh(fingerprint, portal.now)) return;
  for (const wanted of urls) {
    const found = (searched.get(wanted) ?? []).filter((shown) => portal.isStill(shown, wanted)).map(({ id }) => id);
    const proposed = (await process.proposed(wanted)).filter((id) => portal.urlOf(id) === wanted);
    checked += 1;
    expect(proposed).toEqual(expect.arrayContaining(found));
  }
}

async function take(process: Process, step_: Step): Promise<void> {
  const { portal } = process;
  switch (step_.kind) {
    case 'set':
    case 'archive':
      change(process, step_, await isIndexed(process, step_.id));
      return;
    case 'wait':
      portal.now += step_.ms;
      return;
    case 'pass':
      process.index.askForPass();
      return;
    case 'restart':
      await process.start();
      return;
    case 'write': {
      // The bridge's own write: the record is proposed although search does not show it yet.
      if (portal.ids.includes(step_.id) && !portal.isAlive(step_.id)) return;
      portal.set(step_.id, step_.url, step_.lag);
      const isDone = await process.run(step_.crash, () =>
        process.index.put([{ digest: digestOf(step_.url), id: String(step_.id) }]),
      );
      if (isDone) expect(await process.proposed(step_.url)).toContain(step_.id);
      return;
    }
    case 'sweep': {
      portal.changes = step_.during.map((each) => () => change(process, each));
      const searched = portal.searched();
      const isDone = await process.run(step_.crash, () => process.index.sweep(context));
      portal.changes = [];
      if (isDone) await check(process, searched);
      return;
    }
    case 'list':
      if (process.index.listingDue !== 'yes') return;
      portal.changes = step_.during.map((each) => () => change(process, each));
      await process.run(step_.crash, () => process.index.listPage(context));
      portal.changes = [];
  }
}

test('proposes what a search at the moment of the sweep finds, despite edits, sweeps, listings, writes and crashes in between', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 20, maxLength: 90 }),
      fc.integer({ min: 2, max: 7 }),
      async (steps, pageSize) => {
        const store = createMemoryStore();
        const process = new Process(new LaggingPortal(pageSize), await store.open('portal'));
        for (let id = 1; id <= 8; id += 1) process.portal.set(id, urls[id % urls.length] ?? '', 1_000);
        for (const id of archivedAtFirst) process.portal.archive(id, 1_000);
        process.portal.now += 3_600_000;
        await process.start();
        for (const each of steps) await take(process, each);
        await store.close();
      },
    ),
    { numRuns: 100 },
  );
  expect(checked).toBeGreaterThan(200);
});
