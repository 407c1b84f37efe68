import type { DecidedRequest } from '../bridge/decisions.ts';
import type { RefusalExchange } from '../bridge/properties/creation-refusals.ts';
import type { OwnerStore } from '../bridge/timeline/owner-directory.ts';
import type { SharedIds } from '../bridge/matching/record-id-cache.ts';
import { systemClock } from '../crm/clock.ts';
import type { LaneDeps } from '../crm/pacing/lane.ts';
import type { RequirementStore } from '../crm/requirement-store.ts';
import { SharedBudget } from '../crm/pacing/shared-budget.ts';
import type { Logger } from '../logger.ts';
import type { IdentityStore } from '../identity/identity-store.ts';
import { createAccountKey } from './account-key.ts';
import { appOf, createRedisDigest } from './redis-digest.ts';
import { createRedisClaims, type RedisClaims } from './claims/redis-claims.ts';
import { connectRedis, type RedisConnection } from './redis-connection.ts';
import { createRedisIds } from './redis-ids.ts';
import { createRedisIdentityStore } from './redis-identity-store.ts';
import { createReplicaBoard, type ReplicaBoard, type ReplicaNote } from './replica-board.ts';
import { createSealer } from './sealer.ts';
import { createSharedJournal, type SharedJournal } from './shared-journal.ts';
import { shareRefusals, shareRequirements } from './shared-learning.ts';
import { createSharedNotes } from './shared-notes.ts';
import { shareOwners } from './shared-owners.ts';
import { createRedisLaneStore } from './redis-lane-store.ts';

export interface SharingSettings {
  readonly redisUrl: string;
  /** Certificates, in PEM form, that its own may be signed by. */
  readonly redisCa?: string | undefined;
  /** Of this replica. */
  readonly name: string;
  /** Expected number of replicas. */
  readonly expected: number;
  readonly accessToken: string;
  readonly callTimeoutMs: number;
  /** How long the record of a match key is remembered. */
  readonly idTtlMs: number;
}

/** What replicas with the same access token share over Redis. */
export interface Sharing {
  readonly redis: Pick<RedisConnection, 'isUp' | 'lostCount'>;
  readonly createBudget: LaneDeps['createBudget'];
  /** @param readId asks the CRM for the account's id, once for all replicas: some limits are the account's. */
  followAccount(readId: () => Promise<string>): void;
  readonly claims: RedisClaims;
  readonly ids: SharedIds;
  /** Keeps the last list of users for all. @param own this replica's store, which comes first. */
  shareOwners(own: OwnerStore | undefined): OwnerStore;
  /** What the account was seen to require. @param own this replica's store, which keeps it over restarts. */
  shareRequirements(own: RequirementStore | undefined, apiVersion: string): RequirementStore;
  /** What the CRM refused to create. */
  readonly refusals: RefusalExchange;
  /** @param onRequest receives what the other replicas decided. */
  openJournal(onRequest: (request: DecidedRequest) => void): SharedJournal;
  openBoard(ownNote: () => ReplicaNote): ReplicaBoard;
  /** The identity index of all replicas. */
  openIdentityStore(): IdentityStore;
  close(): Promise<void>;
}

/** Connects to Redis. Returns at once: the bridge starts and serves whether or not Redis answers. */
export function startSharing(settings: SharingSettings, log: Logger): Sharing {
  const { redisUrl: url, redisCa: ca, name, expected, callTimeoutMs } = settings;
  const redis = connectRedis({ url, name, ca }, { log });
  const app = appOf(settings.accessToken);
  const sealer = createSealer(settings.accessToken);
  const digest = createRedisDigest(settings.accessToken);
  const account = createAccountKey(redis, app);
  const notes = createSharedNotes(redis, { app, digest, sealer });
  const closers: (() => void)[] = [notes.close];
  return {
    redis,
    claims: createRedisClaims(redis, digest, log),
    ids: createRedisIds(redis, digest, settings.idTtlMs),
    createBudget: (lane, limits, onChange) => {
      // HubSpot counts searches for the account, whatever app makes them, and other calls for each app.
      const isOfAccount = lane === 'search';
      const readOwner = isOfAccount ? account.read : async () => ({ value: app });
      return new SharedBudget(
        { name: isOfAccount ? `${app}.${name}` : name, limits, callTimeoutMs, replicas: expected },
        { store: createRedisLaneStore(redis, lane, readOwner), clock: systemClock, random: Math.random, onChange },
      );
    },
    followAccount: account.follow,
    refusals: shareRefusals(notes),
    shareRequirements: (own, apiVersion) => shareRequirements(notes, own, apiVersion),
    shareOwners: (own) => shareOwners(redis, { app, sealer }, own),
    openJournal(onRequest) {
      const journal = createSharedJournal(redis, { name, app, sealer }, { onRequest, log });
      closers.push(journal.close);
      return journal;
    },
    openBoard(ownNote) {
      const board = createReplicaBoard(redis, { name, app }, { ownNote, log });
      closers.push(board.close);
      void board.update();
      return board;
    },
    openIdentityStore: () => createRedisIdentityStore(redis, app),
    close: () => {
      for (const close of closers) close();
      return redis.close();
    },
  };
}
