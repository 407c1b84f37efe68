import { randomUUID } from 'node:crypto';
import {
  type IdentityStore,
  type IndexChange,
  IndexLostError,
  IndexNotBegunError,
  type IndexPair,
  type OpenIndex,
} from '../identity/identity-store.ts';
import {
  bucketCount,
  bucketName,
  bucketOf,
  bucketsPerCall,
  countIndexKeys,
  indexPrefix,
  type RedisClient,
} from './index-buckets.ts';
import { begin, beginPass, clear, drop, dropStale, end, lead, put, replaceState, resign } from './index-scripts.ts';
import type { RedisConnection, Script } from './redis-connection.ts';
import { shareSweeps } from './shared-sweeps.ts';
import { chunksOf } from '../chunks.ts';

const pairsPerCall = 250;
/** Redis does nothing else while it looks through them. */
const bucketsPerLook = 50;
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
    if (!(await this.leads())) throw new IndexNotBegunError('the replica that builds the index has not begun yet');
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
      const buckets = this.#bucketsFrom(from, bucketsPerCall);
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
      dropStale: (of, pass) => this.#dropStale(epoch, of, pass),
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
    for (const chunk of chunksOf(buckets, pairsPerCall)) {
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
          found[position] = held[index]?.split(',').map(idOf) ?? [];
        });
      }
    }
    return found;
  }

  async #write(epoch: string, { pairs, drops = [], state, of = '', beginsPass }: IndexChange): Promise<void> {
    if (beginsPass !== undefined && this.#fence !== undefined) {
      await this.#run(beginPass, this.#leadKeys, [epoch, this.#fence, of, String(beginsPass)]);
    }
    await this.#changePairs(drop, [epoch, of], drops);
    await this.#changePairs(put, [epoch, of], pairs);
    if (pairs.length === 0 && state === undefined && drops.length === 0) await this.#demand(epoch);
    // What the leader knows of the index is for all; what the others swept is theirs, and its pairs are for all.
    if (state === undefined || this.#fence === undefined) return;
    await this.#run(replaceState, this.#leadKeys, [epoch, this.#fence, `state ${state.name}`, state.text]);
  }

  async #dropStale(epoch: string, of: string, pass: number): Promise<void> {
    for (let from = 0; from < bucketCount && this.#fence !== undefined; from += bucketsPerLook) {
      const keys = [...this.#leadKeys, ...this.#bucketsFrom(from, bucketsPerLook)];
      await this.#run(dropStale, keys, [epoch, this.#fence, of, String(pass)]);
    }
  }

  async #changePairs(
    script: Script,
    [epoch, of]: readonly [string, string],
    pairs: readonly IndexPair[],
  ): Promise<void> {
    for (const chunk of chunksOf(pairs, pairsPerCall)) {
      const buckets = new Map<number, number>();
      const args: string[] = [];
      for (const { digest, id } of chunk) {
        const { bucket, field } = bucketOf(digest);
        const number = buckets.get(bucket) ?? buckets.size + 2;
        buckets.set(bucket, number);
        args.push(String(number), field, id);
      }
      const keys = [`${this.#prefix}:meta`, ...[...buckets.keys()].map((bucket) => this.#bucket(bucket))];
      const reply = await this.#send(script, keys, [epoch, of, ...args]);
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

  /** What scripts of the leader alone begin with. */
  get #leadKeys(): readonly string[] {
    return [`${this.#prefix}:fence`, `${this.#prefix}:meta`];
  }

  #bucketsFrom(first: number, count: number): string[] {
    return Array.from({ length: Math.min(count, bucketCount - first) }, (_, at) => this.#bucket(first + at));
  }

  #bucket(number: number): string {
    return bucketName(this.#prefix, number);
  }
}

/** Without its mark. */
function idOf(entry: string): string {
  return entry.slice(0, entry.lastIndexOf(':'));
}
