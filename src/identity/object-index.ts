import type { Clock } from '../crm/clock.ts';
import type { CallContext, Crm, ListedRecord } from '../crm/crm.ts';
import type { Logger } from '../logger.ts';
import type { IndexPair, OpenIndex, SharedSweeps } from './identity-store.ts';
import type { IndexedRules } from './indexed-rules.ts';
import type { KeyDigest } from './key-digest.ts';
import {
  afterPage,
  afterSweep,
  currentListing,
  isListed,
  listingStages,
  type ObjectState,
  readObjectState,
} from './object-state.ts';
import { PendingDrops } from './pending-drops.ts';
import { recordsPerPage, SweepReach } from './sweep-reach.ts';

export interface IndexLimits {
  /** So far each sweep reaches back behind the start of the one before: the CRM's search may lag behind writes. */
  readonly overlapMs: number;
  /** Answers may rely on a sweep that started so long ago. */
  readonly freshMs: number;
  /** All records are listed again after this, to measure what sweeps missed. */
  readonly fullPassMs: number;
}

export interface ObjectIndexDeps {
  readonly crm: Pick<Crm, 'list' | 'modifiedSince'>;
  readonly index: OpenIndex;
  readonly digest: KeyDigest;
  readonly clock: Clock;
  /** Milliseconds since 1970, for the first sweep only: later ones count by the CRM's clock. */
  readonly wallClock: () => number;
  readonly log: Logger;
}

/** A sweep of more pages than this, and than a fifth of the records fill, costs more than listing all of them again. */
const maxSweepPages = 100;

/** A sweep would have read too much. After a wide one a narrow one follows; after that, the rules count as unlisted. */
export class SweepTooLongError extends Error {
  override readonly name = 'SweepTooLongError';
}

/**
 * The index of one object type: lists all records once, then follows what is modified. Every step is written together with the pairs
 * that it found, so the process may end at any moment.
 */
export class ObjectIndex {
  readonly #deps: ObjectIndexDeps;
  readonly #limits: IndexLimits;
  #rules: IndexedRules;
  #state: ObjectState;
  #writes: Promise<unknown> = Promise.resolve();
  readonly #drops = new PendingDrops();
  readonly #reach = new SweepReach();
  #isPassAsked = false;
  /** Start of the last sweep of this process, and of any. */
  #ownSince = Number.NEGATIVE_INFINITY;
  #sweptSince = Number.NEGATIVE_INFINITY;
  #sweptRules: readonly string[] = [];

  private constructor(
    deps: ObjectIndexDeps,
    limits: IndexLimits,
    { rules, state }: { readonly rules: IndexedRules; readonly state: ObjectState },
  ) {
    this.#deps = deps;
    this.#limits = limits;
    this.#rules = rules;
    this.#state = state;
  }

  /** Continues where an earlier process stopped. @throws IndexLostError */
  static async load(deps: ObjectIndexDeps, limits: IndexLimits, rules: IndexedRules): Promise<ObjectIndex> {
    const text = await deps.index.readState(rules.objectType);
    return new ObjectIndex(deps, limits, { rules, state: readObjectState(text, limits.overlapMs) });
  }

  get state(): ObjectState {
    return this.#state;
  }

  get rules(): IndexedRules {
    return this.#rules;
  }

  /** Follows other rules from now on; those that stay lose nothing. */
  follow(rules: IndexedRules): void {
    this.#rules = rules;
  }

