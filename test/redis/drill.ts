import { vi } from 'vitest';
import type { LaneLimits } from '../../src/crm/pacing/lanes.ts';
import { startProxy, type TestProxy } from '../support/start-proxy.ts';
import { type TestRedis, withRedis } from '../support/start-redis.ts';
import { burst, CountingCrm, type SaturatedReplica, startReplica } from './saturated-replicas.ts';

export interface Drill {
  readonly redis: TestRedis;
  /** Between the first replica and Redis. */
  readonly proxy: TestProxy;
  readonly replicas: readonly SaturatedReplica[];
}

export const names = ['a', 'b', 'c', 'd'];

interface DrillOptions {
  readonly limits?: LaneLimits;
  /** Redis is not there when the replicas start. */
  readonly isRedisAway?: boolean;
}

/**
 * Four saturated replicas, and what happens to them meanwhile. Everything that it starts has ended when it returns or throws.
 * @returns what the CRM counted.
 */
export async function drill(
  during: (drill: Drill) => Promise<void>,
  { limits = burst, isRedisAway = false }: DrillOptions = {},
) {
  return await withRedis(async (redis) => {
    if (isRedisAway) await redis.kill();
    const proxy = await startProxy(redis.port);
    const crm = new CountingCrm(limits);
    const startedAt = performance.now();
    const replicas = names.map((name, index) =>
      startReplica(crm, { name, port: index === 0 ? proxy.port : redis.port, limits, replicas: names.length }),
    );
    try {
      await vi.waitUntil(() => crm.answered >= 20 && replicas.every(({ counts }) => counts.done > 0), {
        timeout: 60_000,
        interval: 10,
      });
      await during({ redis, proxy, replicas });
    } finally {
      await Promise.all(replicas.map((replica) => replica.stop()));
      await proxy.close();
    }
    const { refused, answered } = crm;
    const permitted = (limits.limit * (performance.now() - startedAt)) / limits.windowMs;
    const failed = replicas.reduce((sum, { counts }) => sum + counts.failed, 0);
    return { refused, answered, failed, used: answered / permitted, replicas };
  });
}
