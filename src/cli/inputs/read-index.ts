import { readRedisCa } from '../../server/certificate.ts';
import type { Config } from '../../config.ts';
import type { ReadIndex } from '../../doctor/examine-index.ts';
import { accountMark } from '../../identity/key-digest.ts';
import { type IndexReading, indexFile, readIndexFile, readTexts } from '../../identity/stored-index.ts';

/**
 * The index that the bridge of this configuration keeps, in its file or in Redis; nothing is written, listed or swept.
 * @param accountId of the CRM; undefined where it was not asked.
 * @returns undefined where the index is off, or in the memory of the bridge.
 */
export async function readIndex(
  { identityIndex, replicas, hubspot }: Config,
  accountId: string | undefined,
): Promise<ReadIndex | undefined> {
  if (identityIndex === undefined) return undefined;
  const { dir, stateSecret } = identityIndex;
  const { accessToken } = hubspot;
  const account = accountId === undefined ? undefined : accountMark({ stateSecret, accessToken }, accountId);
  if (replicas !== undefined) return { reading: await readShared(replicas, accessToken), place: 'Redis', account };
  if (dir === undefined) return undefined;
  const place = indexFile(dir);
  return { reading: readIndexFile(place), place, account };
}

async function readShared(
  { redisUrl, redisCaFile }: NonNullable<Config['replicas']>,
  accessToken: string,
): Promise<IndexReading> {
  // Loaded on demand: most bridges are one process.
  const { readSharedIndex } = await import('../../replicas/probe-redis.ts');
  try {
    const { texts, keys } = await readSharedIndex({ url: redisUrl, ca: readRedisCa(redisCaFile) }, accessToken);
    const named = Object.entries(texts);
    return named.length === 0 ? { fault: 'none' } : { stored: { ...readTexts(named), keys, bytes: undefined } };
  } catch (error) {
    return { fault: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  }
}
