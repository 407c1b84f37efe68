import { randomUUID } from 'node:crypto';
import {
  type IdentityStore,
  type IndexChange,
  IndexLostError,
  type IndexPair,
  type OpenIndex,
} from '../identity/identity-store.ts';
import {
  bucketCount,
  bucketName,
  bucketsPerCall,
  countIndexKeys,
  indexPrefix,
  bucketOf,
  type RedisClient,
} from './index-buckets.ts';
import { shareSweeps } from './shared-sweeps.ts';
import { defineScript, type RedisConnection, type Script } from './redis-connection.ts';

/** Takes or keeps the lead; returns its fencing number, or nothing while another replica leads. KEYS: lead, fence. ARGV: token, ms. */
const lead = defineScript(`
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return redis.call('GET', KEYS[2])
end
if holder then return '' end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return tostring(redis.call('INCR', KEYS[2]))
`);

/** Leaves the lead to others. KEYS: lead. ARGV: token. */
const resign = defineScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return ''
`);

/**
 * Empties buckets: each gets the mark of a new epoch. Only the leader does so. KEYS: fence, buckets. ARGV: epoch, fencing number.
 */
const clear = defineScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 'fenced' end
for at = 2, #KEYS do
  redis.call('DEL', KEYS[at])
  redis.call('HSET', KEYS[at], '_', ARGV[1])
end
return 'ok'
`);

/** Begins an epoch once all buckets have its mark. KEYS: fence, meta. ARGV: epoch, fencing number, account. */
const begin = defineScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 'fenced' end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[2], 'epoch', ARGV[1], 'account', ARGV[3])
return 'ok'
`);

/** The index lacks a bucket, or holds too much: its epoch ends. KEYS: meta. ARGV: epoch. */
const end = defineScript(`
if redis.call('HGET', KEYS[1], 'epoch') == ARGV[1] then redis.call('HDEL', KEYS[1], 'epoch') end
return ''
`);

/** Replaces a state. KEYS: fence, meta. ARGV: epoch, fencing number, field, text. */
const replaceState = defineScript(`
if redis.call('HGET', KEYS[2], 'epoch') ~= ARGV[1] then return 'lost' end
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 'fenced' end
redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
return 'ok'
`);

/** Adds ids to fields of buckets, none of which may have been evicted. KEYS: buckets. ARGV: epoch, then for each pair bucket, field, id. */
const put = defineScript(`
for at = 1, #KEYS do
  if redis.call('HGET', KEYS[at], '_') ~= ARGV[1] then return 'lost' end
end
for at = 2, #ARGV, 3 do
  local bucket, field, id = KEYS[tonumber(ARGV[at])], ARGV[at + 1], ARGV[at + 2]
  local held = redis.call('HGET', bucket, field)
  if not held then
    redis.call('HSET', bucket, field, id)
  elseif not string.find(',' .. held .. ',', ',' .. id .. ',', 1, true) then
    redis.call('HSET', bucket, field, held .. ',' .. id)
  end
