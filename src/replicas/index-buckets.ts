import type { RedisConnection } from './redis-connection.ts';

export type RedisClient = Parameters<Parameters<RedisConnection['attempt']>[0]>[0];

/** Small enough that Redis keeps a bucket of some millions of keys as one compact list. */
export const bucketCount = 65_536;
export const bucketsPerCall = 1_000;

/** What the names of all keys of the index of an application begin with. `PREFIX:meta` holds what it knows of itself. */
export function indexPrefix(app: string): string {
  // The number changes with the form of what buckets contain.
  return `eb:{index:2:${app}}`;
}

/** How many keys an index holds. @param use calls Redis. */
export async function countIndexKeys(
  prefix: string,
  use: <T>(work: (client: RedisClient) => Promise<T>) => Promise<T>,
): Promise<number> {
  let count = 0;
  for (let from = 0; from < bucketCount; from += bucketsPerCall) {
    const replies = await use((client) => {
      const pipeline = client.pipeline();
      const end = Math.min(bucketCount, from + bucketsPerCall);
      for (let at = from; at < end; at += 1) pipeline.hlen(bucketName(prefix, at));
      return pipeline.exec();
    });
    for (const [, length] of replies ?? []) count += Math.max(0, Number(length) - 1);
  }
  return count;
}

export function bucketName(prefix: string, number: number): string {
  return `${prefix}:${number.toString(16).padStart(4, '0')}`;
}

/** The first 16 bits of a digest name its bucket, the other 48 its field. */
export function bucketOf(digest: bigint): { readonly bucket: number; readonly field: string } {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(digest);
  return { bucket: bytes.readUInt16BE(0), field: bytes.toString('base64url', 2) };
}
