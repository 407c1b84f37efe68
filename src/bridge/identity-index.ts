import type { CallContext, CrmProperties } from '../crm/crm.ts';
import type { MatchKey } from '../mapping/run/match-keys.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';

/** What the identity index knows of one key. */
export interface Proposal {
  /** Records that hold the key, or held it: each is verified on freshly read values. */
  readonly ids: readonly string[];
  /** True if a search at this moment would find no other record. False where the index is not built yet, or not fresh. */
  readonly isComplete: boolean;
  /** For one of Enginy's ids: a bridge may have written it into a record and stopped before it could add it here. */
  readonly mayLackWrites?: boolean;
  /** Time since the start of the sweep that an answer relies on. Absent in a replay. */
  readonly sweptAgoMs?: number;
}

/** What is written into the index beside a record's id. */
export interface IndexedRecord {
  readonly id: string;
  /** The properties that were written, or read with it. */
  readonly properties: CrmProperties;
}

/** What is known of the index of one object type. */
export interface IndexState {
  readonly objectType: string;
  /** False until the store is open: nothing else is known then. */
  readonly isOpen: boolean;
  /** Why the last page or sweep of the background failed; undefined once one succeeds. */
  readonly failing: string | undefined;
  /** How many of the mapping's rules the index answers for. */
  readonly rules: {
    readonly complete: number;
    readonly all: number;
    /** In the order of the mapping. */
    readonly each: readonly { readonly name: string; readonly isComplete: boolean }[];
  };
  /** Since the last completed sweep of this process started. */
  readonly sweptAgoMs: number | undefined;
  /** Records read by the listing under way. */
  readonly listing: { readonly records: number } | undefined;
  /** Records of the last complete listing. */
  readonly records: number;
  readonly drift: number;
  readonly overlapMs: number;
  /** Keys that it answered, and keys that it left to the search, since the start. */
  readonly answered: number;
  readonly searched: number;
}

export interface ProposalRequest {
  readonly mapping: Mapping;
  readonly keys: readonly MatchKey[];
  readonly mayRefresh: boolean;
  readonly maxAgeMs?: number | undefined;
}

/** Knows which records hold which match keys. It proposes; the CRM decides. Its methods never fail. */
export interface IdentityIndex {
  /**
   *    * @param request.mayRefresh the index may ask the CRM what was modified lately, if that makes its proposals complete.
   * @param request.maxAgeMs the maximum age of a sweep that an answer relies on; `INDEX_FRESH_S` by default.
   * @returns one proposal per key, in order.
   */
  propose(request: ProposalRequest, context: CallContext): Promise<readonly Proposal[]>;
  /** Adds a record that was just written, or read. */
  put(mapping: Mapping, record: IndexedRecord): void;
  /** Removes a key from a record that was just read and does not hold it. */
  drop(mapping: Mapping, key: MatchKey, id: string): void;
}
