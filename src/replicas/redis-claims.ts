import { randomUUID } from 'node:crypto';
import type { Claims } from '../bridge/claims.ts';
import type { Deadline } from '../crm/deadline.ts';
import { CrmUnavailableError } from '../errors.ts';
import type { KeyDigest } from './key-digest.ts';
import { defineScript, type RedisConnection } from './redis-connection.ts';

/**
 * Claims keys in their order up to the first one that another holds. Returns how many it claimed.
 * KEYS: the claims. ARGV: token, milliseconds.
 */
const claim = defineScript(`
for i, key in ipairs(KEYS) do
  local holder = redis.call('GET', key)
  if holder and holder ~= ARGV[1] then return tostring(i - 1) end
  redis.call('SET', key, ARGV[1], 'PX', ARGV[2])
end
return tostring(#KEYS)
`);

/** Keeps or (0 milliseconds) releases claims that are still the caller's. KEYS and ARGV as above. */
const prolong = defineScript(`
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('PEXPIRE', key, ARGV[2]) end
end
return ''
`);

export interface RedisClaims extends Claims {
  /** How often work ran without claims, because Redis could not be reached. */
  readonly unavailableCount: number;
}

/** A replica that dies loses its claims after this time: longer than its last call to the CRM can be under way. */
const heldMs = 15_000;
const renewMs = 5_000;
const keysPerCall = 100;
const firstPollMs = 50;
const maxPollMs = 200;
/** Time that is left for the response when a wait is given up. */
const reserveMs = 1_000;

/** One piece of work and its claims. */
interface Holding {
  readonly token: string;
  /** In order: two replicas that claim the same keys cannot wait for each other. */
  readonly keys: readonly string[];
  readonly deadline: Deadline;
  /** The first so many are claimed. */
  count: number;
  hasWaited: boolean;
}

/** Claims in Redis. */
export function createRedisClaims(redis: RedisConnection, digest: KeyDigest): RedisClaims {
  let unavailableCount = 0;
  return {
    async hold(keys, deadline, work) {
      const names = keys.map((key) => `eb:{claim}:${digest(key)}`).sort();
      const holding: Holding = { token: randomUUID(), keys: names, deadline, count: 0, hasWaited: false };
      const renewal = setInterval(() => void prolongAll(redis, holding, heldMs), renewMs);
      try {
        if (!(await claimAll(redis, holding))) unavailableCount += 1;
        return await work(holding.hasWaited);
      } finally {
        clearInterval(renewal);
        await prolongAll(redis, holding, 0);
      }
    },
    get unavailableCount() {
      return unavailableCount;
    },
  };
}

/** @returns false if Redis cannot be reached. */
async function claimAll(redis: RedisConnection, holding: Holding): Promise<boolean> {
  let pollMs = firstPollMs;
  while (holding.count < holding.keys.length) {
    const chunk = holding.keys.slice(holding.count, holding.count + keysPerCall);
    const reply = await redis.runIfUp(claim, chunk, [holding.token, String(heldMs)]);
    if ('lostBy' in reply) return false;
    holding.count += Number(reply.value);
    if (Number(reply.value) === chunk.length) continue;
    holding.hasWaited = true;
    if (holding.deadline.remainingMs() < reserveMs + pollMs) {
      throw new CrmUnavailableError('Another request is writing the same record', { retryAfterSeconds: 5 });
    }
    await new Promise((resolve) => {
      setTimeout(resolve, pollMs * (0.75 + Math.random() / 2));
    });
    pollMs = Math.min(2 * pollMs, maxPollMs);
  }
  return true;
}

async function prolongAll(redis: RedisConnection, { token, keys, count }: Holding, ms: number): Promise<void> {
  for (let from = 0; from < count; from += keysPerCall) {
    const chunk = keys.slice(from, Math.min(from + keysPerCall, count));
    const reply = await redis.runIfUp(prolong, chunk, [token, String(ms)]);
    if ('lostBy' in reply) return;
  }
}
