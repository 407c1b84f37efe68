import type { SharedIds } from '../bridge/matching/record-id-cache.ts';
import type { RedisDigest } from './redis-digest.ts';
import type { RedisConnection } from './redis-connection.ts';
import { chunksOf } from '../chunks.ts';

const keysPerCall = 500;

/** Which record was last known to hold a match key, for all replicas. */
export function createRedisIds(redis: RedisConnection, digest: RedisDigest, ttlMs: number): SharedIds {
  let waiting: (readonly [name: string, id: string])[] = [];
  const nameOf = (key: string) => `eb:{ids}:${digest(key)}`;
  const flush = () => {
    const entries = waiting;
    waiting = [];
    for (const some of chunksOf(entries, keysPerCall)) {
      void redis.useIfUp((client) => {
        const pipeline = client.pipeline();
        for (const [key, id] of some) pipeline.set(nameOf(key), id, 'PX', ttlMs);
        return pipeline.exec();
      });
    }
  };
  return {
    async read(keys) {
      const found = new Map<string, string>();
      for (const chunk of chunksOf(keys, keysPerCall)) {
        const reply = await redis.useIfUp((client) => client.mget(chunk.map(nameOf)));
        if ('lostBy' in reply) return found;
        chunk.forEach((key, index) => {
          const id = reply.value[index];
          if (typeof id === 'string') found.set(key, id);
        });
      }
      return found;
    },
    write(keys, id) {
      // Sent with everything else of this turn, and before a claim on the record is released.
      if (waiting.length === 0) queueMicrotask(flush);
      for (const key of keys) waiting.push([key, id]);
    },
  };
}
