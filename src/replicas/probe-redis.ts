import { Redis } from 'ioredis';
import { appOf } from './app-of.ts';
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
}

const timeoutMs = 3_000;
const commands = 20;

/**
 * Connects once and asks for everything that the bridge needs: the database, scripts, keys under `eb:`, the time.
 * @throws Error in words that hold neither user nor password.
 */
export async function probeRedis(url: string, ca?: string): Promise<RedisProbe> {
  return await onceConnected({ url, ca }, async (redis) => {
    await redis.eval("redis.call('SET', KEYS[1], '1', 'PX', 1000) return redis.call('TIME')", 1, 'eb:{doctor}:probe');
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
    };
  });
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
