import type { Config } from '../config.ts';
import { type Clock, systemClock } from '../crm/clock.ts';
import type { Crm } from '../crm/crm.ts';
import type { Logger } from '../logger.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';
import { type RunningIndex, startIdentityIndex } from './start-identity-index.ts';
import type { IdentityStore } from './identity-store.ts';
import { createMemoryStore, createSqliteStore } from './sqlite-store.ts';
import { indexFile } from './stored-index.ts';

/** The mappings of records, as mapping files are loaded. */
interface RecordMappings {
  readonly contacts?: Mapping | undefined;
  readonly companies?: Mapping | undefined;
}

export interface OpenedIndex extends Omit<RunningIndex, 'follow'> {
  follow(mappings: RecordMappings): void;
}

interface OpeningDeps {
  readonly crm: Crm;
  readonly log: Logger;
  readonly clock?: Clock | undefined;
  /** Keeps the index of several replicas. */
  readonly sharing?: { openIdentityStore(): IdentityStore } | undefined;
}

/** Starts the identity index as IDENTITY_INDEX configures it; undefined for `off`. */
export function openIdentityIndex(
  { identityIndex: settings, hubspot }: Pick<Config, 'identityIndex' | 'hubspot'>,
  { crm, log, clock = systemClock, sharing }: OpeningDeps,
): OpenedIndex | undefined {
  if (settings === undefined) return undefined;
  const { dir, stateSecret } = settings;
  if (dir !== undefined && stateSecret === undefined) {
    log.info({}, 'STATE_SECRET is not set: a new access token causes the identity index to be rebuilt');
  }
  const store = sharing?.openIdentityStore() ?? ownStore(dir, log);
  const index = startIdentityIndex({ crm, store, clock, log }, { ...settings, accessToken: hubspot.accessToken });
  return {
    propose: (request, context) => index.propose(request, context),
    put: (mapping, record) => index.put(mapping, record),
    drop: (mapping, key, id) => index.drop(mapping, key, id),
    follow: ({ contacts, companies }) => index.follow([contacts, companies].filter((mapping) => mapping !== undefined)),
    state: () => index.state(),
    startFullPass: () => index.startFullPass(),
    close: () => index.close(),
  };
}

function ownStore(dir: string | undefined, log: Logger): IdentityStore {
  return dir === undefined ? createMemoryStore() : createSqliteStore(indexFile(dir), log);
}