end
return 'ok'
`);

/** Removes ids from fields. KEYS and ARGV as above. */
const drop = defineScript(`
for at = 2, #ARGV, 3 do
  local bucket, field, id = KEYS[tonumber(ARGV[at])], ARGV[at + 1], ARGV[at + 2]
  local held = redis.call('HGET', bucket, field)
  if held then
    local left = {}
    for each in string.gmatch(held, '[^,]+') do
      if each ~= id then left[#left + 1] = each end
    end
    if #left == 0 then redis.call('HDEL', bucket, field) else redis.call('HSET', bucket, field, table.concat(left, ',')) end
  end
end
return 'ok'
`);

const pairsPerCall = 250;
const leaseMs = 15_000;
const renewMs = 5_000;

/**
 * The identity index of all replicas, in Redis. Every bucket has a mark: one that was evicted, or belongs to an index before this one, has
 * none or another, and the index does not answer. One replica leads: it lists, sweeps and writes the states.
 * @param app keeps applications apart that share a Redis.
 */
export function createRedisIdentityStore(redis: RedisConnection, app: string): IdentityStore {
  return new RedisIdentityStore(redis, app);
}

class RedisIdentityStore implements IdentityStore {
  readonly #redis: RedisConnection;
  readonly #prefix: string;
  readonly #token = randomUUID();
  /** Fencing number of the own lead; undefined while another replica leads. */
  #fence: string | undefined;
  #renewal: NodeJS.Timeout | undefined;

  constructor(redis: RedisConnection, app: string) {
    this.#redis = redis;
    this.#prefix = indexPrefix(app);
  }

  async leads(): Promise<boolean> {
    this.#renewal ??= setInterval(() => void this.#renew().catch(() => undefined), renewMs).unref();
    if (this.#fence === undefined) await this.#renew();
    return this.#fence !== undefined;
  }

  async open(account: string): Promise<OpenIndex> {
    const [known, epoch] = await this.#use((client) => client.hmget(`${this.#prefix}:meta`, 'account', 'epoch'));
    if (known === account && typeof epoch === 'string') return this.#openIndex(epoch);
    if (!(await this.leads())) throw new IndexLostError('the replica that builds the index has not begun yet');
    return this.#openIndex(await this.#beginEpoch(account));
  }

  async close(): Promise<void> {
    clearInterval(this.#renewal);
    if (this.#fence !== undefined) await this.#redis.runIfUp(resign, [`${this.#prefix}:lead`], [this.#token]);
    this.#fence = undefined;
  }

  async #renew(): Promise<void> {
    const keys = [`${this.#prefix}:lead`, `${this.#prefix}:fence`];
    const reply = await this.#redis.runIfUp(lead, keys, [this.#token, String(leaseMs)]);
    this.#fence = 'value' in reply && reply.value !== '' ? reply.value : undefined;
  }

  async #beginEpoch(account: string): Promise<string> {
    const epoch = randomUUID().slice(0, 8);
    const fence = this.#fence ?? '';
    for (let from = 0; from < bucketCount; from += bucketsPerCall) {
      const buckets = Array.from({ length: Math.min(bucketsPerCall, bucketCount - from) }, (_, at) =>
        this.#bucket(from + at),
      );
      await this.#run(clear, [`${this.#prefix}:fence`, ...buckets], [epoch, fence]);
    }
    await this.#run(begin, [`${this.#prefix}:fence`, `${this.#prefix}:meta`], [epoch, fence, account]);
    return epoch;
  }

  #openIndex(epoch: string): OpenIndex {
    return {
      propose: (digests) => this.#propose(epoch, digests),
      write: (change) => this.#write(epoch, change),
      readState: async (name) => {
        const [current, text] = await this.#use((client) =>
          client.hmget(`${this.#prefix}:meta`, 'epoch', `state ${name}`),
        );
        if (current !== epoch) throw new IndexLostError('the index was replaced');
        return text ?? undefined;
      },
      count: () => countIndexKeys(this.#prefix, (work) => this.#use(work)),
      discard: async () => void (await this.#send(end, [`${this.#prefix}:meta`], [epoch])),
      sweeps: shareSweeps({ prefix: this.#prefix, epoch, token: this.#token }, (script, keys, args) =>
        this.#send(script, keys, args),
      ),
    };
  }

  async #propose(epoch: string, digests: readonly bigint[]): Promise<string[][]> {
    const found: string[][] = digests.map(() => []);
    const places = digests.map((digest, position) => ({ ...bucketOf(digest), position }));
    const buckets = [...Map.groupBy(places, ({ bucket }) => bucket)];
    for (let from = 0; from < buckets.length; from += pairsPerCall) {
      const chunk = buckets.slice(from, from + pairsPerCall);
      const replies = await this.#use((client) => {
        const pipeline = client.pipeline();
        for (const [bucket, asked] of chunk)
          pipeline.hmget(this.#bucket(bucket), '_', ...asked.map(({ field }) => field));
        return pipeline.exec();
      });
      for (const [at, [, asked]] of chunk.entries()) {
        const [error, values] = replies?.[at] ?? [new Error('no reply'), undefined];
        // What could not be read is not lost.
        if (error !== null) throw new IndexLostError('Redis cannot be reached');
        // HMGET answers with a list of texts.
        const [mark, ...held] = values as (string | null)[];
        if (mark !== epoch) await this.#lose(epoch);
        asked.forEach(({ position }, index) => {
          found[position] = held[index]?.split(',') ?? [];
        });
      }
    }
    return found;
  }

  async #write(epoch: string, { pairs, drops = [], state }: IndexChange): Promise<void> {
    await this.#changePairs(drop, epoch, drops);
    await this.#changePairs(put, epoch, pairs);
    if (pairs.length === 0 && state === undefined && drops.length === 0) await this.#demand(epoch);
    // What the leader knows of the index is for all; what the others swept is theirs, and its pairs are for all.
    if (state === undefined || this.#fence === undefined) return;
    const keys = [`${this.#prefix}:fence`, `${this.#prefix}:meta`];
    await this.#run(replaceState, keys, [epoch, this.#fence, `state ${state.name}`, state.text]);
  }

  async #changePairs(script: Script, epoch: string, pairs: readonly IndexPair[]): Promise<void> {
    for (let from = 0; from < pairs.length; from += pairsPerCall) {
      const buckets = new Map<number, number>();
      const args: string[] = [];
      for (const { digest, id } of pairs.slice(from, from + pairsPerCall)) {
        const { bucket, field } = bucketOf(digest);
        const number = buckets.get(bucket) ?? buckets.size + 1;
        buckets.set(bucket, number);
        args.push(String(number), field, id);
      }
      const reply = await this.#send(
        script,
        [...buckets.keys()].map((bucket) => this.#bucket(bucket)),
        [epoch, ...args],
      );
      if (reply === 'lost') await this.#lose(epoch);
    }
  }

  async #demand(epoch: string): Promise<void> {
    const current = await this.#use((client) => client.hget(`${this.#prefix}:meta`, 'epoch'));
    if (current !== epoch) throw new IndexLostError('the index was replaced');
  }

  /** A bucket is missing: its absence is no answer, and the leader begins again. */
  async #lose(epoch: string): Promise<never> {
    await this.#redis.runIfUp(end, [`${this.#prefix}:meta`], [epoch]);
    throw new IndexLostError('Redis no longer has all of the index');
  }

  async #run(script: Script, keys: readonly string[], args: readonly string[]): Promise<void> {
    const reply = await this.#send(script, keys, args);
    if (reply === 'ok') return;
    if (reply === 'fenced') this.#fence = undefined;
    throw new IndexLostError(reply === 'fenced' ? 'another replica leads' : 'the index was replaced');
  }

  async #send(script: Script, keys: readonly string[], args: readonly string[]): Promise<string> {
    const reply = await this.#redis.runIfUp(script, keys, args);
    if ('lostBy' in reply) throw new IndexLostError('Redis cannot be reached');
    return reply.value;
  }

  async #use<T>(work: (redis: RedisClient) => Promise<T>): Promise<T> {
    const reply = await this.#redis.useIfUp(work);
    if ('lostBy' in reply) throw new IndexLostError('Redis cannot be reached');
    return reply.value;
  }

  #bucket(number: number): string {
    return bucketName(this.#prefix, number);
  }
}
