import { randomUUID } from 'node:crypto';
import { claimScript, epochKey, settledEpoch, settleMs } from './claim-scripts.ts';
import type { ConnectedParts } from './connected-parts.ts';
import { type HeldClaims, keysPerCall } from './held-claims.ts';
import type { RedisConnection } from '../redis-connection.ts';
import { chunksWithin } from '../../chunks.ts';

/**
 * - `claimed`: no other works on it;
 * - `released`: another one did while this one waited, and has finished;
 * - `taken over`: another one did, and its result is not known;
 * - `busy`: another one works on it;
 * - `doubtful`: Redis lost claims, or may have lost them, and another one may not have restored its own yet;
 * - `unknown`: Redis cannot be reached.
 */
export type PartState = 'claimed' | 'released' | 'taken over' | 'busy' | 'doubtful' | 'unknown';

export interface ClaimRound {
  readonly states: ReadonlyMap<ConnectedParts, PartState>;
  /** When the earliest work on one of the parts began. */
  readonly since: number;
  /** Claims may have been lost: what others wrote since then, and perhaps died before they shared it, no claim shows any more. */
  readonly lostSince: number | undefined;
}

const stateOf: Readonly<Record<string, PartState>> = {
  m: 'claimed',
  w: 'released',
  t: 'taken over',
  b: 'busy',
  u: 'doubtful',
};
/** For this long after claims were lost, work looks for what they would have shown. */
const lookMs = 10 * 60_000;
/** The request of a replica that died may have begun this long before. */
const requestMs = 60_000;

/** @returns a function that claims the parts that are free. @param wasBusy the parts that were busy in an earlier round. */
export function createClaimRounds(redis: RedisConnection) {
  let epoch = '';
  let repliedAt = 0;
  /** When it turned out that Redis has lost its data. */
  let emptyAt = Number.NEGATIVE_INFINITY;

  async function claimChunk(
    chunk: readonly ConnectedParts[],
    args: readonly [token: string, begins: string],
    wasBusy: ReadonlyMap<ConnectedParts, unknown>,
  ) {
    const { regainedAt } = redis;
    const isSettled = performance.now() - regainedAt > settleMs;
    // What was lost with Redis has been restored.
    const known = regainedAt > repliedAt && isSettled ? settledEpoch : epoch;
    const sizes = chunk.map((part) => String(wasBusy.has(part) ? -part.keys.length : part.keys.length));
    const keys = [epochKey, ...chunk.flatMap((part) => part.keys)];
    const reply = await redis.runIfUp(claimScript, keys, [...args, known, isSettled ? '0' : '1', ...sizes]);
    if ('lostBy' in reply) return undefined;
    const [current = '', age, letters = '', since = ''] = reply.value.split(' ');
    if (epoch === '' ? age === 'young' : current !== epoch) emptyAt = performance.now();
    epoch = current;
    repliedAt = performance.now();
    return { states: [...letters].map((letter) => stateOf[letter]), since: Number(since) };
  }

  function lostSince(isUnknown: boolean): number | undefined {
    const now = performance.now();
    const awayMs = now - redis.lostAt;
    if (isUnknown && awayMs < lookMs) return Date.now() - awayMs - requestMs;
    return now - emptyAt < lookMs ? Date.now() - Math.min(awayMs, lookMs) - requestMs : undefined;
  }

  // So that a replica that has claimed nothing yet notices, too, when Redis loses its data.
  void claimChunk([], [randomUUID(), '0'], new Map());

  return async (
    { parts, token, begins }: HeldClaims,
    wasBusy: ReadonlyMap<ConnectedParts, unknown>,
  ): Promise<ClaimRound> => {
    const states = new Map<ConnectedParts, PartState>();
    let since = begins;
    const toClaim = parts.filter((part) => part.keys.length > 0);
    // Nothing needs to be claimed for a part without keys.
    for (const part of parts) if (part.keys.length === 0) states.set(part, 'claimed');
    for (const chunk of chunksWithin(toClaim, keysPerCall, ({ keys }) => keys.length)) {
      const claimed = await claimChunk(chunk, [token, String(begins)], wasBusy);
      for (const [index, part] of chunk.entries()) states.set(part, claimed?.states[index] ?? 'unknown');
      since = Math.min(since, claimed?.since ?? since);
    }
    return { states, since, lostSince: lostSince([...states.values()].includes('unknown')) };
  };
}
