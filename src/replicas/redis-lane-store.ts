import type { LaneAnswer, LaneStore } from '../crm/pacing/lane-store.ts';
import type { LaneName } from '../crm/pacing/lanes.ts';
import { laneScript } from './lane-script.ts';
import { defineScript, type RedisConnection, type RedisReply } from './redis-connection.ts';

const script = defineScript(laneScript);

/**
 * Keeps a lane in Redis.
 * @param readOwner names whose limit it is: the access token's, or the account's.
 */
export function createRedisLaneStore(
  connection: RedisConnection,
  lane: LaneName,
  readOwner: () => Promise<RedisReply<string>>,
): LaneStore {
  let answeredOn = 0;
  return {
    async ask(query): Promise<LaneAnswer> {
      const owner = await readOwner();
      if ('lostBy' in owner) return { status: 'lost', by: owner.lostBy };
      // Another server may answer now, which took over and lacks what was written last.
      const { openedCount } = connection;
      if (query.epoch !== '' && openedCount !== answeredOn) return { status: 'lost', by: 'silence' };
      // The braces keep the keys of a lane on one node of a cluster.
      const keys = ['slots', 'state', 'wants'].map((part) => `eb:{${lane}:${owner.value}}:${part}`);
      const reply = await connection.run(script, keys, [JSON.stringify(query)]);
      if ('lostBy' in reply) return { status: 'lost', by: reply.lostBy };
      // The first query waits for the first connection.
      answeredOn = openedCount === 0 ? connection.openedCount : openedCount;
      // The script's own words; nothing else writes them.
      return JSON.parse(reply.value) as LaneAnswer;
    },
  };
}
