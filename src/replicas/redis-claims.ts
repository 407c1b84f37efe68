import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Claims } from '../bridge/claims.ts';
import type { Deadline } from '../crm/deadline.ts';
import { CrmUnavailableError } from '../errors.ts';
import { type ConnectedParts, connectParts } from './connected-parts.ts';
import type { KeyDigest } from './key-digest.ts';
import { defineScript, type RedisConnection } from './redis-connection.ts';

/**
 * Claims the parts of which no other holds a key, each as a whole. Returns the numbers of the others, from 1.
 * KEYS: the claims, part by part. ARGV: token, milliseconds, and how many keys each part has.
 */
const claim = defineScript(`
local at, busy = 0, {}
for part = 3, #ARGV do
  local last, isFree = at + ARGV[part], true
  for i = at + 1, last do
    local holder = redis.call('GET', KEYS[i])
    if holder and holder ~= ARGV[1] then isFree = false end
  end
  if isFree then for i = at + 1, last do redis.call('SET', KEYS[i], ARGV[1], 'PX', ARGV[2]) end
  else busy[#busy + 1] = part - 2 end
  at = last
end
return table.concat(busy, ' ')
`);

/** Keeps or (0 milliseconds) releases claims that are still the caller's. KEYS: the claims. ARGV: token, milliseconds. */
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

/** Claims in Redis. */
export function createRedisClaims(redis: RedisConnection, digest: KeyDigest): RedisClaims {
  let unavailableCount = 0;

  async function holdParts(
    parts: readonly (readonly string[])[],
    deadline: Deadline,
    work: (positions: readonly number[], hasWaited: boolean) => Promise<void>,
  ): Promise<readonly number[]> {
    const token = randomUUID();
    let open = connectParts(parts.map((keys) => keys.map((key) => `eb:{claim}:${digest(key)}`)));
    let pollMs = firstPollMs;
    for (let hasWaited = false; ; hasWaited = true) {
      const busy = await claimFree(redis, open, token);
      if (busy === undefined) unavailableCount += 1;
      const mine = open.filter((part) => busy?.has(part) !== true);
      if (mine.length > 0) await whileHeld(redis, { parts: mine, token }, (positions) => work(positions, hasWaited));
      open = [...(busy ?? [])];
      const isLate = deadline.remainingMs() < reserveMs + pollMs;
      if (open.length === 0 || isLate) return open.flatMap(({ positions }) => positions);
      await sleep(pollMs * (0.75 + Math.random() / 2));
      pollMs = Math.min(2 * pollMs, maxPollMs);
    }
  }

  return {
    async hold<Result>(keys: readonly string[], deadline: Deadline, work: (hasWaited: boolean) => Promise<Result>) {
      let done: { readonly result: Result } | undefined;
      await holdParts([keys], deadline, async (_positions, hasWaited) => {
        done = { result: await work(hasWaited) };
      });
      if (done !== undefined) return done.result;
      throw new CrmUnavailableError('Another request is writing the same record', { retryAfterSeconds: 5 });
    },
    holdParts,
    get unavailableCount() {
      return unavailableCount;
    },
  };
}

interface Held {
  readonly parts: readonly ConnectedParts[];
  readonly token: string;
}

/** @returns the parts that others work on; undefined if Redis cannot be reached. */
async function claimFree(
  redis: RedisConnection,
  parts: readonly ConnectedParts[],
  token: string,
): Promise<ReadonlySet<ConnectedParts> | undefined> {
  const busy = new Set<ConnectedParts>();
  for (const chunk of chunksOf(parts)) {
    const sizes = chunk.map(({ keys }) => String(keys.length));
    const reply = await redis.runIfUp(
      claim,
      chunk.flatMap(({ keys }) => keys),
      [token, String(heldMs), ...sizes],
    );
    if ('lostBy' in reply) return undefined;
    for (const number of reply.value.split(' ')) {
      const part = chunk[Number(number) - 1];
      if (part !== undefined) busy.add(part);
    }
  }
  return busy;
}

/** Parts with about a hundred keys together; those without keys need no claim. */
function chunksOf(parts: readonly ConnectedParts[]): ConnectedParts[][] {
  const chunks: ConnectedParts[][] = [];
  let size = keysPerCall;
  for (const part of parts) {
    if (part.keys.length === 0) continue;
    if (size + part.keys.length > keysPerCall) {
      chunks.push([]);
      size = 0;
    }
    chunks.at(-1)?.push(part);
    size += part.keys.length;
  }
  return chunks;
}

/** Keeps the claims while `work` runs, and releases them. */
async function whileHeld(
  redis: RedisConnection,
  { parts, token }: Held,
  work: (positions: readonly number[]) => Promise<void>,
): Promise<void> {
  const keys = parts.flatMap((part) => part.keys);
  const prolongAll = async (ms: number) => {
    for (let from = 0; from < keys.length; from += keysPerCall) {
      const reply = await redis.runIfUp(prolong, keys.slice(from, from + keysPerCall), [token, String(ms)]);
      if ('lostBy' in reply) return;
    }
  };
  const renewal = setInterval(() => void prolongAll(heldMs), renewMs);
  try {
    await work(parts.flatMap(({ positions }) => positions).sort((a, b) => a - b));
  } finally {
    clearInterval(renewal);
    await prolongAll(0);
  }
}
