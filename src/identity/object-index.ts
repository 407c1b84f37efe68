import type { Clock } from '../crm/clock.ts';
import type { CallContext, Crm } from '../crm/crm.ts';
import type { Logger } from '../logger.ts';
import type { IndexPair, OpenIndex, SharedSweeps } from './identity-store.ts';
import type { IndexedRules } from './indexed-rules.ts';
import type { KeyDigest } from './key-digest.ts';
import { countMissed, listedPairs } from './listed-pairs.ts';
import {
  afterPage,
  afterSweep,
  afterSweepPage,
  currentListing,
  interruptedSweep,
  isListed,
  listingStages,
  type ObjectState,
  type Sweep,
} from './object-state.ts';
import { PendingDrops } from './pending-drops.ts';
import { StoredState } from './stored-state.ts';
import { recordsPerPage, SweepReach } from './sweep-reach.ts';

export interface IndexLimits {
  /** Each sweep reaches back this far before the start of the previous one, because the CRM's search may lag behind writes. */
  readonly overlapMs: number;
  /** Answers may rely on a sweep that started at most this long ago. */
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

interface SweepPlan {
  readonly since: number;
  readonly interrupted: Sweep | undefined;
  readonly isWide: boolean;
  readonly startedAt: number;
}

/** A sweep would have read too much. A wide sweep is followed by a narrow one; after that, the rules count as unlisted. */
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
  readonly #stored: StoredState;
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
    { rules, stored }: { readonly rules: IndexedRules; readonly stored: StoredState },
  ) {
    this.#deps = deps;
    this.#limits = limits;
    this.#rules = rules;
    this.#stored = stored;
  }

  /** Continues where an earlier process stopped. @throws IndexLostError */
  static async load(deps: ObjectIndexDeps, limits: IndexLimits, rules: IndexedRules): Promise<ObjectIndex> {
    const stored = await StoredState.load(deps.index, rules.objectType, limits.overlapMs);
    return new ObjectIndex(deps, limits, { rules, stored });
  }

  get state(): ObjectState {
    return this.#stored.current;
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
    await this.#stored.reload();
  }

  /** True if all records were listed for this rule, and the last sweep followed it. */
  isListed(fingerprint: string): boolean {
    return isListed(this.state, fingerprint);
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

  /** About how many pages the next sweep reads, as far as the last ones show it. */
  get expectedPages(): number {
    return this.#reach.expectedPages(this.state, this.#deps.clock.now());
  }

  /** A listing is due: of rules that have none, or of everything once in a while. It may start after a sweep. */
  get listingDue(): 'no' | 'after a sweep' | 'yes' {
    const { listing, rules, sweptAt, listedAt } = this.state;
    if (listing !== undefined) return 'yes';
    const open = this.#rules.fingerprints.filter((fingerprint) => !this.isListed(fingerprint));
    const isOld = sweptAt !== undefined && listedAt !== undefined && sweptAt - listedAt > this.#limits.fullPassMs;
    if (open.length === 0 && !isOld && !this.#isPassAsked) return 'no';
    const isSwept = this.#rules.fingerprints.every((fingerprint) => {
      const rule = rules[fingerprint];
      return rule !== undefined && rule.to === sweptAt && rule.from <= rule.to - this.state.overlapMs;
    });
    return isSwept ? 'yes' : 'after a sweep';
  }

  /** Lists all records again soon, as it does once in a while. */
  askForPass(): void {
    this.#isPassAsked = true;
  }

  /**
   * Reads what was modified lately. The first one of a process goes on with what an earlier process did not complete; such a sweep makes
   * nothing fresh. @param onPage called before each page is read, with its number from 0.
   * @throws what the CRM's call throws; IndexLostError; SweepTooLongError.
   */
  async sweep(context: CallContext, onPage: (page: number) => void = () => {}): Promise<void> {
    const { clock, wallClock } = this.#deps;
    const startedAt = clock.now();
    await this.reload();
    const { fingerprints } = this.#rules;
    const interrupted = Number.isFinite(this.#ownSince) ? undefined : interruptedSweep(this.state, fingerprints);
    const isWide = interrupted === undefined && this.#reach.isWideDue(this.state, startedAt);
    const since = interrupted?.since ?? this.#reach.since(this.state, { isWide, wallClock });
    await this.#stored.drop(this.#drops.take());
    const read = await this.#readModified({ since, interrupted, isWide, startedAt }, context, onPage);
    if (interrupted !== undefined) return;
    this.#noteCost({ isWide, startedAt }, read);
    this.#ownSince = Math.max(this.#ownSince, startedAt);
    this.#noteSwept(startedAt, fingerprints);
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

  /**
   * Reads one page of the listing, and begins one if none is under way. The last one removes keys that no record holds any more.
   * @throws as {@link ObjectIndex.sweep}
   */
  async listPage(context: CallContext): Promise<void> {
    await this.reload();
    const { crm, index, digest } = this.#deps;
    const rules = this.#rules;
    const listing = currentListing(this.state, rules.fingerprints);
    const { archived = false } = listingStages[listing.stage] ?? {};
    const { objectType, properties } = rules;
    const { records, next } = await crm.list({ objectType, after: listing.after, properties, archived }, context);
    const pairs = listedPairs(rules, records, digest);
    // Sweeps do not see archived records.
    const missed = listing.isFullPass && !archived ? await countMissed(this.#deps, this.state, { rules, records }) : 0;
    const read = { listed: records.length, pairs: pairs.length, missed, next };
    const beginsPass = listing.pass === this.state.pass ? undefined : listing.pass;
    await this.#stored.commit(pairs, (state) => afterPage(state, listing, read), beginsPass);
    this.#isPassAsked = false;
    if (missed > 0 && listing.drift === 0) this.#logDrift();
    if (this.state.listing === undefined) await index.dropStale(objectType, listing.pass);
  }

  /** Ids by position, with all that was asked to be written before. @throws IndexLostError */
  async propose(digests: readonly bigint[]): Promise<readonly (readonly string[])[]> {
    await this.#stored.settle();
    return await this.#deps.index.propose(digests);
  }

  /** Adds a record that was just written with these keys. */
  async put(pairs: readonly IndexPair[]): Promise<void> {
    this.#drops.forget(pairs);
    await this.#stored.commit(pairs, undefined);
  }

  /** Removes pairs with the next sweep, which finds those that were restored in the meantime. */
  drop(pairs: readonly IndexPair[]): void {
    this.#drops.add(pairs);
  }

  /** Reads and writes the pages of a sweep. @returns how many records and pages there were. */
  async #readModified(
    { since, interrupted, isWide, startedAt }: SweepPlan,
    context: CallContext,
    onPage: (page: number) => void,
  ): Promise<{ rows: number; pages: number }> {
    const rules = this.#rules;
    const { objectType, properties } = rules;
    const fingerprints = [...rules.fingerprints];
    let { at, afterId, pages = 0 } = interrupted ?? {};
    let rows = 0;
    for (; ; pages += 1) {
      onPage(pages);
      const call = { objectType, since: new Date(since), afterId, properties };
      const { records, next, servedAt } = await this.#deps.crm.modifiedSince(call, context);
      const began = at ?? this.#reach.servedAt(servedAt, this.#deps.wallClock);
      at = began;
      rows += records.length;
      await this.#stored.commit(listedPairs(rules, records, this.#deps.digest), (state) => {
        if (next === undefined) return afterSweep(state, { fingerprints, since, at: began });
        return afterSweepPage(state, { fingerprints, since, at: began, afterId: next, pages: pages + 1 });
      });
      if (next === undefined) return { rows, pages: pages + 1 };
      if (pages >= this.#maxPages) {
        this.#noteCost({ isWide, startedAt }, { rows: recordsPerPage * pages, pages });
        await this.#giveUp(began, isWide);
      }
      afterId = next;
    }
  }

  get #maxPages(): number {
    return Math.max(maxSweepPages, this.state.records / 5 / recordsPerPage);
  }

  #noteCost(
    { isWide, startedAt }: Pick<SweepPlan, 'isWide' | 'startedAt'>,
    read: { readonly rows: number; readonly pages: number },
  ): void {
    this.#reach.note(startedAt, isWide, { ...read, tookMs: this.#deps.clock.now() - startedAt });
  }

  #noteSwept(startedAt: number, fingerprints: readonly string[]): void {
    if (startedAt < this.#sweptSince) return;
    this.#sweptSince = startedAt;
    this.#sweptRules = fingerprints;
  }

  #logDrift(): void {
    const facts = { objectType: this.#rules.objectType, overlapS: this.state.overlapMs / 1_000 };
    this.#deps.log.warn(facts, 'the identity index had missed changes: from now on, its sweeps reach further back');
  }

  async #giveUp(at: number, isWide: boolean): Promise<never> {
    if (!isWide) {
      const stop = ({ listing: _listing, sweep: _sweep, ...state }: ObjectState) => ({
        ...state,
        rules: {},
        sweptAt: at,
      });
      await this.#stored.commit([], stop);
    }
    throw new SweepTooLongError('too much was modified since the last sweep');
  }
}
