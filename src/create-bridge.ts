import { createBatchingCrm, createLookupCrm } from './bridge/lookups/batching-crm.ts';
import type { Claims } from './bridge/concurrency/claims.ts';
import type { IdentityIndex } from './bridge/identity-index.ts';
import { createKeyedLock } from './bridge/concurrency/keyed-lock.ts';
import { createWaitingWork } from './bridge/concurrency/waiting-work.ts';
import { createIdentityProperties } from './bridge/properties/identity-property.ts';
import type { RefusalExchange } from './bridge/properties/creation-refusals.ts';
import { createManagedProperties } from './bridge/properties/managed-property.ts';
import { createUnknownFields } from './bridge/properties/unknown-fields.ts';
import { type CandidateSearch, createCandidateSearch } from './bridge/matching/candidate-search.ts';
import { createLookupFinisher } from './bridge/matching/lookup-finisher.ts';
import { createRecordIdCache, type RecordIdCache, type SharedIds } from './bridge/matching/record-id-cache.ts';
import { createSearchAllowance } from './bridge/matching/search-policy.ts';
import { createRecordUpdates } from './bridge/records/update-records.ts';
import { createCompletedTasks } from './bridge/timeline/completed-tasks.ts';
import { createEngagementMarker } from './bridge/timeline/engagement-marker.ts';
import { createOwnerDirectory, type OwnerDirectory, type OwnerStore } from './bridge/timeline/owner-directory.ts';
import { createPortalTimeZone } from './bridge/timeline/portal-time-zone.ts';
import type { TimelineDeps } from './bridge/timeline/timeline-scope.ts';
import type { Crm } from './crm/crm.ts';
import type { RecordRouteDeps } from './http/routes/records.ts';
import type { Logger } from './logger.ts';
import type { PropertyRules } from './mapping/run/property-name.ts';

/** Everything that the routes share; built once per process. Each function of the bridge asks for its own part of it. */
export interface Bridge extends RecordRouteDeps, TimelineDeps {
  readonly owners: OwnerDirectory;
  /** Call it when an administrator may have changed what the CRM allows: what was refused before is tried again. */
  forgetRefusals(): void;
}

/** Sees what a request reads from memory and from other requests: each method returns the same thing, watched. */
export interface BridgeWatcher {
  watchIds(idCache: RecordIdCache): RecordIdCache;
  watchCandidates(candidateSearch: CandidateSearch): CandidateSearch;
  watchIndex(index: IdentityIndex): IdentityIndex;
}

export interface BridgeSettings {
  readonly cache: { readonly max: number; readonly ttlMs: number };
  /** How many searches one request may make beyond the usual ones; 20 by default. */
  readonly extraSearches?: number;
  /** False where requests come one at a time: a lookup then waits for no other. */
  readonly sharesLookups?: boolean;
  /** What the CRM allows in custom properties. */
  readonly propertyRules: PropertyRules;
}

export interface BridgeDeps {
  readonly crm: Crm;
  readonly log: Logger;
  readonly watcher?: BridgeWatcher | undefined;
  /** Keeps the users across restarts; if absent, they are read again. */
  readonly ownerStore?: OwnerStore | undefined;
  /** Proposes records that hold match keys; if absent, every key is searched for. */
  readonly identityIndex?: IdentityIndex | undefined;
  /** What several replicas share; if absent, this process is alone. */
  readonly shared?:
    | { readonly claims: Claims; readonly ids: SharedIds; readonly refusals: RefusalExchange }
    | undefined;
}

/** Builds the bridge on a CRM. */
export function createBridge(
  { crm, log, watcher, ownerStore, shared, identityIndex }: BridgeDeps,
  settings: BridgeSettings,
): Bridge {
  const idCache = createRecordIdCache(settings.cache, { shared: shared?.ids });
  const { sharesLookups = true, extraSearches = 20 } = settings;
  const lookups = sharesLookups ? { bulk: 0 } : undefined;
  const candidateSearch = createCandidateSearch(crm, lookups);
  const matching = {
    crm,
    lookupCrm: lookups === undefined ? crm : createLookupCrm(crm, lookups),
    log,
    extraSearches,
    searchAllowance: createSearchAllowance(extraSearches),
    idCache: watcher?.watchIds(idCache) ?? idCache,
    candidateSearch: watcher?.watchCandidates(candidateSearch) ?? candidateSearch,
    identityIndex: identityIndex && (watcher?.watchIndex(identityIndex) ?? identityIndex),
  };
  const managedProperties = createManagedProperties({ crm, log, claims: shared?.claims });
  const identity = createIdentityProperties(managedProperties);
  const lock = createKeyedLock(shared?.claims);
  const owners = createOwnerDirectory({ crm, log, store: ownerStore });
  const writing = {
    ...matching,
    unknownFields: createUnknownFields({
      crm,
      log,
      rules: settings.propertyRules,
      claims: shared?.claims,
      refusalExchange: shared?.refusals,
    }),
  };
  return {
    ...writing,
    batchingCrm: createBatchingCrm(crm),
    lookupFinisher: createLookupFinisher(matching),
    identity,
    lock,
    waitingCreates: createWaitingWork(),
    createsUnderWay: new Map(),
    recordUpdates: createRecordUpdates({ ...writing, identity, lock }),
    managedProperties,
    completedTasks: createCompletedTasks(Date.now),
    engagement: createEngagementMarker(writing),
    owners,
    forgetRefusals() {
      managedProperties.forgetRefusals();
      writing.unknownFields.forgetRefusals();
      owners.forget();
      crm.forgetRequirements();
    },
    portalTimeZone: createPortalTimeZone({ crm }),
    clock: Date.now,
  };
}
