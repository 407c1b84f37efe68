import type { IdentityIndex, IndexedRecord, IndexState, Proposal, ProposalRequest } from '../bridge/identity-index.ts';
import type { Clock } from '../crm/clock.ts';
import type { CallContext, Crm } from '../crm/crm.ts';
import { deadlineIn } from '../crm/deadline.ts';
import type { Logger } from '../logger.ts';
import type { MatchKey } from '../mapping/run/match-keys.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';
import { Builder } from './builder.ts';
import { Freshness } from './freshness.ts';
import { type IdentityStore, IndexLostError, type IndexPair, type OpenIndex } from './identity-store.ts';
import { IndexFailures } from './index-failures.ts';
import { type IndexedRules, indexedRules } from './indexed-rules.ts';
import { accountMark, createKeyDigest, indexSecret, type KeyDigest } from './key-digest.ts';
import { type IndexLimits, ObjectIndex } from './object-index.ts';
import { markRunning, markStopped } from './process-mark.ts';

export interface IdentityIndexDeps {
  readonly crm: Pick<Crm, 'list' | 'modifiedSince' | 'readAccount'>;
  readonly store: IdentityStore;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface IdentityIndexSettings extends IndexLimits {
  readonly stateSecret: string | undefined;
  readonly accessToken: string;
}

/** The index while it runs: listings and sweeps go on in the background until it is closed. */
export interface RunningIndex extends IdentityIndex {
  /** Follows the match rules of these mappings from now on. */
  follow(mappings: readonly Mapping[]): void;
  state(): readonly IndexState[];
  /** Lists all records again in the background, to find what the sweeps have missed; goes on with a listing that is under way. */
  startFullPass(): void;
  close(): Promise<void>;
}

interface Session {
  readonly index: OpenIndex;
  readonly digest: KeyDigest;
  readonly objects: Map<string, ObjectIndex>;
}

/** With more keys than this for each that a record holds, the index is built again; a small one may have some more. */
const maxKeysPerHeld = 2;
const sparedKeys = 10_000;
const openTimeoutMs = 10 * 60_000;

/** Starts the index. Returns at once: the bridge serves, by searching, while the index is opened and built. */
export function startIdentityIndex(deps: IdentityIndexDeps, settings: IdentityIndexSettings): RunningIndex {
  return new LiveIndex(deps, settings);
}

class LiveIndex implements RunningIndex {
  readonly #deps: IdentityIndexDeps;
  readonly #settings: IdentityIndexSettings;
  readonly #freshness: Freshness;
  readonly #builder: Builder;
  readonly #followed = new Map<string, IndexedRules>();
  #session: Session | undefined;
  #opening: Promise<Session> | undefined;
  /** How many keys it answered, and how many it left to the search, by object type. */
  readonly #answers = new Map<string, { answered: number; searched: number }>();
  /** When a file was opened that a process had left without closing it. */
  #crashFoundAt = Number.NEGATIVE_INFINITY;
  readonly #failures: IndexFailures;
  /** Pairs added in this turn of the event loop; they are written together. */
  #written = new Map<string, IndexPair[]>();