  /** Takes over the stored state: of another process, or of an older snapshot with older pairs. @throws IndexLostError */
  async reload(): Promise<void> {
    await this.#inTurn(async () => {
      const text = await this.#deps.index.readState(this.#rules.objectType);
      this.#state = readObjectState(text, this.#limits.overlapMs);
    });
  }

  /** True if all records were listed for this rule, and the last sweep followed it. */
  isListed(fingerprint: string): boolean {
    return isListed(this.#state, fingerprint);
  }

  /** True if a sweep of this rule has been completed that started at most `freshMs` before the moment `at`. */
  isFresh(fingerprint: string, at: number): boolean {
    return this.#sweptSince >= at - this.#limits.freshMs && this.#sweptRules.includes(fingerprint);
  }

  /** Milliseconds since the last completed sweep started that this process knows of; infinite before the first one. */
  get sweptAgoMs(): number {
    return this.#deps.clock.now() - this.#sweptSince;
  }

  /** The same of its own sweeps: only those of the process that leads move the stored state on. */
  get ownSweptAgoMs(): number {
    return this.#deps.clock.now() - this.#ownSince;
  }

  /** A listing is due: of rules that have none, or of everything once in a while. It may start after a sweep. */
  get listingDue(): 'no' | 'after a sweep' | 'yes' {
    const { listing, rules, sweptAt, listedAt } = this.#state;
    if (listing !== undefined) return 'yes';
    const open = this.#rules.fingerprints.filter((fingerprint) => !this.isListed(fingerprint));
    const isOld = sweptAt !== undefined && listedAt !== undefined && sweptAt - listedAt > this.#limits.fullPassMs;
    if (open.length === 0 && !isOld && !this.#isPassAsked) return 'no';
    const isSwept = this.#rules.fingerprints.every((fingerprint) => {
      const rule = rules[fingerprint];
      return rule !== undefined && rule.to === sweptAt && rule.from <= rule.to - this.#state.overlapMs;
    });
    return isSwept ? 'yes' : 'after a sweep';
  }

  /** Lists all records again soon, as it does once in a while. */
  askForPass(): void {
    this.#isPassAsked = true;
  }

  /**
   * Reads what was modified lately. @param onPage called before each page is read, with its number from 0.
   * @throws what the CRM's call throws; IndexLostError; SweepTooLongError.
   */
  async sweep(context: CallContext, onPage: (page: number) => void = () => {}): Promise<void> {
    const { clock, wallClock, crm } = this.#deps;
    const rules = this.#rules;
    const startedAt = clock.now();
    await this.reload();
    const isWide = this.#reach.isWideDue(this.#state, startedAt);
    const since = this.#reach.since(this.#state, { isWide, wallClock });
    await this.#writeDrops();
    let at: number | undefined;
    let afterId: string | undefined;
    let rows = 0;
    for (let page = 0; ; page += 1) {
      onPage(page);
      const { objectType, properties } = rules;
      const read = await crm.modifiedSince({ objectType, since: new Date(since), afterId, properties }, context);
      at ??= this.#reach.servedAt(read.servedAt, wallClock);
      rows += read.records.length;
      const pairs = this.#pairsOf(rules, read.records);
      const { fingerprints } = rules;
      const began = at;
      const isLast = read.next === undefined;
      await this.#commit(pairs, isLast ? (state) => afterSweep(state, { fingerprints, since, at: began }) : undefined);
      if (isLast) break;
      if (page >= this.#maxPages) {
        if (isWide) this.#noteWide(startedAt, recordsPerPage * page);
        await this.#giveUp(began, isWide);
      }
      afterId = read.next;
    }
    if (isWide) this.#noteWide(startedAt, rows);
    this.#ownSince = Math.max(this.#ownSince, startedAt);
    this.#noteSwept(startedAt, rules.fingerprints);
  }

  /** Takes over the last sweep of any process, with the state that goes with it. @throws IndexLostError */
  async adoptSweep(): Promise<void> {
    const { index, clock } = this.#deps;
    const askedAt = clock.now();
    const last = await index.sweeps?.last(this.#rules.objectType);
    if (last === undefined || askedAt - last.agoMs <= this.#sweptSince) return;
    // After it: the state that it began with may have ended since.
    await this.reload();
    this.#noteSwept(askedAt - last.agoMs, last.rules);
  }

  /** Sweeps that this process makes for all, or another one for this; undefined if it is alone. */
  get sharedSweeps(): SharedSweeps | undefined {
    return this.#deps.index.sweeps;
  }

  /** Reads one page of the listing, and begins one if none is under way. @throws as {@link ObjectIndex.sweep} */
  async listPage(context: CallContext): Promise<void> {
    await this.reload();
    const rules = this.#rules;
    const listing = currentListing(this.#state, rules.fingerprints);
    const { archived = false } = listingStages[listing.stage] ?? {};
    const { objectType, properties } = rules;
    const page = await this.#deps.crm.list({ objectType, after: listing.after, properties, archived }, context);
    const pairs = this.#pairsOf(rules, page.records);
    // Sweeps do not see archived records.
    const missed = listing.isFullPass && !archived ? await this.#countMissed(rules, page.records) : 0;
    const read = { listed: page.records.length, pairs: pairs.length, missed, next: page.next };
    await this.#commit(pairs, (state) => afterPage(state, listing, read));
    this.#isPassAsked = false;
    if (missed > 0 && listing.drift === 0) this.#logDrift();
  }

  /** Ids by position, with all that was asked to be written before. @throws IndexLostError */
  async propose(digests: readonly bigint[]): Promise<readonly (readonly string[])[]> {
    await this.#writes;
    return await this.#deps.index.propose(digests);
  }

  /** Adds a record that was just written with these keys. */
  async put(pairs: readonly IndexPair[]): Promise<void> {
    this.#drops.forget(pairs);
    await this.#commit(pairs, undefined);
  }

  /** Removes pairs with the next sweep, which finds those again that a person restores until then. */
  drop(pairs: readonly IndexPair[]): void {
    this.#drops.add(pairs);
  }

  get #maxPages(): number {
    return Math.max(maxSweepPages, this.#state.records / 5 / recordsPerPage);
  }

  #noteWide(startedAt: number, rows: number): void {
    this.#reach.noteWide(startedAt, { tookMs: this.#deps.clock.now() - startedAt, rows });
  }

  #noteSwept(startedAt: number, fingerprints: readonly string[]): void {
    if (startedAt < this.#sweptSince) return;
    this.#sweptSince = startedAt;
    this.#sweptRules = fingerprints;
  }

  #pairsOf(rules: IndexedRules, records: readonly ListedRecord[]): IndexPair[] {
    const { objectType } = rules;
    return records.flatMap(({ id, properties }) =>
      rules.keysOf(properties).map((key) => ({ digest: this.#deps.digest({ objectType, ...key }), id })),
    );
  }

  /** Pairs that sweeps should have found, and that are not there. */
  async #countMissed(rules: IndexedRules, records: readonly ListedRecord[]): Promise<number> {
    const { sweptAt = 0, overlapMs } = this.#state;
    const settled = records.filter(({ modifiedAt }) => Date.parse(modifiedAt) < sweptAt - overlapMs);
    const pairs = this.#pairsOf(rules, settled);
    const known = await this.#deps.index.propose(pairs.map(({ digest }) => digest));
    return pairs.filter(({ id }, position) => known[position]?.includes(id) !== true).length;
  }

  #logDrift(): void {
    const facts = { objectType: this.#rules.objectType, overlapS: this.#state.overlapMs / 1_000 };
    this.#deps.log.warn(facts, 'the identity index had missed changes: its sweeps reach further back from now on');
  }

  async #writeDrops(): Promise<void> {
    const drops = this.#drops.take();
    if (drops.length > 0) await this.#inTurn(() => this.#deps.index.write({ pairs: [], drops }));
  }

  async #giveUp(at: number, isWide: boolean): Promise<never> {
    if (!isWide) {
      await this.#commit([], ({ listing: _stopped, ...state }) => ({ ...state, rules: {}, sweptAt: at }));
    }
    throw new SweepTooLongError('too much was modified since the last sweep');
  }

  /** Writes pairs and, in the same step, the changed state. */
  #commit(pairs: readonly IndexPair[], change: ((state: ObjectState) => ObjectState) | undefined): Promise<void> {
    return this.#inTurn(async () => {
      const { index } = this.#deps;
      if (change === undefined) {
        if (pairs.length > 0) await index.write({ pairs });
        return;
      }
      const next = change(this.#state);
      await index.write({ pairs, state: { name: this.#rules.objectType, text: JSON.stringify(next) } });
      this.#state = next;
    });
  }

  /** One write after the other: each builds on the state that the one before has written. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#writes.then(work);
    this.#writes = result.catch(() => undefined);
    return result;
  }
}
