/** Binds a record to the digest of a key that it holds. */
export interface IndexPair {
  /** Of 64 bits, signed; see key-digest.ts. */
  readonly digest: bigint;
  readonly id: string;
}

/** What is written together: the state last, so that it never speaks of pairs that are not there. */
export interface IndexChange {
  /** Added; a pair that is there already stays. */
  readonly pairs: readonly IndexPair[];
  /** Removed before `pairs` are added. */
  readonly drops?: readonly IndexPair[];
  /** Replaces the text of this name. */
  readonly state?: { readonly name: string; readonly text: string };
  /** The object type that the pairs are of, with the names of states. */
  readonly of?: string;
  /** The number of a pass over all records of `of` that begins before the pairs are added: see {@link OpenIndex.dropStale}. */
  readonly beginsPass?: number;
}

/** The index as it was opened. Every method rejects with {@link IndexLostError} once the contents were replaced or cannot be reached. */
export interface OpenIndex {
  /** @returns the ids of each digest, in the order of the digests; ids of other keys may be among them by chance. */
  propose(digests: readonly bigint[]): Promise<readonly (readonly string[])[]>;
  write(change: IndexChange): Promise<void>;
  /** Undefined if no text of this name was written. */
  readState(name: string): Promise<string | undefined>;
  /** How many keys it holds. */
  count(): Promise<number>;
  /** Removes the pairs of an object type that were written neither in this pass nor in the one before. Does nothing if another pass has begun since. */
  dropStale(of: string, pass: number): Promise<void>;
  /** Gives the contents up: the next `open` begins with an empty index. */
  discard(): Promise<void>;
  /** Sweeps that processes make for each other; absent where there is one process. */
  readonly sweeps?: SharedSweeps;
}

/** One sweep serves all processes that have the same store. Objects are named as states are. */
export interface SharedSweeps {
  /** @returns false while a sweep of another process is under way. */
  begin(name: string): Promise<boolean>;
  /** @param rules the fingerprints that the sweep followed; undefined if it failed. */
  end(name: string, rules: readonly string[] | undefined): Promise<void>;
  /** The last completed one, of any process. */
  last(name: string): Promise<SharedSweep | undefined>;
}

export interface SharedSweep {
  /** It started less long ago than this, as of the call. */
  readonly agoMs: number;
  readonly rules: readonly string[];
}

/**
 * Keeps the identity index: which records hold which keys. It stores digests and ids, never a value. What one method was asked to write,
 * the next one reads.
 */
export interface IdentityStore {
  /**
   * @param account names the CRM's account and the secret of the digests. The index of another one is emptied.
   * @throws IndexLostError if the store cannot be used.
   */
  open(account: string): Promise<OpenIndex>;
  /**
   * True while this process is the one that lists, sweeps and writes states; absent where no other process has the same store. The
   * state that another process writes is not kept, its pairs are.
   */
  leads?(): Promise<boolean>;
  close(): Promise<void>;
}

/** The index cannot answer: it was damaged, evicted or replaced, or its place cannot be reached. Open it again. */
export class IndexLostError extends Error {
  override readonly name = 'IndexLostError';
}

/** The process that builds the index for all has not begun: what an ordinary start of several looks like for a moment. */
export class IndexNotBegunError extends IndexLostError {}
