import type { Crm } from '../crm/crm.ts';
import type { Logger } from '../logger.ts';
import type { PropertyRules } from '../mapping/run/property-name.ts';
import { gatherCalls } from './gathering-crm.ts';
import { createIdentityBook, type IdentityBook } from './properties/identity.ts';
import { createOwnPropertyBook, type OwnPropertyBook } from './properties/own-property.ts';
import { createUnknownFields, type UnknownFields } from './properties/unknown-fields.ts';
import { type CandidateSearch, createCandidateSearch } from './records/candidate-search.ts';
import { createLookUpFinisher, type LookUpFinisher } from './records/finish-look-ups.ts';
import { createRecordIdCache, type RecordIdCache } from './records/record-id-cache.ts';
import { createUpdateDesk, type UpdateDesk } from './records/update-desk.ts';
import { createOwnerBook, type OwnerBook } from './timeline/owners.ts';
import { createTurns, type Turns } from './turns.ts';

/** What the bridge's functions need beside the mapping in force: built once, shared by all requests. */
export interface BridgeDeps {
  readonly crm: Crm;
  /** The same CRM for requests of one record each; see gathering-crm.ts. */
  readonly gatheredCrm: Crm;
  readonly log: Logger;
  readonly ids: RecordIdCache;
  readonly candidates: CandidateSearch;
  readonly lookUps: LookUpFinisher;
  readonly identity: IdentityBook;
  readonly turns: Turns;
  readonly unknownFields: UnknownFields;
  readonly updates: UpdateDesk;
  readonly ownProperties: OwnPropertyBook;
  readonly owners: OwnerBook;
  /** The wall clock, in milliseconds since 1970: for what is written into the CRM, never for measuring. */
  readonly clock: () => number;
}

/** Sees what a request takes from memory and from other requests: each method answers the same thing, watched. */
export interface BridgeWatcher {
  watchIds(ids: RecordIdCache): RecordIdCache;
  watchCandidates(candidates: CandidateSearch): CandidateSearch;
}

export function createBridgeDeps(
  { crm, log, watcher }: { readonly crm: Crm; readonly log: Logger; readonly watcher?: BridgeWatcher | undefined },
  settings: {
    readonly cache: { readonly max: number; readonly ttlMs: number };
    /** What the CRM allows in custom properties. */
    readonly propertyRules: PropertyRules;
  },
): BridgeDeps {
  const ids = createRecordIdCache(settings.cache);
  const candidates = createCandidateSearch(crm);
  const matching = {
    crm,
    log,
    ids: watcher?.watchIds(ids) ?? ids,
    candidates: watcher?.watchCandidates(candidates) ?? candidates,
  };
  const writing = { ...matching, unknownFields: createUnknownFields({ crm, log, rules: settings.propertyRules }) };
  return {
    ...writing,
    gatheredCrm: gatherCalls(crm),
    lookUps: createLookUpFinisher(matching),
    identity: createIdentityBook({ crm, log }),
    turns: createTurns(),
    updates: createUpdateDesk(writing),
    ownProperties: createOwnPropertyBook({ crm, log }),
    owners: createOwnerBook({ crm }),
    clock: Date.now,
  };
}