  constructor(deps: IdentityIndexDeps, settings: IdentityIndexSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#failures = new IndexFailures(deps.log, deps.clock);
    this.#freshness = new Freshness((error) => this.#noteFailure(error));
    this.#builder = new Builder({
      clock: deps.clock,
      log: deps.log,
      leads: () => this.#leads(),
      objectFor: (objectType) => this.#objectFor(objectType),
      onFailure: (error, objectType) => this.#noteFailure(error, objectType),
      onStep: (objectType) => this.#failures.clear(objectType),
      onListed: () => this.#dropStale(),
    });
  }

  follow(mappings: readonly Mapping[]): void {
    const rules = mappings.map(indexedRules);
    this.#followed.clear();
    for (const each of rules) {
      this.#followed.set(each.objectType, each);
      this.#session?.objects.get(each.objectType)?.follow(each);
    }
    this.#builder.follow([...this.#followed.keys()]);
  }

  async propose(
    { mapping, keys, mayRefresh, maxAgeMs = this.#settings.freshMs }: ProposalRequest,
    context: CallContext,
  ): Promise<readonly Proposal[]> {
    const now = this.#deps.clock.now();
    // A sweep may be `freshMs` older than this moment.
    const at = now - maxAgeMs + this.#settings.freshMs;
    const { objectType, fingerprints } = indexedRules(mapping);
    const session = this.#session;
    const object = session?.objects.get(objectType);
    if (session === undefined || object === undefined || keys.length === 0) return keys.map(() => unknown);
    const isListed = fingerprints.map((fingerprint) => object.isListed(fingerprint));
    if (mayRefresh && keys.some(({ rule }) => isListed[rule])) {
      await this.#freshness.refresh(object, { at, searches: searchesFor(keys), context });
    }
    const isComplete = fingerprints.map(
      (fingerprint) => object.isListed(fingerprint) && object.isFresh(fingerprint, at),
    );
    // After a crash, Enginy's ids that the process wrote last are known to the CRM alone, until its search shows them. Another process that
    // has the same store may have crashed at any moment.
    const isAlone = this.#deps.store.leads === undefined;
    const mayLackWrites = !isAlone || now - this.#crashFoundAt < this.#settings.overlapMs;
    const { sweptAgoMs } = object;
    this.#flush();
    try {
      const digests = keys.map(({ rule, value }) =>
        session.digest({ objectType, fingerprint: fingerprints[rule] ?? '', value }),
      );
      const found = await object.propose(digests);
      return keys.map(({ rule }, position) => {
        const isAnswer = isComplete[rule] === true && this.#session === session;
        this.#counts(objectType)[isAnswer ? 'answered' : 'searched'] += 1;
        return {
          ids: found[position] ?? [],
          isComplete: isAnswer,
          ...(mayLackWrites && mapping.match.rules[rule] === 'identity' && { mayLackWrites }),
          ...(isAnswer && { sweptAgoMs }),
        };
      });
    } catch (error) {
      this.#noteFailure(error);
      return keys.map(() => unknown);
    }
  }

  put(mapping: Mapping, { id, properties }: IndexedRecord): void {
    const { objectType, keysOf } = indexedRules(mapping);
    const session = this.#session;
    if (session === undefined) return;
    const pairs = keysOf(properties).map((key) => ({ digest: session.digest({ objectType, ...key }), id }));
    if (pairs.length === 0) return;
    // Writes everything of this turn at once, before anything is proposed later.
    if (this.#written.size === 0) queueMicrotask(() => this.#flush());
    const waiting = this.#written.get(objectType) ?? [];
    for (const pair of pairs) waiting.push(pair);
    this.#written.set(objectType, waiting);
  }

  drop(mapping: Mapping, { rule, value }: MatchKey, id: string): void {
    const { objectType, fingerprints } = indexedRules(mapping);
    const fingerprint = fingerprints[rule];
    if (this.#session === undefined || fingerprint === undefined) return;
    const digest = this.#session.digest({ objectType, fingerprint, value });
    this.#session.objects.get(objectType)?.drop([{ digest, id }]);
  }

  state(): readonly IndexState[] {
    return [...this.#followed.values()].map(({ objectType, fingerprints, names }): IndexState => {
      const object = this.#session?.objects.get(objectType);
      const each = fingerprints.map((fingerprint, rule) => ({
        name: names[rule] ?? '',
        isComplete: object?.isListed(fingerprint) === true,
      }));
      const complete = each.filter(({ isComplete }) => isComplete).length;
      const { listing, records = 0, drift = 0, overlapMs = this.#settings.overlapMs } = object?.state ?? {};
      const sweptAgoMs = object?.sweptAgoMs ?? Number.POSITIVE_INFINITY;
      return {
        objectType,
        isOpen: object !== undefined,
        failing: this.#failures.reasonOf(objectType),
        rules: { complete, all: fingerprints.length, each },
        sweptAgoMs: Number.isFinite(sweptAgoMs) ? sweptAgoMs : undefined,
        listing: listing === undefined ? undefined : { records: listing.records },
        records,
        drift,
        overlapMs,
        ...this.#counts(objectType),
      };
    });
  }

  startFullPass(): void {
    for (const object of this.#session?.objects.values() ?? []) object.askForPass();
    this.#builder.wake();
  }

  #counts(objectType: string): { answered: number; searched: number } {
    const counts = this.#answers.get(objectType) ?? { answered: 0, searched: 0 };
    this.#answers.set(objectType, counts);
    return counts;
  }

  async close(): Promise<void> {
    this.#flush();
    await this.#builder.close();
    const index = this.#session?.index;
    this.#session = undefined;
    if (index !== undefined && this.#deps.store.leads === undefined) {
      await markStopped(index).catch((error: unknown) => this.#noteFailure(error));
    }
    await this.#deps.store.close();
  }

  #flush(): void {
    const written = this.#written;
    this.#written = new Map();
    for (const [objectType, pairs] of written) {
      this.#session?.objects
        .get(objectType)
        ?.put(pairs)
        .catch((error: unknown) => this.#noteFailure(error));
    }
  }

  /** Listings only add keys. Keys that no record holds any more cause a read but never a wrong answer; they only take space. */
  async #dropStale(): Promise<void> {
    const session = this.#session;
    const states = [...this.#followed.keys()].map((objectType) => session?.objects.get(objectType)?.state);
    const isListed = states.every((state) => state?.listedAt !== undefined && state.listing === undefined);
    if (session === undefined || !isListed) return;
    const held = states.reduce((sum, state) => sum + (state?.pairs ?? 0), 0);
    const keys = await session.index.count();
    if (keys <= maxKeysPerHeld * held + sparedKeys) return;
    this.#deps.log.info({ keys, held }, 'most keys of the identity index are stale: it is rebuilt');
    await session.index.discard();
    this.#session = undefined;
  }

  async #leads(): Promise<boolean> {
    return (await this.#deps.store.leads?.()) ?? true;
  }

  /** Opens the store unless it is open. @throws IndexLostError; what reading the account throws. */
  async #objectFor(objectType: string): Promise<ObjectIndex | undefined> {
    const session = this.#session ?? (await this.#open());
    const known = session.objects.get(objectType);
    const rules = this.#followed.get(objectType);
    if (known !== undefined || rules === undefined) return known;
    const { crm, clock, log } = this.#deps;
    const { index, digest } = session;
    const deps = { crm, index, digest, clock, wallClock: Date.now, log };
    const object = await ObjectIndex.load(deps, this.#settings, rules);
    object.follow(this.#followed.get(objectType) ?? rules);
    session.objects.set(objectType, object);
    return object;
  }

  async #open(): Promise<Session> {
    this.#opening ??= this.#openStore().finally(() => {
      this.#opening = undefined;
    });
    return await this.#opening;
  }

  async #openStore(): Promise<Session> {
    const { crm, store } = this.#deps;
    const context: CallContext = {
      requestId: 'identity-index',
      urgency: 'background',
      deadline: deadlineIn(openTimeoutMs),
    };
    const account = await crm.readAccount(context);
    const digest = createKeyDigest(indexSecret(this.#settings, account.id));
    const index = await store.open(accountMark(this.#settings, account.id));
    if (store.leads === undefined && (await markRunning(index))) this.#crashFoundAt = this.#deps.clock.now();
    this.#failures.keepIn(index);
    this.#session = { index, digest, objects: new Map() };
    return this.#session;
  }

  /** A store that could not be read or written is reopened. Until then, and until the next sweep, requests search. */
  #noteFailure(error: unknown, objectType?: string): void {
    if (error instanceof IndexLostError) this.#session = undefined;
    this.#failures.note(error, objectType);
  }
}

const unknown: Proposal = { ids: [], isComplete: false };

/** About as many values fit into one search. */
const keysPerSearch = 9;

/** How many searches the rule with the most keys would take. */
function searchesFor(keys: readonly MatchKey[]): number {
  const groups = Map.groupBy(keys, ({ rule }) => rule);
  const most = [...groups.values()].reduce((size, { length }) => Math.max(size, length), 0);
  return Math.ceil(most / keysPerSearch);
}
