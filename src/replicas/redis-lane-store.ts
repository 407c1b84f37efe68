import type { LaneAnswer, LaneStore } from '../crm/lane-store.ts';
import type { LaneName } from '../crm/lanes.ts';
import { laneScript } from './lane-script.ts';
import { defineScript, type RedisConnection } from './redis-connection.ts';

const script = defineScript(laneScript);

/**
 * Keeps a lane in Redis.
 * @param app digest of the access token: replicas with the same token share HubSpot's limits.
 */
export function createRedisLaneStore(connection: RedisConnection, lane: LaneName, app: string): LaneStore {
  // The braces keep the keys of a lane on one node of a cluster.
  const keys = ['slots', 'state', 'wants'].map((part) => `eb:{${lane}:${app}}:${part}`);
  return {
    async ask(query): Promise<LaneAnswer> {
      const reply = await connection.run(script, keys, [JSON.stringify(query)]);
      if ('lostBy' in reply) return { status: 'lost', by: reply.lostBy };
      // The script's own words; nothing else writes them.
      return JSON.parse(reply.value) as LaneAnswer;
    },
  };
}
