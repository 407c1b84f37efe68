import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Claims, PartWork } from '../../bridge/concurrency/claims.ts';
import type { Deadline } from '../../crm/deadline.ts';
import { CrmUnavailableError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { createClaimRounds, type PartState } from './claim-round.ts';
import { claimPrefix, heldMs, settleMs } from './claim-scripts.ts';
import { type ConnectedParts, connectParts } from './connected-parts.ts';
import { type ClaimedAt, claimMoment, type HeldClaims, whileHeld } from './held-claims.ts';
import type { RedisDigest } from '../redis-digest.ts';
import type { RedisConnection } from '../redis-connection.ts';

export interface RedisClaims extends Claims {
  /** How often work ran without claims, because Redis could not be reached. */
  readonly unavailableCount: number;
}

const firstPollMs = 50;
const maxPollMs = 200;
/**
 * For how long after Redis was lost new work waits for it, and for work of others that began before: a replica without Redis may have to
 * wait for a window of its CRM before its next call. Work on one key alone is unique in the CRM, and waits only for a silent Redis as long,
 * which may be alive for others; one that is refused is often back sooner.
 */
const patienceMs = { silent: heldMs + settleMs, refused: settleMs };
/** Part of the request's time that is left for the work then. */
const leftForWork = 0.6;
/** Time that is left for the response when a wait is given up. */
const reserveMs = 1_000;

interface Wanted {
  readonly keysOfParts: readonly (readonly string[])[];
  /** For how long after a Redis was lost that refuses all replicas. */
  readonly refusedMs: number;
}

/** Claims in Redis. */
export function createRedisClaims(
  redis: RedisConnection,
  digest: RedisDigest,
  log?: Pick<Logger, 'warn'>,
): RedisClaims {
  const claimFree = createClaimRounds(redis);
  const unavailable = countUnavailable(redis, log);

  async function claimParts({ keysOfParts, refusedMs }: Wanted, deadline: Deadline, work: PartWork) {
    const token = randomUUID();
    let begins = Date.now();
    let open = connectParts(keysOfParts.map((keys) => keys.map((key) => `${claimPrefix}${digest(key)}`)));
    /** When they were last seen busy. */
    const busyAt = new Map<ConnectedParts, number>();
    let pollMs = firstPollMs;
    const workMs = deadline.remainingMs() * leftForWork;
    for (;;) {
      const claimedAt = claimMoment();
      const { states, since, lostSince } = await claimFree({ parts: open, token, begins }, busyAt);
      begins = since;
      const isLate = deadline.remainingMs() < reserveMs + pollMs;
      const hasTime = deadline.remainingMs() > workMs;
      const awayMs = performance.now() - redis.lostAt;
      const isLostJustNow = hasTime && awayMs < (redis.isRefused ? refusedMs : patienceMs.silent);
      const { mine, waiting } = divideParts(open, { states, busyAt, hasTime, isLostJustNow });
      if (mine.some((part) => states.get(part) === 'unknown')) unavailable.note();
      const isUnfinished = (part: ConnectedParts) => mayBeUnfinished(states.get(part), busyAt.has(part));
      const isContested = (part: ConnectedParts) => lostSince !== undefined || busyAt.has(part) || isUnfinished(part);
      const othersSince = Math.min(begins, lostSince ?? begins);
      if (mine.length > 0) {
        const claim = { parts: mine, token, begins };
        const regain = () => claimAgain(claimFree, claim, deadline);
        await workOn(redis, { ...claim, claimedAt, othersSince, isContested, isUnfinished, regain }, work);
      }
      open = waiting;
      if (open.length === 0 || isLate) return open.flatMap(({ positions }) => positions);
      await sleep(pollMs * (0.75 + Math.random() / 2));
      pollMs = Math.min(2 * pollMs, maxPollMs);
    }
  }

  return {
    async hold<Result>(keys: readonly string[], deadline: Deadline, work: (hasWaited: boolean) => Promise<Result>) {
      let done: { readonly result: Result } | undefined;
      const wanted = { keysOfParts: [keys], refusedMs: patienceMs.refused };
      await claimParts(wanted, deadline, async (positions, othersSince) => {
        done = { result: await work(othersSince !== undefined) };
        return positions;
      });
      if (done !== undefined) return done.result;
      throw isBeingWritten();
    },
    holdParts: (keysOfParts, deadline, work) =>
      claimParts({ keysOfParts, refusedMs: patienceMs.silent }, deadline, work),
    get unavailableCount() {
      return unavailable.count;
    },
  };
}

interface RoundResult {
  readonly states: ReadonlyMap<ConnectedParts, PartState>;
  /** When parts were last seen busy; noted here for those that are. */
  readonly busyAt: Map<ConnectedParts, number>;
  readonly hasTime: boolean;
  readonly isLostJustNow: boolean;
}

/** The parts to work on now, and those that another replica works on or may still be working on. */
function divideParts(parts: readonly ConnectedParts[], { states, busyAt, hasTime, isLostJustNow }: RoundResult) {
  const mine: ConnectedParts[] = [];
  const waiting: ConnectedParts[] = [];
  for (const part of parts) {
    const state = states.get(part);
    if (state === 'busy') busyAt.set(part, performance.now());
    const wasBusyFor = performance.now() - (busyAt.get(part) ?? Number.NEGATIVE_INFINITY);
    // Redis does not say whether the other has finished; a request that has little time left waits only for what was busy.
    const mustWait =
      (state === 'unknown' && (wasBusyFor < heldMs + settleMs || isLostJustNow)) ||
      (state === 'doubtful' && (hasTime || busyAt.has(part)));
    (state === 'busy' || mustWait ? waiting : mine).push(part);
  }
  return { mine, waiting };
}

/** Counts work without claims; the first after each loss is logged. */
function countUnavailable(redis: RedisConnection, log: Pick<Logger, 'warn'> | undefined) {
  let loggedLoss: number | undefined;
  return {
    count: 0,
    note() {
      this.count += 1;
      if (loggedLoss === redis.lostAt) return;
      loggedLoss = redis.lostAt;
      log?.warn({}, 'Redis cannot be used: creates rely only on unique properties and searches of the CRM');
    },
  };
}

function isBeingWritten(): CrmUnavailableError {
  return new CrmUnavailableError('Another request is writing the same record', { retryAfterSeconds: 5 });
}

/** Whether another one worked on a part and has perhaps not finished. */
function mayBeUnfinished(state: PartState | undefined, wasBusy: boolean): boolean {
  return state === 'taken over' || state === 'doubtful' || (state === 'unknown' && wasBusy);
}

interface ClaimedParts extends HeldClaims {
  readonly claimedAt: ClaimedAt;
  /** Claims the parts once more, when no other works on one of them. */
  readonly regain: () => Promise<void>;
  /** True if another one may have worked on the part: what is remembered of it may be out of date. */
  readonly isContested: (part: ConnectedParts) => boolean;
  /** When that began. */
  readonly othersSince: number;
  /** True if it may not have finished: that is known to later work, too, until it is cleared up. */
  readonly isUnfinished: (part: ConnectedParts) => boolean;
}

async function workOn(redis: RedisConnection, claimed: ClaimedParts, work: PartWork): Promise<void> {
  const contested = claimed.parts.filter(claimed.isContested);
  const others = claimed.parts.filter((part) => !claimed.isContested(part));
  const unsettled = new Set(contested.filter(claimed.isUnfinished));
  const workOnAll = async (isLost: () => boolean) => {
    const regainLost = async () => {
      if (!isLost()) return false;
      await claimed.regain();
      return true;
    };
    if (others.length > 0) await work(positionsOf(others), undefined, regainLost);
    if (contested.length === 0) return;
    const settled = new Set(await work(positionsOf(contested), claimed.othersSince, regainLost));
    for (const part of contested) if (part.positions.every((position) => settled.has(position))) unsettled.delete(part);
  };
  await whileHeld(redis, claimed, { unsettled, work: workOnAll });
}

/** @throws CrmUnavailableError if others still work on one of the parts shortly before the deadline. */
async function claimAgain(
  claimFree: ReturnType<typeof createClaimRounds>,
  claim: HeldClaims,
  deadline: Deadline,
): Promise<void> {
  for (;;) {
    const { states } = await claimFree(claim, new Map());
    if (![...states.values()].includes('busy')) return;
    if (deadline.remainingMs() < reserveMs + maxPollMs) throw isBeingWritten();
    await sleep(maxPollMs);
  }
}

function positionsOf(parts: readonly ConnectedParts[]): readonly number[] {
  return parts.flatMap(({ positions }) => positions).sort((a, b) => a - b);
}
