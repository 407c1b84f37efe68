import { Redis } from 'ioredis';
import { appOf } from './redis-digest.ts';
import { countIndexKeys, indexPrefix } from './index-buckets.ts';

/** What a Redis server shows about itself. */
export interface RedisProbe {
  /** Undefined where the access rules hide it. */
  readonly version: string | undefined;
  readonly evictionPolicy: string | undefined;
  /** Median of twenty commands. */
  readonly latencyMs: number;
  /** Its clock minus this machine's, halfway through the command. */
  readonly clockAheadMs: number;
  /** REDIS_URL has a password, and the server serves those who send none. */
  readonly isOpenToAll: boolean;
  /** Commands of the bridge that the access rules refuse. */
  readonly refused: readonly string[];
}

const [text, counter, hash, sorted, stream] = ['text', 'counter', 'hash', 'sorted', 'stream'].map(
  (part) => `eb:{doctor}:${part}`,
);
const probeKeys = [text, counter, hash, sorted, stream];
/** Every command of the bridge on keys, beside those that {@link probeRedis} sends anyway. */
const probes: readonly (readonly (string | undefined)[])[] = [
  ['set', text, '1'],
  ['get', text],
  ['mget', text],
  ['pttl', text],
  ['incr', counter],
  ['hset', hash, 'a', '1'],
  ['hget', hash, 'a'],
  ['hmget', hash, 'a'],
  ['hincrby', hash, 'a', '1'],
  ['hexists', hash, 'a'],
  ['hgetall', hash],
  ['hlen', hash],
  ['hdel', hash, 'b'],
  ['zadd', sorted, '1', 'a'],
  ['zcard', sorted],
  ['zrange', sorted, '0', '-1'],
  ['zrem', sorted, 'b'],
  ['zremrangebyscore', sorted, '-inf', '0'],
  ['xadd', stream, '*', 'a', '1'],
  ['xrange', stream, '-', '+'],
  ['xrevrange', stream, '+', '-'],
  ...probeKeys.map((key) => ['pexpire', key, '1000']),
  ['del', ...probeKeys],
];

const timeoutMs = 3_000;
const commands = 20;

/**
 * Connects once and asks for everything that the bridge needs: the database, scripts, keys under `eb:`, the time.
 * @throws Error in words that hold neither user nor password.
 */
export async function probeRedis(url: string, ca?: string): Promise<RedisProbe> {
  const isOpenToAll = new URL(url).password !== '' && (await isOpen(url, ca));
  return await onceConnected({ url, ca }, async (redis) => {
    await redis.eval("return redis.call('TIME')", 1, 'eb:{doctor}:probe');
    const refused = await findRefused(redis);
    const latencies: number[] = [];
    let clockAheadMs = 0;
    for (let count = 0; count < commands; count += 1) {
      const startedAt = performance.now();
      const sentAt = Date.now();
      const [seconds = 0, microseconds = 0] = await redis.time();
      const tookMs = performance.now() - startedAt;
      latencies.push(tookMs);
      clockAheadMs = Number(seconds) * 1_000 + Number(microseconds) / 1_000 - (sentAt + tookMs / 2);
    }
    latencies.sort((a, b) => a - b);
    // Hidden by some access rules; everything else works without it.
    const info = await redis.info().catch(() => '');
    const fact = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
    return {
      version: fact('valkey_version') ?? fact('redis_version'),
      evictionPolicy: fact('maxmemory_policy'),
      latencyMs: latencies[Math.floor(latencies.length / 2)] ?? 0,
      clockAheadMs,
      isOpenToAll,
      refused,
    };
  });
}

/** Whether the server serves those who send no password. */
async function isOpen(url: string, ca: string | undefined): Promise<boolean> {
  const anonymous = new URL(url);
  anonymous.username = anonymous.password = '';
  return await onceConnected({ url: anonymous.href, ca }, (redis) => redis.time()).then(
    () => true,
    () => false,
  );
}

/** @returns the commands that the access rules refuse. @throws Error where a command fails for another reason. */
async function findRefused(redis: Redis): Promise<readonly string[]> {
  const refused = new Set<string>();
  for (const [command = '', ...args] of probes) {
    try {
      await redis.call(command, ...args.filter((arg) => arg !== undefined));
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOPERM')) throw error;
      refused.add(command);
    }
  }
  const noScript = await redis.evalsha('0'.repeat(40), 0).catch((error: Error) => error.message);
  if (String(noScript).startsWith('NOPERM')) refused.add('evalsha');
  return [...refused];
}

/**
 * What the identity index of the bridges with this access token knows of itself, by name, and how many keys it holds. Only reads: it takes no
 * lead.
 * @throws as {@link probeRedis}.
 */
export async function readSharedIndex(
  server: Server,
  accessToken: string,
): Promise<{ readonly texts: Readonly<Record<string, string>>; readonly keys: number }> {
  const prefix = indexPrefix(appOf(accessToken));
  return await onceConnected(server, async (redis) => ({
    texts: await redis.hgetall(`${prefix}:meta`),
    keys: await countIndexKeys(prefix, (work) => work(redis)),
  }));
}

interface Server {
  readonly url: string;
  readonly ca: string | undefined;
}

/** @throws Error in words that hold neither user nor password. */
async function onceConnected<Result>({ url, ca }: Server, work: (redis: Redis) => Promise<Result>): Promise<Result> {
  const redis = new Redis(url, {
    ...(ca !== undefined && { tls: { ca } }),
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
  });
  let lastError: string | undefined;
  redis.on('error', (error: Error) => {
    lastError = error.message;
  });
  try {
    await redis.connect();
    // The client stays in the first database if the one of the address is refused.
    if (redis.options.db) await redis.select(redis.options.db);
    return await work(redis);
  } catch (error) {
    throw new Error(lastError ?? (error instanceof Error ? error.message : 'no connection'), { cause: error });
  } finally {
    redis.disconnect();
  }
}
